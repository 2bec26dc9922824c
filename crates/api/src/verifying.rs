//! The verification of the log that runs now: at most one.

use crate::live::Live;
use crate::live::messages::VerifyProgress;
use crate::state::House;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

/// Runs verifications in the background and tells how far they are.
#[derive(Clone)]
pub(crate) struct Verifying {
    turn: Arc<Mutex<()>>,
    progress: watch::Sender<Option<VerifyProgress>>,
}

impl Default for Verifying {
    fn default() -> Self {
        Self {
            turn: Arc::default(),
            progress: watch::Sender::new(None),
        }
    }
}

impl Verifying {
    /// How far the verification is that runs now, or that the last one ended; `None` when none
    /// has begun yet.
    pub(crate) fn progress(&self) -> Option<VerifyProgress> {
        self.progress.borrow().clone()
    }

    /// Begins a verification, against `kept` too; `false` when one runs already.
    pub(crate) fn begin(&self, house: House, live: Live, kept: Option<String>) -> bool {
        let Ok(turn) = self.turn.clone().try_lock_owned() else {
            return false;
        };
        self.progress.send_replace(Some(VerifyProgress {
            done: 0,
            total: 0,
            ended: false,
        }));
        tokio::spawn(push(self.progress.subscribe(), live));
        tokio::spawn(run(house, kept, self.progress.clone(), turn));
        true
    }
}

async fn run(
    house: House,
    kept: Option<String>,
    progress: watch::Sender<Option<VerifyProgress>>,
    turn: OwnedMutexGuard<()>,
) {
    let told = progress.clone();
    let tell = move |done, total| {
        told.send_replace(Some(VerifyProgress {
            done,
            total,
            ended: false,
        }));
    };
    if let Err(why) = house.integrity.verify(kept, Box::new(tell)).await {
        tracing::error!(%why, "the log could not be verified");
    }
    progress.send_modify(|progress| {
        if let Some(progress) = progress {
            progress.ended = true;
        }
    });
    drop(turn);
}

/// Pushes the newest progress until the end; steps that follow fast are left out.
async fn push(mut progress: watch::Receiver<Option<VerifyProgress>>, live: Live) {
    loop {
        let now = progress.borrow_and_update().clone();
        let ended = now.as_ref().is_none_or(|progress| progress.ended);
        if let Some(now) = now {
            live.verify_progress(now).await;
        }
        if ended || progress.changed().await.is_err() {
            return;
        }
    }
}
