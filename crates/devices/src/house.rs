//! What this room is handed by the house, and nothing else it knows of it.

use async_trait::async_trait;
use bytes::Bytes;
use jiff::tz::TimeZone;
use model::{
    Device, DeviceId, DeviceKind, Gate, IncidentKind, ObservationDraft, PictureId, Receipt,
    Timestamp,
};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

/// An observation on its way to the store. The device hears nothing before the reply.
#[derive(Debug)]
pub struct Delivery {
    /// The observation.
    pub draft: ObservationDraft,
    /// Where the receipt goes. A dropped sender counts as [`Receipt::Overloaded`].
    pub reply: oneshot::Sender<Receipt>,
}

/// Why a picture was not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PictureError {
    /// Not a picture that can be kept; sending it again does not help.
    #[error("the picture cannot be kept: {0}")]
    Unusable(String),
    /// Not now.
    #[error("pictures cannot be stored right now")]
    Unavailable,
}

/// Takes pictures. A returned identity is sealed and durable.
#[async_trait]
pub trait PictureSink: Send + Sync + 'static {
    /// Stores a JPEG picture.
    async fn put(&self, jpeg: Bytes) -> Result<PictureId, PictureError>;
}

/// Checks the password of a native device.
#[async_trait]
pub trait Authenticate: Send + Sync + 'static {
    /// The device of that name, when the password is its own.
    async fn device(
        &self,
        name: &str,
        password: &str,
        address: Option<IpAddr>,
    ) -> Result<DeviceId, NotAdmitted>;
}

/// Why a device was not admitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotAdmitted {
    /// A wrong name or password; which one is not said.
    Wrong,
    /// Wrong too often: attempts from there are not looked at for a while.
    TooManyAttempts {
        /// Seconds until the next one is.
        retry_after_s: u64,
    },
    /// Not now; whether the password is right was not looked at.
    Busy,
}

/// What is refused, for the Devices page. Equal reports are counted by the receiver.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IncidentReport {
    /// What kind.
    pub kind: IncidentKind,
    /// Source address.
    pub address: Option<IpAddr>,
    /// The device, where it is known.
    pub device: Option<DeviceId>,
    /// Why, in words for an installer; no personal data.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
    /// When.
    pub at: Timestamp,
}

/// What a sign of life was.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum HeardKind {
    /// It connected.
    Connected,
    /// Its connection ended.
    Disconnected,
    /// It sent a message, a picture or a ping.
    Message,
}

/// A sign of life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heard {
    /// The device.
    pub device: DeviceId,
    /// When.
    pub at: Timestamp,
    /// What it was.
    pub kind: HeardKind,
}

/// The name is not in the IANA time zone database.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("\"{0}\" is not an IANA time zone such as Asia/Kolkata")]
pub struct UnknownTimeZone(pub String);

/// Why an edge could not start.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address} for {what}: {why}")]
    Listen {
        /// What was to be served.
        what: &'static str,
        /// Where.
        address: std::net::SocketAddr,
        /// What the system said.
        why: String,
    },
}

/// The gates and devices of the site as they stand now.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Classic gates.
    pub gates: Vec<Gate>,
    /// All devices, those of the gates among them.
    pub devices: Vec<Device>,
    /// The zone in which boards without an offset tell the time.
    pub time_zone: TimeZone,
}

impl Directory {
    /// A directory for a site in the zone of that IANA name.
    ///
    /// # Errors
    /// When the name is not known.
    pub fn new(
        gates: Vec<Gate>,
        devices: Vec<Device>,
        time_zone: &str,
    ) -> Result<Self, UnknownTimeZone> {
        let time_zone =
            TimeZone::get(time_zone).map_err(|_| UnknownTimeZone(time_zone.to_owned()))?;
        Ok(Self {
            gates,
            devices,
            time_zone,
        })
    }

    /// A device by identity.
    #[must_use]
    pub fn device(&self, id: DeviceId) -> Option<&Device> {
        self.devices.iter().find(|device| device.id == id)
    }

    /// A native device by name.
    #[must_use]
    pub fn native(&self, name: &str) -> Option<&Device> {
        self.devices
            .iter()
            .find(|device| device.kind == DeviceKind::Native && device.name == name)
    }

    /// Whether a device is known and not switched off.
    #[must_use]
    pub fn is_active(&self, id: DeviceId) -> bool {
        self.device(id).is_some_and(|device| !device.disabled)
    }
}

/// Everything an edge is handed. Cheap to clone.
#[derive(Clone)]
pub struct House {
    /// Where observations go; bounded, so that a slow store slows devices instead of filling memory.
    pub deliveries: mpsc::Sender<Delivery>,
    /// Where pictures go.
    pub pictures: Arc<dyn PictureSink>,
    /// The gates and devices; changes act at once.
    pub directory: watch::Receiver<Arc<Directory>>,
    /// Passwords of native devices.
    pub authenticate: Arc<dyn Authenticate>,
    /// Where refusals are reported. When full, a report is counted and dropped.
    pub incidents: mpsc::Sender<IncidentReport>,
    /// Where signs of life go. When full, a sign is dropped: another follows.
    pub heard: mpsc::Sender<Heard>,
}

impl House {
    /// The directory as it stands.
    #[must_use]
    pub fn directory(&self) -> Arc<Directory> {
        self.directory.borrow().clone()
    }

    /// Hands in an observation, waiting as long as the house takes: the caller stops reading
    /// from its device meanwhile, which is the back-pressure.
    pub async fn deliver(&self, draft: ObservationDraft) -> Receipt {
        match self.deliveries.reserve().await {
            Ok(place) => Self::answer(place, draft).await,
            Err(_) => Receipt::Overloaded,
        }
    }

    /// Like [`House::deliver`], but gives up when there is no place within `patience`.
    pub async fn deliver_within(&self, draft: ObservationDraft, patience: Duration) -> Receipt {
        match tokio::time::timeout(patience, self.deliveries.reserve()).await {
            Ok(Ok(place)) => Self::answer(place, draft).await,
            Ok(Err(_)) | Err(_) => Receipt::Overloaded,
        }
    }

    async fn answer(place: mpsc::Permit<'_, Delivery>, draft: ObservationDraft) -> Receipt {
        let (reply, receipt) = oneshot::channel();
        place.send(Delivery { draft, reply });
        receipt.await.unwrap_or(Receipt::Overloaded)
    }

    /// Reports a refusal.
    pub fn report(&self, report: IncidentReport) {
        if self.incidents.try_send(report).is_err() {
            metrics::counter!("gatebook_incidents_dropped_total").increment(1);
        }
    }

    /// Notes a sign of life.
    pub fn heard(&self, device: DeviceId, kind: HeardKind) {
        // A lost sign is harmless: the next one says the same.
        let _ = self.heard.try_send(Heard {
            device,
            at: Timestamp::now(),
            kind,
        });
    }
}
