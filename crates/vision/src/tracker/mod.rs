//! Following the faces of one camera, and deciding once per passage who each of them is.
//!
//! A single frame is never believed. The best frames of a track together make one template, each
//! weighed by how well it shows the face; a track is decided when that is like one person, at the chosen
//! rate of errors, and clearly more so than like the next, or when enough good frames are like nobody. Better views
//! that come later may turn against a name: then it is taken back, and what the track is held to be is told anew.
//!
//! When faces overlap, or cannot be told apart for a while, no name is shown until a good view is
//! like the track again.

mod association;
mod covers;
#[cfg(test)]
mod crossing;
#[cfg(test)]
mod following;
mod motion;
mod rhythm;
#[cfg(test)]
mod tests;
mod track;
mod views;

use crate::analysis::Analysis;
use crate::attention::{Attention, Expected, Followed};
use crate::engine::Face;
use crate::gallery::{Gallery, Match};
use crate::geometry::Rect;
use crate::liveness::SpoofScores;
use crate::template::Template;
use crate::threshold::Rate;
use bytes::Bytes;
use model::{CoveredPart, PersonId};
use rhythm::Rhythm;
use std::time::Duration;
use track::Track;

/// While all faces are followed the whole frame is searched so often: a newcomer is found as late.
const SEARCH_EVERY: Duration = Duration::from_millis(350);
/// Most faces that are cheaper to look for one by one than in the whole frame.
const FEW: usize = 3;
/// Places grown by so much do not overlap where two faces cannot be taken for one another in the next frame.
const ALONE: f32 = 1.6;

/// When a track is believed and when it is given up.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TrackerSettings {
    /// Good frames it takes to name somebody.
    pub agreeing_frames: usize,
    /// Strangers that may be taken for somebody. The threshold follows from it, from the people enrolled
    /// and from the frames.
    pub rate: Rate,
    /// How much more alike somebody must be than the next person (difference of cosines).
    pub margin: f32,
    /// How far below the threshold the views of somebody named must fall before the name is taken back (difference of
    /// cosines).
    pub doubt: f32,
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
            rate: Rate::USUAL,
            margin: 0.01,
            doubt: 0.01,
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
    /// Alike enough to be either of these, and clearly more so to neither: they cannot be told apart. In order.
    OneOf([PersonId; 2]),
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
    /// Who it is; `None` for a stranger, and where two cannot be told apart.
    pub person: Option<PersonId>,
    /// The two who cannot be told apart.
    pub one_of: Option<[PersonId; 2]>,
    /// Whom the track was held to be before, wrongly as its better views say.
    pub before: Option<PersonId>,
    /// Cosine of the best frames together to the person, for a stranger to whoever is most alike. -1 if
    /// nobody is enrolled.
    pub score: f32,
    /// The threshold that was in force.
    pub threshold: f32,
    /// The share of strangers who come as close to somebody of this gallery in one look, see
    /// [`crate::threshold::false_identifications`]; `None` if nobody is enrolled.
    pub false_identifications: Option<f32>,
    /// The share of them that was asked for.
    pub allowed: f32,
    /// Cosine to the next person. `None` if there is none.
    pub runner_up: Option<f32>,
    /// `score` less `runner_up`.
    pub margin: Option<f32>,
    /// Good frames it rests on: the best ones.
    pub frames: usize,
    /// People in the gallery.
    pub gallery: usize,
    /// When the track began, on the caller's clock.
    pub first_seen: Duration,
    /// When it was decided, on the caller's clock.
    pub decided_at: Duration,
    /// What its best frames together look like.
    pub template: Template,
    /// How many unlike photographs the template is worth, 1 or more, see [`crate::threshold::unlike_views`].
    pub unlike: f32,
    /// The encoded frame that shows the face best, as it was handed in.
    pub picture: Bytes,
    /// The face in that frame.
    pub bounds: Rect,
    /// When that frame was taken, on the caller's clock.
    pub pictured_at: Duration,
    /// What the site's spoof models said of its frames so far.
    pub spoof: SpoofScores,
    /// What was not to be seen of it, where most of its good frames so far did not show the whole face.
    pub covered: Vec<CoveredPart>,
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

/// What the gallery says of the faces of a frame, each alone.
fn look_up<'a>(faces: &'a [Face], gallery: &Gallery) -> Vec<Sighting<'a>> {
    let templates: Vec<&Template> = faces.iter().map(|face| &face.template).collect();
    let found = gallery.search_all(&templates);
    let both = faces.iter().zip(found);
    both.map(|(face, found)| Sighting { face, found }).collect()
}

/// Follows the faces of one camera.
#[derive(Debug, Default)]
pub struct Tracker {
    settings: TrackerSettings,
    rhythm: Rhythm,
    tracks: Vec<Track>,
    last_track: u64,
    revision: u64,
    /// When a whole frame was last searched.
    searched: Option<Duration>,
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

    /// The same whose first track has the number after `last`: where a camera's tracker begins anew no number is given
    /// twice.
    #[must_use]
    pub fn numbered_after(self, last: u64) -> Self {
        Self {
            last_track: last,
            ..self
        }
    }

