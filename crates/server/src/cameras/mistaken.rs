//! Whoever was told to be a stranger, and is named on the same track a moment later, was none.

use model::PictureId;
use std::collections::VecDeque;
use tokio::task::JoinHandle;

/// Most strangers of one camera who may be named yet; of those before them the newest stay.
const MOST: usize = 64;

/// Strangers that one camera's tracker told of.
#[derive(Default)]
pub(super) struct Mistaken(VecDeque<Told>);

/// What was told, and the keeping of it, which may still go on.
struct Told {
    track: u64,
    picture: PictureId,
    keeping: JoinHandle<()>,
}

impl Mistaken {
    /// The track was told to be a stranger's, with that picture.
    pub(super) fn told(&mut self, track: u64, picture: PictureId, keeping: JoinHandle<()>) {
        self.0.truncate(MOST - 1);
        self.0.push_front(Told {
            track,
            picture,
            keeping,
        });
    }

    /// The track is somebody's after all: what was told before.
    pub(super) fn named(&mut self, track: u64) -> Option<(PictureId, JoinHandle<()>)> {
        let place = self.0.iter().position(|told| told.track == track)?;
        let told = self.0.remove(place)?;
        Some((told.picture, told.keeping))
    }
}
