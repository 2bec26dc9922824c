//! Fingerprint sensors on this host: which there are, how it goes with each, and who wants the next press.

use super::config::SensorConfig;
use super::desk::Desk;
use super::watching::{Watch, watch};
use anyhow::Result;
use api::ports::{SensorState, SensorStatus};
use devices::House;
use fingerprint::GreyImage;
use model::{DeviceId, FingerMode};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::Store;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long a press is awaited that is to be enrolled.
pub const PRESS_WITHIN: Duration = Duration::from_secs(20);

/// The sensors of the configuration.
pub struct Sensors(Vec<Slot>);

/// One of them, as it is seen from elsewhere.
struct Slot {
    seen: Arc<Seen>,
    wanted: mpsc::Sender<Wanted>,
}

/// How it goes.
pub struct Seen {
    /// What is configured.
    pub config: SensorConfig,
    now: Mutex<Now>,
}

struct Now {
    device: Option<DeviceId>,
    mode: FingerMode,
    state: SensorState,
    error: Option<String>,
}

/// Somebody who wants the picture of the next press.
pub struct Wanted {
    /// Until when.
    pub until: Instant,
    /// Where it goes.
    pub reply: oneshot::Sender<Result<GreyImage, String>>,
}

impl Sensors {
    /// Begins to watch all of `configured`, until `stop`.
    pub fn start(
        configured: &[SensorConfig],
        (store, house, desk): (&Arc<dyn Store>, &House, &Desk),
        stop: &CancellationToken,
        edges: &mut JoinSet<Result<()>>,
    ) -> Arc<Self> {
        let mut slots = Vec::new();
        for config in configured {
            let (wanted, wishes) = mpsc::channel(1);
            let seen = Arc::new(Seen::new(config.clone()));
            let watching = watch(Watch {
                seen: seen.clone(),
                wishes,
                store: store.clone(),
                house: house.clone(),
                desk: desk.clone(),
                stop: stop.clone(),
                unusable: false,
            });
            edges.spawn(async move {
                watching.await;
                Ok(())
            });
            slots.push(Slot { seen, wanted });
        }
        Arc::new(Self(slots))
    }

    /// How it goes with each that has its device.
    pub fn statuses(&self) -> Vec<SensorStatus> {
        self.0
            .iter()
            .filter_map(|slot| slot.seen.status())
            .collect()
    }

    /// The picture of the next press on a sensor.
    ///
    /// # Errors
    /// Why there is none, and what to do.
    pub async fn take(&self, sensor: DeviceId) -> Result<GreyImage, String> {
        let slot = self.0.iter().find(|slot| slot.seen.is(sensor));
        let slot = slot.ok_or("There is no such sensor on the server; reload.")?;
        if let Some(why) = slot.seen.trouble() {
            return Err(format!("The sensor cannot be used: {why}"));
        }
        let (reply, picture) = oneshot::channel();
        let until = Instant::now() + PRESS_WITHIN;
        let wanted = Wanted { until, reply };
        let sent = slot.wanted.try_send(wanted);
        sent.map_err(|_| "Somebody else is enrolling on this sensor; wait a moment.")?;
        picture
            .await
            .unwrap_or_else(|_| Err("The sensor is not watched any more.".to_owned()))
    }
}

impl Seen {
    /// A sensor that was not met yet.
    pub fn new(config: SensorConfig) -> Self {
        let now = Now {
            device: None,
            mode: config.mode.unwrap_or(FingerMode::Search),
            state: SensorState::Connecting,
            error: None,
        };
        Self {
            config,
            now: Mutex::new(now),
        }
    }

    /// Its device is known, and how its fingers are compared.
    pub fn known_as(&self, device: DeviceId, mode: FingerMode) {
        let mut now = self.now();
        now.device = Some(device);
        now.mode = mode;
    }

    /// It goes well.
    pub fn goes(&self, state: SensorState) {
        let mut now = self.now();
        now.state = state;
        now.error = None;
    }

    /// It does not go; whether that is news.
    pub fn fails(&self, why: &str) -> bool {
        let mut now = self.now();
        let news = now.error.as_deref() != Some(why);
        now.state = SensorState::Waiting;
        now.error = Some(why.to_owned());
        news
    }

    fn status(&self) -> Option<SensorStatus> {
        let now = self.now();
        Some(SensorStatus {
            device: now.device?,
            path: self.config.path.display().to_string(),
            mode: now.mode,
            state: now.state,
            error: now.error.clone(),
        })
    }

    fn is(&self, sensor: DeviceId) -> bool {
        self.now().device == Some(sensor)
    }

    fn trouble(&self) -> Option<String> {
        self.now().error.clone()
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
