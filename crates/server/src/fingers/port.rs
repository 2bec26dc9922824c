//! Fingers as the API asks for them.

use super::desk::Desk;
use super::image;
use super::import::import;
use super::on_host::Sensors;
use super::prints::Prints;
use super::registry_csv::Format;
use super::sessions::Sessions;
use super::transfer;
use crate::clock::SystemClock;
use api::ports::{
    Clock, EnrolledFinger, Enrolment, FingerFault, Fingers, ImportReport, PressImage, Pressed,
    SensorStatus, Tell,
};
use async_trait::async_trait;
use bytes::Bytes;
use fingerprint::GreyImage;
use model::{Author, CredentialId, DeviceId, FingerPosition, FingerSubject, PersonId, UserId};
use std::sync::Arc;
use store::FingerTemplate;
use uuid::Uuid;

/// Everything about fingers behind the API's port.
pub struct FingersPort {
    sessions: Arc<Sessions>,
    prints: Arc<Prints>,
    desk: Desk,
    sensors: Arc<Sensors>,
}

impl FingersPort {
    /// The fingers that `desk` knows, enrolled on `sensors` too.
    pub fn new(desk: Desk, sensors: Arc<Sensors>) -> Self {
        Self {
            sessions: Arc::default(),
            prints: desk.prints().clone(),
            desk,
            sensors,
        }
    }

    async fn judge(&self, by: UserId, id: Uuid, image: GreyImage) -> Result<Pressed, FingerFault> {
        let (sessions, prints) = (self.sessions.clone(), self.prints.clone());
        let now = SystemClock.now();
        let judging = move || sessions.press((by, id), &image, &prints, now);
        blocking(judging).await
    }
}

/// Runs `work` on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FingerFault> + Send + 'static,
) -> Result<T, FingerFault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "looking at a finger broke down");
        Err(FingerFault::Busy)
    })
}

#[async_trait]
impl Fingers for FingersPort {
    fn begin(
        &self,
        by: UserId,
        person: PersonId,
        position: FingerPosition,
        duress: bool,
    ) -> Result<Enrolment, FingerFault> {
        let wanted = (person, position, duress);
        self.sessions.begin(by, wanted, SystemClock.now())
    }

    fn enrolment(&self, by: UserId, id: Uuid) -> Result<Enrolment, FingerFault> {
        self.sessions.show(by, id, SystemClock.now())
    }

    async fn press(&self, by: UserId, id: Uuid, image: PressImage) -> Result<Pressed, FingerFault> {
        self.enrolment(by, id)?;
        let decoding = move || {
            let image = image::read(&image.bytes, image.raw, image.dpi);
            image.map_err(|error| FingerFault::Unusable(error.to_string()))
        };
        let image = blocking(decoding).await?;
        self.judge(by, id, image).await
    }

    async fn press_on(
        &self,
        by: UserId,
        id: Uuid,
        sensor: DeviceId,
    ) -> Result<Pressed, FingerFault> {
        self.enrolment(by, id)?;
        let image = self.sensors.take(sensor).await;
        self.judge(by, id, image.map_err(FingerFault::NotNow)?)
            .await
    }

    async fn complete(&self, by: UserId, id: Uuid) -> Result<EnrolledFinger, FingerFault> {
        let turn = self.desk.shelf().turn.lock_owned().await;
        let (sessions, prints) = (self.sessions.clone(), self.prints.clone());
        let now = SystemClock.now();
        let finger = blocking(move || sessions.complete((by, id), &prints, now)).await?;
        Ok(EnrolledFinger { finger, turn })
    }

    fn end(&self, by: UserId, id: Uuid) -> Result<(), FingerFault> {
        self.sessions.end(by, id, SystemClock.now())
    }

    async fn enrolled(&self, position: FingerPosition, templates: Vec<FingerTemplate>) {
        let prints = self.prints.clone();
        let put = move || {
            prints.put(position, &templates);
            Ok(())
        };
        // What broke down is told; after the next start it is there.
        let _ = blocking(put).await;
    }

    async fn credential_removed(&self, credential: CredentialId) {
        self.prints.take(credential);
    }

    async fn person_removed(&self, person: PersonId) {
        self.prints.forget(person);
        self.unlocked(FingerSubject::Person { person });
    }

    fn unlocked(&self, subject: FingerSubject) {
        self.desk.locks().lift(subject);
    }

    async fn export(&self, native: bool) -> Result<(String, usize), String> {
        let format = if native { Format::Native } else { Format::Iso };
        let exported = transfer::export(&*self.desk.shelf().store, format).await;
        exported.map_err(|error| error.to_string())
    }

    async fn import(&self, csv: Bytes, author: Author, tell: Tell) -> Result<ImportReport, String> {
        import(self.desk.shelf(), csv, author, tell).await
    }

    fn sensors(&self) -> Vec<SensorStatus> {
        self.sensors.statuses()
    }
}
