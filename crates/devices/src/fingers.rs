//! Pictures of fingers on their way to whoever compares them.

use async_trait::async_trait;
use bytes::Bytes;
use model::{
    AccessPointId, DeviceId, DeviceTime, ObservationDraft, Receipt, Sighting, SourceKey, Timestamp,
};

/// The largest picture of a finger, in bytes.
pub const MAX_PRINT_BYTES: usize = 4 * 1024 * 1024;

/// A picture of a finger as it was sent.
#[derive(Clone, Debug)]
pub struct PrintImage {
    /// A PNG, TIFF or PGM file, or one grey byte a pixel, 0 black, ridges dark.
    pub bytes: Bytes,
    /// Width and height, where the bytes are pixels.
    pub raw: Option<(u32, u32)>,
    /// Pixels an inch.
    pub dpi: u16,
}

/// A finger that was put on a sensor: all of an observation but what was seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Press {
    /// The device.
    pub device: DeviceId,
    /// Its access point.
    pub access_point: AccessPointId,
    /// How a repetition is recognised.
    pub key: SourceKey,
    /// What the device says about the time.
    pub device_time: DeviceTime,
    /// When the server received it.
    pub received_at: Timestamp,
    /// Whether it was stored offline and is sent later.
    pub deferred: bool,
}

impl Press {
    /// The observation, once it is known what was seen.
    #[must_use]
    pub fn seeing(self, sighting: Sighting) -> ObservationDraft {
        ObservationDraft {
            device: self.device,
            access_point: self.access_point,
            key: self.key,
            device_time: self.device_time,
            received_at: self.received_at,
            deferred: self.deferred,
            sighting,
            raw: Vec::new(),
        }
    }
}

/// What becomes of a press.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pressed {
    /// It is an observation.
    Observed(Receipt),
    /// Not recognised: one more press is allowed, within ten seconds.
    Again,
    /// No picture of a finger; why, and what to do.
    Unusable(String),
}

/// Compares fingers with the registry and hands in what it finds.
#[async_trait]
pub trait FingerDesk: Send + Sync + 'static {
    /// A press with its picture.
    async fn press(&self, press: Press, image: PrintImage) -> Pressed;
}
