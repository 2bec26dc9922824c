//! Which camera stations are connected.

use model::DeviceId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections: one station may be open in two tabs, and reconnects overlap.
#[derive(Clone, Default)]
pub(crate) struct Stations(Arc<Mutex<HashMap<DeviceId, u32>>>);

impl Stations {
    /// A connection began; `true` when it is the only one.
    pub(crate) fn came(&self, device: DeviceId) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(device).or_insert(0);
        *count += 1;
        *count == 1
    }

    /// A connection ended; `true` when it was the last one.
    pub(crate) fn went(&self, device: DeviceId) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counts.get_mut(&device) {
            Some(count) if *count > 1 => {
                *count -= 1;
                false
            }
            Some(_) => counts.remove(&device).is_some(),
            None => false,
        }
    }

    /// Whether a station is connected.
    pub(crate) fn connected(&self, device: DeviceId) -> bool {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.contains_key(&device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::fresh;

    #[test]
    fn a_station_in_two_tabs_goes_with_the_last_of_them() {
        let stations = Stations::default();
        let device = fresh();
        assert!(stations.came(device));
        assert!(!stations.came(device));
        assert!(!stations.went(device));
        assert!(stations.connected(device));
        assert!(stations.went(device));
        assert!(!stations.connected(device));
        assert!(!stations.went(device));
    }
}
