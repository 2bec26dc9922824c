//! An enrolment at the console, on a sensor of this host.

use super::desk::Desk;
use super::prints::Prints;
use super::sessions::Sessions;
use crate::clock::SystemClock;
use anyhow::Result;
use api::ports::{Clock, FingerFault, Pressed};
use fingerprint::GreyImage;
use model::{Author, FingerPosition, PersonId, UserId};
use std::sync::Arc;
use uuid::Uuid;

/// Whoever sits at the console has no account.
const NOBODY: UserId = UserId(Uuid::nil());

/// One that is in progress.
pub struct EnrolledHere {
    sessions: Arc<Sessions>,
    desk: Desk,
    id: Uuid,
}

impl EnrolledHere {
    /// Begins.
    ///
    /// # Errors
    /// Never, as long as it is the only one.
    pub fn begin(
        desk: &Desk,
        person: PersonId,
        position: FingerPosition,
        duress: bool,
    ) -> Result<Self> {
        let sessions = Arc::<Sessions>::default();
        let wanted = (person, position, duress);
        let begun = sessions.begin(NOBODY, wanted, SystemClock.now());
        Ok(Self {
            id: begun.map_err(said)?.id,
            sessions,
            desk: desk.clone(),
        })
    }

    /// Judges a press.
    ///
    /// # Errors
    /// When the picture is none of a finger.
    pub async fn press(&self, image: GreyImage) -> Result<Pressed> {
        let (sessions, prints, id) = (self.sessions.clone(), self.prints(), self.id);
        let now = SystemClock.now();
        let judging = move || sessions.press((NOBODY, id), &image, &prints, now);
        tokio::task::spawn_blocking(judging).await?.map_err(said)
    }

    /// Keeps it, once all impressions are there.
    ///
    /// # Errors
    /// When some are missing, the finger is somebody's, or the store takes nothing.
    pub async fn keep(self) -> Result<()> {
        let shelf = self.desk.shelf();
        let _turn = shelf.turn.lock().await;
        let (sessions, prints, id) = (self.sessions.clone(), self.prints(), self.id);
        let now = SystemClock.now();
        let looking = move || sessions.complete((NOBODY, id), &prints, now);
        let finger = tokio::task::spawn_blocking(looking).await?.map_err(said)?;
        shelf.keep(&finger, Author::Console).await?;
        Ok(())
    }

    fn prints(&self) -> Arc<Prints> {
        self.desk.prints().clone()
    }
}

fn said(fault: FingerFault) -> anyhow::Error {
    anyhow::Error::msg(match fault {
        FingerFault::Gone => "the enrolment was given up: nothing happened for ten minutes".into(),
        FingerFault::Busy => "too many enrolments are in progress".into(),
        FingerFault::Unusable(why) | FingerFault::NotNow(why) => why,
    })
}
