//! Fingerprint sensors that hang on this host.
//!
//! [`FingerSensor`] is what the house asks of one; [`SerialSensor`] is an R307 or R30x on a serial line, such
//! as `/dev/ttyUSB0`. The protocol itself is the crate `r30x`; here are the device file, the clock, and what
//! happens when the cable is pulled: the call that was running fails with [`Error::Unplugged`], and the next one
//! opens the device again.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod error;
mod serial;

use std::time::Duration;

use async_trait::async_trait;

pub use error::Error;
pub use serial::SerialSensor;

/// Result of what this room does.
pub type Result<T> = std::result::Result<T, Error>;

/// The picture of one press.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Image {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Pixels an inch.
    pub dpi: u16,
    /// `width * height` greys from the top, 0 black; ridges are dark.
    pub pixels: Vec<u8>,
}

/// What a sensor's own comparison says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// One finger; the score is as the sensor counts.
    Same {
        /// Higher is more alike; its scale is the maker's.
        score: u16,
    },
    /// Two fingers.
    Other,
}

/// A finger that the sensor found in its flash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// Where.
    pub page: u16,
    /// As the sensor counts.
    pub score: u16,
}

/// A fingerprint sensor.
///
/// Every call either does all of what it says or fails with an error that says what to do; after an error
/// nothing is half-done in the sensor's flash. `within` is the time a finger has to come or go.
#[async_trait]
pub trait FingerSensor: Send {
    /// Waits for a finger and fetches its picture.
    ///
    /// # Errors
    /// No finger in time, or trouble with the sensor or its line.
    async fn wait_for_finger(&mut self, within: Duration) -> Result<Image>;

    /// Waits until no finger lies on the sensor.
    ///
    /// # Errors
    /// The finger stays, or trouble.
    async fn wait_until_lifted(&mut self, within: Duration) -> Result<()>;

    /// Waits for a finger and fetches the sensor's own template of it.
    ///
    /// # Errors
    /// No finger in time, an image without features, or trouble.
    async fn take_template(&mut self, within: Duration) -> Result<Vec<u8>>;

    /// Hands the sensor a template, waits for a finger, and has the two compared: 1:1.
    ///
    /// # Errors
    /// As [`FingerSensor::take_template`], or a template that the sensor does not take.
    async fn verify(&mut self, template: &[u8], within: Duration) -> Result<Verdict>;

    /// Waits for a finger and has the sensor look for it among the templates in its flash: 1:N.
    ///
    /// # Errors
    /// As [`FingerSensor::take_template`].
    async fn search(&mut self, within: Duration) -> Result<Option<Found>>;

    /// Writes a template into a page of the flash, whatever was there.
    ///
    /// # Errors
    /// No such page, a template that the sensor does not take, or trouble.
    async fn store(&mut self, page: u16, template: &[u8]) -> Result<()>;

    /// Reads the template of a page.
    ///
    /// # Errors
    /// The page is empty, or trouble.
    async fn load(&mut self, page: u16) -> Result<Vec<u8>>;

    /// Empties a page.
    ///
    /// # Errors
    /// No such page, or trouble.
    async fn delete(&mut self, page: u16) -> Result<()>;

    /// Empties the flash.
    ///
    /// # Errors
    /// Trouble.
    async fn clear(&mut self) -> Result<()>;

    /// The pages that hold a template, in order.
    ///
    /// # Errors
    /// Trouble.
    async fn pages(&mut self) -> Result<Vec<u16>>;
}
