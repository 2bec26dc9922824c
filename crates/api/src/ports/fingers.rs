//! Fingers as the API asks for them: enrolment as a session in memory, sensors, the gallery.

use super::{ImportReport, Tell};
use crate::keeping::NewFinger;
use async_trait::async_trait;
use bytes::Bytes;
use model::{
    Author, CredentialId, DeviceId, FingerMode, FingerPosition, FingerSubject, PersonId, Timestamp,
    UserId,
};
use store::FingerTemplate;
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

/// The picture of a press as it was sent.
#[derive(Clone, Debug)]
pub struct PressImage {
    /// A PNG, TIFF or PGM file, or one grey byte a pixel.
    pub bytes: Bytes,
    /// Width and height, where the bytes are pixels.
    pub raw: Option<(u32, u32)>,
    /// Pixels an inch.
    pub dpi: u16,
}

/// What to do before the next press.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PressAdvice {
    /// Nothing like a finger.
    NoFinger,
    /// Too dry.
    Dry,
    /// Too wet.
    Wet,
    /// Too little of the finger.
    Partial,
    /// Off the middle.
    Misplaced,
    /// Not the finger of the presses before.
    OtherFinger,
    /// Unclear.
    Unclear,
    /// The finger is somebody else's already.
    BelongsToSomebody,
}

/// What one press led to.
#[derive(Clone, Debug)]
pub struct Pressed {
    /// What to do before the next one; `None`: it was taken.
    pub advice: Option<PressAdvice>,
    /// The same in a sentence.
    pub sentence: String,
    /// How clear it is, 0 to 100; `None` where no print was found.
    pub quality: Option<u8>,
    /// Its picture as PNG.
    pub picture: Bytes,
    /// The enrolment after it.
    pub enrolment: Enrolment,
}

/// An enrolment in progress.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Enrolment {
    /// Identity.
    pub id: Uuid,
    /// Whose finger.
    pub person: PersonId,
    /// Which finger.
    pub position: FingerPosition,
    /// Whether it is to be marked for duress.
    pub duress: bool,
    /// Impressions that are needed.
    pub needed: u8,
    /// Impressions that were taken.
    pub done: u8,
    /// Somebody else whose finger it is: then it cannot be finished.
    pub belongs_to: Option<PersonId>,
    /// When it is given up unless something happens.
    pub expires_at: Timestamp,
}

/// A complete enrolment, to be kept.
#[derive(Debug)]
pub struct EnrolledFinger {
    /// What is to be kept.
    pub finger: NewFinger,
    /// No other enrolment is finished until this is dropped: a finger is nobody else's until then.
    pub turn: OwnedMutexGuard<()>,
}

/// Why something about fingers was not done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FingerFault {
    /// There is no such enrolment: it ended, or is somebody else's.
    Gone,
    /// Too many at once.
    Busy,
    /// The image cannot be used; why, and what to do.
    Unusable(String),
    /// It cannot be done as things stand; why, and what to do.
    NotNow(String),
}

/// How it goes with a sensor on the server itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SensorState {
    /// It is being met.
    Connecting,
    /// It waits for fingers.
    Ready,
    /// It waits for a finger to be enrolled.
    Enrolling,
    /// It failed and is met again after a pause.
    Waiting,
}

/// A sensor on the server itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SensorStatus {
    /// The device in the registry.
    pub device: DeviceId,
    /// Where its line is.
    pub path: String,
    /// How its fingers are compared.
    pub mode: FingerMode,
    /// How it goes.
    pub state: SensorState,
    /// What is wrong, in words for an installer.
    pub error: Option<String>,
}

/// Fingers.
#[async_trait]
pub trait Fingers: Send + Sync + 'static {
    /// Begins an enrolment that belongs to `by`.
    ///
    /// # Errors
    /// [`FingerFault::Busy`] when too many are in progress.
    fn begin(
        &self,
        by: UserId,
        person: PersonId,
        position: FingerPosition,
        duress: bool,
    ) -> Result<Enrolment, FingerFault>;

    /// An enrolment of `by` in progress.
    ///
    /// # Errors
    /// [`FingerFault::Gone`].
    fn enrolment(&self, by: UserId, id: Uuid) -> Result<Enrolment, FingerFault>;

    /// A press as an image.
    ///
    /// # Errors
    /// [`FingerFault::Unusable`] for no picture of a finger; what was taken before stays.
    async fn press(&self, by: UserId, id: Uuid, image: PressImage) -> Result<Pressed, FingerFault>;

    /// Waits for a press on a sensor.
    ///
    /// # Errors
    /// [`FingerFault::NotNow`] where no finger came in time, or the sensor is not there or in trouble.
    async fn press_on(
        &self,
        by: UserId,
        id: Uuid,
        sensor: DeviceId,
    ) -> Result<Pressed, FingerFault>;

    /// What is to be kept of a complete enrolment. It stays until [`Fingers::end`].
    ///
    /// # Errors
    /// [`FingerFault::NotNow`] while impressions are missing, or where the finger is somebody else's.
    async fn complete(&self, by: UserId, id: Uuid) -> Result<EnrolledFinger, FingerFault>;

    /// Ends an enrolment; nothing of it is left.
    ///
    /// # Errors
    /// [`FingerFault::Gone`].
    fn end(&self, by: UserId, id: Uuid) -> Result<(), FingerFault>;

    /// Puts a finger into the gallery, at once. Call after it is durable.
    async fn enrolled(&self, position: FingerPosition, templates: Vec<FingerTemplate>);

    /// Takes a finger out of the gallery, at once.
    async fn credential_removed(&self, credential: CredentialId);

    /// Takes a person out of the gallery, at once.
    async fn person_removed(&self, person: PersonId);

    /// A lock was lifted.
    fn unlocked(&self, subject: FingerSubject);

    /// The registry with templates of fingers as CSV, in records of ISO/IEC 19794-2:2005 or, `native`, in our own;
    /// how many fingers were left out because they are of duress.
    ///
    /// # Errors
    /// Why it cannot be written.
    async fn export(&self, native: bool) -> Result<(String, usize), String>;

    /// Imports such a file: who is missing is added, fingers that are missing are enrolled, each whole or not at all.
    ///
    /// # Errors
    /// When it is no such file, or the store takes nothing.
    async fn import(&self, csv: Bytes, author: Author, tell: Tell) -> Result<ImportReport, String>;

    /// The sensors of the configuration that have their device.
    fn sensors(&self) -> Vec<SensorStatus>;
}