    /// The number of the newest track; 0 before the first.
    #[must_use]
    pub fn last_track(&self) -> u64 {
        self.last_track
    }

    /// Takes the faces of the next frame.
    ///
    /// `picture` is the encoded frame: the best one of a track is kept (the bytes are shared,
    /// not copied). `at` is when it was taken, on any clock that does not go back.
    ///
    /// A track is told as [`Decided`] once for each thing it is held to be: a stranger who is
    /// enrolled while standing there is told again as known, and whoever better views show to be another as that other.
    pub fn step(
        &mut self,
        picture: &Bytes,
        faces: &[Face],
        at: Duration,
        gallery: &Gallery,
    ) -> TrackUpdate {
        self.searched = Some(at);
        self.advance(picture, faces, &[], at, gallery)
    }

    /// Takes what was seen of the next frame with [`Self::attention`]; otherwise as [`Self::step`].
    pub fn follow(
        &mut self,
        picture: &Bytes,
        seen: &Analysis,
        at: Duration,
        gallery: &Gallery,
    ) -> TrackUpdate {
        if seen.everywhere {
            self.searched = Some(at);
        }
        self.advance(picture, &seen.faces, &seen.followed, at, gallery)
    }

    /// What to look for in a frame that was taken at `at`.
    #[must_use]
    pub fn attention(&self, at: Duration) -> Attention {
        let seen = || self.tracks.iter().filter(|track| !track.is_out_of_sight());
        let alone = |track: &Track, place: &Rect| {
            let others = seen().filter(|other| other.id() != track.id());
            let near = place.scaled(ALONE);
            others
                .map(|other| other.foretold(at).scaled(ALONE))
                .all(|other| other.overlap(&near) <= 0.0)
        };
        let one = |track: &Track| {
            let place = track.foretold(at);
            Expected {
                track: track.id(),
                place,
                described: !(track.is_calm(at) && alone(track, &place)),
                scored: track.spoof().wants_more(),
            }
        };
        let expected: Vec<Expected> = seen().map(one).collect();
        let since = self.searched.map(|searched| at.saturating_sub(searched));
        let searched = since.is_some_and(|since| since < SEARCH_EVERY);
        let all_seen = expected.len() == self.tracks.len();
        let few = (1..=FEW).contains(&expected.len());
        let calm = expected.iter().all(|face| !face.described);
        Attention {
            everywhere: !(searched && all_seen && few && calm),
            expected,
        }
    }

    fn advance(
        &mut self,
        picture: &Bytes,
        faces: &[Face],
        followed: &[Followed],
        at: Duration,
        gallery: &Gallery,
    ) -> TrackUpdate {
        // Read before searching: what changes meanwhile is noticed with the next frame.
        let revision = gallery.revision();
        let changed = std::mem::replace(&mut self.revision, revision) != revision;
        self.rhythm.beat(at);
        let patience = self.rhythm.patience(&self.settings);
        self.tracks
            .retain(|track| at.saturating_sub(track.last_seen()) <= patience);
        if changed {
            self.ask(gallery, true);
            self.tracks
                .iter_mut()
                .for_each(|track| track.reconsider(gallery));
        }
        for face in followed {
            let track = self
                .tracks
                .iter_mut()
                .find(|track| track.id() == face.track);
            if let Some(track) = track {
                track.follow(face.bounds, at);
            }
        }
        let sightings = look_up(faces, gallery);
        let owners = association::assign(&self.tracks, &sightings, at);
        self.tracks.iter_mut().for_each(Track::look_away);
        for (sighting, owner) in sightings.iter().zip(owners) {
            self.track(owner, sighting, at).see(sighting, picture, at);
        }
        self.beware();
        self.ask(gallery, false);
        self.tell(at, gallery.len())
    }

    /// Whoever is close to another face may be taken for it from now on.
    fn beware(&mut self) {
        let seen = self.tracks.iter().filter(|track| !track.is_out_of_sight());
        let places: Vec<(u64, Rect)> = seen.map(|track| (track.id(), track.bounds())).collect();
        for track in &mut self.tracks {
            let id = track.id();
            for (_, other) in places.iter().filter(|(other, _)| *other != id) {
                track.beware(other);
            }
        }
    }

    /// Searches the gallery once for all tracks that have a question.
    fn ask(&mut self, gallery: &Gallery, changed: bool) {
        let questions: Vec<&Template> = self
            .tracks
            .iter()
            .filter_map(|track| track.question(changed))
            .collect();
        let mut answers = gallery.search_all(&questions).into_iter();
        for track in &mut self.tracks {
            if track.question(changed).is_some() {
                track.answered(answers.next().flatten());
            }
        }
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

    /// What the site's spoof models have said of a track by now; `None` once it is given up.
    #[must_use]
    pub fn spoof(&self, track: u64) -> Option<&SpoofScores> {
        let found = self.tracks.iter().find(|one| one.id() == track);
        found.map(Track::spoof)
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
