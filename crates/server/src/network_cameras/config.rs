//! What is set about network cameras before the start.

use anyhow::{Context, Result};
use cameras::Guard;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// Network cameras.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkCamerasConfig {
    /// Addresses and networks that cameras may have although they are this machine's own, link-local or
    /// of cloud metadata.
    pub allow: Vec<String>,
    /// Where cameras are asked whether they are there: the group of WS-Discovery.
    pub discovery: SocketAddr,
}

impl Default for NetworkCamerasConfig {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            discovery: SocketAddr::from(([239, 255, 255, 250], 3702)),
        }
    }
}

impl NetworkCamerasConfig {
    /// Which addresses cameras may have.
    ///
    /// # Errors
    /// When `allow` holds something that is neither an address nor a network.
    pub fn guard(&self) -> Result<Guard> {
        Guard::new(&self.allow).context("cameras.allow")
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn an_address_that_cameras_may_have_is_an_address_or_a_network() {
        let allow = |value: &str| Config::load(None, &[("cameras.allow".into(), value.into())]);
        assert!(allow("[\"127.0.0.0/8\", \"::1\"]").is_ok());
        let error = allow("[\"camera.lan\"]").unwrap_err();
        assert!(format!("{error:#}").contains("cameras.allow"), "{error:#}");
    }
}
