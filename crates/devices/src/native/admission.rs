//! Who a native device is, over MQTT and HTTP alike.

use super::incidents;
use crate::house::{House, NotAdmitted};
use model::Device;
use std::net::IpAddr;

/// The device of that name and password, unless it is switched off. What is refused stands on the
/// Devices page.
pub(super) async fn admitted(
    house: &House,
    address: Option<IpAddr>,
    name: &str,
    password: &str,
) -> Result<Device, NotAdmitted> {
    let known = house.authenticate.device(name, password, address).await;
    let named = house.directory().native(name).cloned();
    let admitted = known.and_then(|id| {
        let device = named.clone().filter(|d| d.id == id && !d.disabled);
        device.ok_or(NotAdmitted::Wrong)
    });
    let device = named.map(|device| device.id);
    match admitted {
        Err(NotAdmitted::Wrong) => incidents::credentials(house, address, device),
        Err(NotAdmitted::TooManyAttempts { .. }) => incidents::throttled(house, address, device),
        Err(NotAdmitted::Busy) | Ok(_) => {}
    }
    admitted
}
