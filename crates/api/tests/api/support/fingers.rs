//! Fingers, played: an image says by its bytes what is to be found in it.

use super::Played;
use api::keeping::{NewFinger, NewImpression};
use api::ports::{
    EnrolledFinger, Enrolment, FingerFault, Fingers, ImportReport, PressAdvice, PressImage,
    Pressed, RefusedRow, SensorState, SensorStatus, Step, Tell,
};
use async_trait::async_trait;
use bytes::Bytes;
use model::{
    Author, CredentialId, DeviceId, FingerMode, FingerPosition, FingerSubject, PersonId, Timestamp,
    UserId,
};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use store::FingerTemplate;
use uuid::Uuid;

/// A PNG as far as its first bytes tell.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\nridges";

/// What is known of fingers.
#[derive(Default)]
pub struct PlayedFingers {
    enrolments: Mutex<HashMap<Uuid, (UserId, Enrolment)>>,
    /// Who can be recognised by a finger now.
    pub gallery: Mutex<BTreeSet<(PersonId, CredentialId)>>,
    /// Locks that were lifted.
    pub unlocked: Mutex<Vec<FingerSubject>>,
    /// A sensor, and who presses on it.
    pub sensor: Mutex<Option<DeviceId>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Played {
    fn change(
        &self,
        by: UserId,
        id: Uuid,
        change: impl FnOnce(&mut Enrolment),
    ) -> Result<Enrolment, FingerFault> {
        let mut all = self.fingers.enrolments.lock().unwrap();
        let found = all.get_mut(&id).filter(|(owner, _)| *owner == by);
        let (_, enrolment) = found.ok_or(FingerFault::Gone)?;
        change(enrolment);
        Ok(*enrolment)
    }
}

#[async_trait]
impl Fingers for Played {
    fn begin(
        &self,
        by: UserId,
        person: PersonId,
        position: FingerPosition,
        duress: bool,
    ) -> Result<Enrolment, FingerFault> {
        let enrolment = Enrolment {
            id: Uuid::new_v4(),
            person,
            position,
            duress,
            needed: 3,
            done: 0,
            belongs_to: None,
            expires_at: Timestamp::UNIX_EPOCH,
        };
        let mut all = self.fingers.enrolments.lock().unwrap();
        all.insert(enrolment.id, (by, enrolment));
        Ok(enrolment)
    }

    fn enrolment(&self, by: UserId, id: Uuid) -> Result<Enrolment, FingerFault> {
        self.change(by, id, |_| {})
    }

    async fn press(&self, by: UserId, id: Uuid, image: PressImage) -> Result<Pressed, FingerFault> {
        let says = |word: &[u8]| image.bytes.windows(word.len()).any(|part| part == word);
        if says(b"nothing") {
            return Err(FingerFault::Unusable("no ridges to be seen".into()));
        }
        let advice = says(b"other").then_some(PressAdvice::OtherFinger);
        let enrolment = self.change(by, id, |e| e.done += u8::from(advice.is_none()))?;
        Ok(Pressed {
            advice,
            sentence: "said".into(),
            quality: Some(50),
            picture: Bytes::from_static(PNG),
            enrolment,
        })
    }

    async fn press_on(
        &self,
        by: UserId,
        id: Uuid,
        sensor: DeviceId,
    ) -> Result<Pressed, FingerFault> {
        if *self.fingers.sensor.lock().unwrap() != Some(sensor) {
            return Err(FingerFault::NotNow("no finger came".into()));
        }
        let image = PressImage {
            bytes: Bytes::from_static(PNG),
            raw: None,
            dpi: 500,
        };
        self.press(by, id, image).await
    }

    async fn complete(&self, by: UserId, id: Uuid) -> Result<EnrolledFinger, FingerFault> {
        let enrolment = self.enrolment(by, id)?;
        if enrolment.done < enrolment.needed {
            return Err(FingerFault::NotNow("press again".into()));
        }
        let impression = NewImpression {
            picture: Some(Bytes::from_static(PNG)),
            quality: 50,
            template: b"template".to_vec(),
        };
        let finger = NewFinger {
            person: enrolment.person,
            position: enrolment.position,
            duress: enrolment.duress,
            model: "played".into(),
            impressions: vec![impression; 3],
        };
        Ok(EnrolledFinger {
            finger,
            turn: self.fingers.turn.clone().lock_owned().await,
        })
    }

    fn end(&self, by: UserId, id: Uuid) -> Result<(), FingerFault> {
        self.enrolment(by, id)?;
        self.fingers.enrolments.lock().unwrap().remove(&id);
        Ok(())
    }

    async fn enrolled(&self, _: FingerPosition, templates: Vec<FingerTemplate>) {
        let mut gallery = self.fingers.gallery.lock().unwrap();
        gallery.extend(templates.iter().map(|t| (t.person, t.credential)));
    }

    async fn credential_removed(&self, credential: CredentialId) {
        let mut gallery = self.fingers.gallery.lock().unwrap();
        gallery.retain(|(_, known)| *known != credential);
    }

    async fn person_removed(&self, person: PersonId) {
        let mut gallery = self.fingers.gallery.lock().unwrap();
        gallery.retain(|(known, _)| *known != person);
    }

    fn unlocked(&self, subject: FingerSubject) {
        self.fingers.unlocked.lock().unwrap().push(subject);
    }

    async fn export(&self, native: bool) -> Result<(String, usize), String> {
        Ok((format!("number,native {native}\n"), 2))
    }

    async fn import(&self, csv: Bytes, _: Author, tell: Tell) -> Result<ImportReport, String> {
        tell(Step {
            done: 1,
            all: 2,
            pictures: 0,
        });
        let _held = self.imports.acquire().await.unwrap();
        if !csv.starts_with(b"number") {
            return Err("the first line is another one".into());
        }
        let row = RefusedRow {
            line: 2,
            reason: "template: it is cut off".into(),
        };
        Ok(ImportReport {
            added: 1,
            refused: vec![row],
            ..ImportReport::default()
        })
    }

    fn sensors(&self) -> Vec<SensorStatus> {
        let sensor = *self.fingers.sensor.lock().unwrap();
        let status = |device| SensorStatus {
            device,
            path: "/dev/ttyUSB0".into(),
            mode: FingerMode::Search,
            state: SensorState::Ready,
            error: None,
        };
        sensor.map(status).into_iter().collect()
    }
}
