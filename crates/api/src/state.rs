//! What every route can reach.

use crate::auth::{Passwords, Throttle};
use crate::live::Live;
use crate::ports::{Cameras, CardFiles, Clock, Integrity, Recognition};
use crate::verifying::Verifying;
use axum::extract::FromRef;
use std::net::IpAddr;
use std::sync::Arc;
use store::{Pictures, Store};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How the API is served.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// Whether browsers reach the server over HTTPS: cookies are then `__Host-` and `Secure`.
    pub secure_cookies: bool,
    /// The origin under which browsers reach the server, where a proxy stands before it,
    /// e.g. `https://gate.example.org`.
    pub public_origin: Option<String>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Version of Gatebook, for the page.
    pub version: String,
}

/// The rooms behind the API.
#[derive(Clone)]
pub struct House {
    /// The database.
    pub store: Arc<dyn Store>,
    /// The pictures.
    pub pictures: Arc<dyn Pictures>,
    /// Face recognition.
    pub recognition: Arc<dyn Recognition>,
    /// Live cameras.
    pub cameras: Arc<dyn Cameras>,
    /// Files of classic cards.
    pub cards: Arc<dyn CardFiles>,
    /// Verification of the log.
    pub integrity: Arc<dyn Integrity>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How the API is served.
    pub config: Arc<ApiConfig>,
}

/// Changes to users happen one at a time.
#[derive(Clone, Default)]
pub(crate) struct Accounting(Arc<Mutex<()>>);

impl Accounting {
    /// Waits for the turn.
    pub(crate) async fn alone(&self) -> OwnedMutexGuard<()> {
        self.0.clone().lock_owned().await
    }
}

/// The state of the router: the house, and what sign-in keeps in memory.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) house: House,
    pub(crate) passwords: Passwords,
    pub(crate) throttle: Throttle,
    pub(crate) accounting: Accounting,
    pub(crate) live: Live,
    pub(crate) verifying: Verifying,
}

impl Api {
    pub(crate) fn new(house: House, live: Live) -> Self {
        Self {
            house,
            passwords: Passwords::default(),
            throttle: Throttle::default(),
            accounting: Accounting::default(),
            live,
            verifying: Verifying::default(),
        }
    }
}

impl FromRef<Api> for House {
    fn from_ref(api: &Api) -> Self {
        api.house.clone()
    }
}

impl FromRef<Api> for Passwords {
    fn from_ref(api: &Api) -> Self {
        api.passwords.clone()
    }
}

impl FromRef<Api> for Verifying {
    fn from_ref(api: &Api) -> Self {
        api.verifying.clone()
    }
}

impl FromRef<Api> for Throttle {
    fn from_ref(api: &Api) -> Self {
        api.throttle.clone()
    }
}

impl FromRef<Api> for Accounting {
    fn from_ref(api: &Api) -> Self {
        api.accounting.clone()
    }
}

impl FromRef<Api> for Live {
    fn from_ref(api: &Api) -> Self {
        api.live.clone()
    }
}
