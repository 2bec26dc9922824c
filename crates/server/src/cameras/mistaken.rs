//! Whoever was told to be a stranger, and is named on the same track a moment later, was none.

use model::PictureId;
use std::collections::VecDeque;
use tokio::task::JoinHandle;

/// Most strangers of one camera who may be named yet; of those before them the newest stay.
const MOST: usize = 64;

/// Strangers that one camera's tracker told of.
#[derive(Default)]
pub(super) struct Mistaken {
    told: VecDeque<Told>,
    /// Tracks that were like two people at once: one of them is enrolled, whatever later views are like.
    like_two: VecDeque<u64>,
}

/// What was told, and the keeping of it, which may still go on.
struct Told {
    track: u64,
    picture: PictureId,
    keeping: JoinHandle<()>,
}

impl Mistaken {
    /// The track was told to be a stranger's, with that picture.
    pub(super) fn told(&mut self, track: u64, picture: PictureId, keeping: JoinHandle<()>) {
        self.told.truncate(MOST - 1);
        self.told.push_front(Told {
            track,
            picture,
            keeping,
        });
    }

    /// The track is somebody's after all: what was told before.
    pub(super) fn named(&mut self, track: u64) -> Option<(PictureId, JoinHandle<()>)> {
        let place = self.told.iter().position(|told| told.track == track)?;
        let told = self.told.remove(place)?;
        Some((told.picture, told.keeping))
    }

    /// The track was told to be like two people who cannot be told apart.
    pub(super) fn like_two(&mut self, track: u64) {
        self.like_two.truncate(MOST - 1);
        self.like_two.push_front(track);
    }

    /// Whether it was.
    pub(super) fn was_like_two(&self, track: u64) -> bool {
        self.like_two.contains(&track)
    }
}
