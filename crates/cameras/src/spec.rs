//! What to follow.

use crate::address::Address;
use std::fmt;
use std::time::Duration;

/// Name and password of a camera.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// Without the password.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// A camera to follow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spec {
    /// Where it is.
    pub address: Address,
    /// Name and password, where it wants them.
    pub credentials: Option<Credentials>,
    /// Pictures wanted each second, 1..=30.
    pub frames_per_second: u8,
}

impl Spec {
    /// Time between two pictures.
    pub(crate) fn interval(&self) -> Duration {
        Duration::from_secs(1) / u32::from(self.frames_per_second.clamp(1, 30))
    }
}
