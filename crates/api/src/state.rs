//! What every route can reach.

use crate::auth::{Guard, Passwords, Throttle};
use crate::jobs::Jobs;
use crate::live::Live;
use crate::ports::{
    Cameras, CardFiles, Clock, Fingers, Integrity, NetworkCameras, Parts, Recognition,
};
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
    /// How long somebody stays signed in.
    pub sessions: SessionLimits,
    /// Version of Gatebook, for the page.
    pub version: String,
}

/// How long somebody stays signed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionLimits {
    /// Hours without an open page after which a session ends.
    pub idle_hours: u32,
    /// Days after which a session ends even while a page is open.
    pub longest_days: u32,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            idle_hours: 7 * 24,
            longest_days: 365,
        }
    }
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
    /// Fingers.
    pub fingers: Arc<dyn Fingers>,
    /// Live cameras.
    pub cameras: Arc<dyn Cameras>,
    /// Cameras with an address.
    pub network_cameras: Arc<dyn NetworkCameras>,
    /// Files of classic cards.
    pub cards: Arc<dyn CardFiles>,
    /// Verification of the log.
    pub integrity: Arc<dyn Integrity>,
    /// Parts on other hosts.
    pub parts: Parts,
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
    pub(crate) guard: Guard,
    pub(crate) accounting: Accounting,
    pub(crate) live: Live,
    pub(crate) jobs: Jobs,
}

impl Api {
    pub(crate) fn new(house: House, live: Live) -> Self {
        let jobs = Jobs::new(house.clock.clone());
        Self {
            house,
            guard: Guard::default(),
            accounting: Accounting::default(),
            live,
            jobs,
        }
    }
}

impl FromRef<Api> for House {
    fn from_ref(api: &Api) -> Self {
        api.house.clone()
    }
}

impl FromRef<Api> for Guard {
    fn from_ref(api: &Api) -> Self {
        api.guard.clone()
    }
}

impl FromRef<Api> for Passwords {
    fn from_ref(api: &Api) -> Self {
        api.guard.passwords.clone()
    }
}

impl FromRef<Api> for Jobs {
    fn from_ref(api: &Api) -> Self {
        api.jobs.clone()
    }
}

impl FromRef<Api> for Throttle {
    fn from_ref(api: &Api) -> Self {
        api.guard.throttle.clone()
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
