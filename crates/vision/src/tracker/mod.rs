//! Following the faces of one camera, and deciding once per passage who each of them is.
//!
//! A single frame is never believed. A track is decided when several good frames of it agree on
//! one person, or when enough of them agree on nobody.

mod association;
mod rhythm;
#[cfg(test)]
mod tests;
mod track;

use crate::engine::Face;
use crate::gallery::{Gallery, Match};
use crate::geometry::Rect;
use bytes::Bytes;
use model::PersonId;
use rhythm::Rhythm;
use std::time::Duration;
use track::Track;

/// When a track is believed and when it is given up.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TrackerSettings {
    /// Good frames that must name the same person.
    pub agreeing_frames: usize,
    /// Good frames looked back on; of these, most must agree.
    pub window: usize,
    /// Good frames without an agreement before somebody is a stranger.
    pub stranger_frames: usize,
    /// Time from the first good frame before somebody is a stranger.
    pub stranger_after: Duration,
    /// A face out of sight for longer is a new track when it comes back, if frames come often.
    pub patience: Duration,
    /// The same for a camera, or a machine, so slow that `patience` is less than a few frames.
    pub most_patience: Duration,
}

impl Default for TrackerSettings {
    fn default() -> Self {
        Self {
            agreeing_frames: 3,
            window: 12,
            stranger_frames: 8,
            stranger_after: Duration::from_millis(1_500),
            patience: Duration::from_secs(2),
            most_patience: Duration::from_secs(15),
        }
    }
}

/// What is held of the person in a track.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Identity {
    /// Not enough good frames yet.
    Undecided,
    /// This person.
    Known(PersonId),
    /// Nobody who is enrolled.
    Unknown,
}

/// What to draw over the picture.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Overlay {
    /// The track, unique for this tracker.
    pub track: u64,
    /// The face in this frame.
    pub bounds: Rect,
    /// Who it is held to be.
    pub identity: Identity,
    /// Best cosine in the gallery on this frame, if anybody is enrolled.
    pub score: Option<f32>,
}

/// A track's identity, told once.
#[derive(Clone, PartialEq, Debug)]
pub struct Decided {
    /// The track, unique for this tracker.
    pub track: u64,
    /// Who it is; `None` for a stranger.
    pub person: Option<PersonId>,
    /// Mean cosine of the agreeing frames; for a stranger the best of any frame. -1 if nobody
    /// is enrolled.
    pub score: f32,
    /// The threshold that was in force.
    pub threshold: f32,
    /// Cosine to the next person, on the frame that was the picture's. `None` if there is none.
    pub runner_up: Option<f32>,
    /// `score` less `runner_up`.
    pub margin: Option<f32>,
    /// Good frames that agreed.
    pub frames: usize,
    /// People in the gallery.
    pub gallery: usize,
    /// When the track began, on the caller's clock.
    pub first_seen: Duration,
    /// When it was decided, on the caller's clock.
    pub decided_at: Duration,
    /// The encoded frame that shows the face best, as it was handed in.
    pub picture: Bytes,
    /// The face in that frame.
    pub bounds: Rect,
}

/// What came of one frame.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TrackUpdate {
    /// One for each face of the frame.
    pub overlays: Vec<Overlay>,
    /// Tracks decided with this frame.
    pub decided: Vec<Decided>,
}

/// A face with what the gallery says of it.
struct Sighting<'a> {
    face: &'a Face,
    found: Option<Match>,
}

impl Sighting<'_> {
    /// The person this frame alone points to.
    fn person(&self) -> Option<PersonId> {
        self.found.filter(Match::is_known).map(|found| found.person)
    }
}

/// Follows the faces of one camera.
#[derive(Debug, Default)]
pub struct Tracker {
    settings: TrackerSettings,
    rhythm: Rhythm,
    tracks: Vec<Track>,
    last_track: u64,
    revision: u64,
}

impl Tracker {
    /// A tracker with other settings than the usual.
    #[must_use]
    pub fn new(settings: TrackerSettings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Takes the faces of the next frame.
    ///
    /// `picture` is the encoded frame: the best one of a track is kept (the bytes are shared,
    /// not copied). `at` is when it was taken, on any clock that does not go back.
    ///
    /// A track is told as [`Decided`] once for each thing it is held to be: a stranger who is
    /// enrolled while standing there is told again as known.
    pub fn step(
        &mut self,
        picture: &Bytes,
        faces: &[Face],
        at: Duration,
        gallery: &Gallery,
    ) -> TrackUpdate {
        if self.revision != gallery.revision() {
            self.revision = gallery.revision();
            self.tracks
                .iter_mut()
                .for_each(|track| track.reconsider(gallery));
        }
        self.rhythm.beat(at);
        let patience = self.rhythm.patience(&self.settings);
        self.tracks
            .retain(|track| at.saturating_sub(track.last_seen()) <= patience);
        let sightings: Vec<Sighting> = faces
            .iter()
            .map(|face| Sighting {
                face,
                found: gallery.search(&face.template),
            })
            .collect();
        let owners = association::assign(&self.tracks, &sightings);
        self.tracks.iter_mut().for_each(Track::look_away);
        for (sighting, owner) in sightings.iter().zip(owners) {
            self.track(owner, sighting, at).see(sighting, picture, at);
        }
        self.tell(at, gallery.len())
    }

    /// The track at `owner`, or a new one for a face that continues none.
    fn track(&mut self, owner: Option<usize>, sighting: &Sighting, at: Duration) -> &mut Track {
        let index = owner
            .filter(|index| *index < self.tracks.len())
            .unwrap_or_else(|| {
                self.last_track += 1;
                self.tracks
                    .push(Track::begin(self.last_track, sighting.face, at));
                self.tracks.len() - 1
            });
        &mut self.tracks[index]
    }

    fn tell(&mut self, at: Duration, gallery: usize) -> TrackUpdate {
        let mut update = TrackUpdate::default();
        for track in self
            .tracks
            .iter_mut()
            .filter(|track| !track.is_out_of_sight())
        {
            update
                .decided
                .extend(track.decide(&self.settings, at, gallery));
            update.overlays.push(Overlay {
                track: track.id(),
                bounds: track.bounds(),
                identity: track.identity(),
                score: track.score(),
            });
        }
        update
    }

    /// Tracks that are followed now, seen or lately out of sight.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tracks.len()
    }

    /// Whether nobody is followed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }
}
