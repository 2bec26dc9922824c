//! One face followed through the frames.

use super::covers::Covers;
use super::motion::Motion;
use super::views::{Combined, Views};
use super::{Decided, Identity, Sighting, TrackerSettings};
use crate::engine::Face;
use crate::gallery::{Gallery, Match};
use crate::geometry::Rect;
use crate::liveness::SpoofScores;
use crate::template::Template;
use crate::threshold::{self, Rate};
use bytes::Bytes;
use model::PersonId;
use std::time::Duration;

/// Two faces that overlap by more than this (intersection over union) may be taken for one another.
const CROWDED: f32 = 0.15;
/// After that a track is itself again with a good view at least so much like it.
pub const ITSELF: f32 = 0.93;

/// A name that rests on no more good views than these may yet turn out wrong.
const NAMED_LATELY: usize = 8;

/// Somebody known is looked at again after so long.
const FRESH: Duration = Duration::from_millis(900);
/// A stranger may be recognised yet, with a better view.
const FRESH_STRANGER: Duration = Duration::from_millis(350);

/// The frame that shows the face best.
#[derive(Clone, Debug)]
struct Picture {
    merit: f32,
    bytes: Bytes,
    bounds: Rect,
    at: Duration,
}

#[derive(Debug)]
pub struct Track {
    id: u64,
    motion: Motion,
    first_seen: Duration,
    first_good: Option<Duration>,
    out_of_sight: bool,
    /// Whether it was out of sight in the frame before as well.
    missed: bool,
    /// Whether this frame showed it where it was expected, without a template.
    followed: bool,
    /// When it was last seen well and like itself.
    viewed: Option<Duration>,
    /// Whether the newest view is good and like the track.
    sure: bool,
    /// Whether the face may have been taken for another since the last good view: no name is shown then.
    doubtful: bool,
    score: Option<f32>,
    views: Views,
    /// Whether the views have changed since the last search.
    stale: bool,
    found: Option<Match>,
    identity: Identity,
    told: Vec<Identity>,
    picture: Option<Picture>,
    spoof: SpoofScores,
    covers: Covers,
}

impl Track {
    pub fn begin(id: u64, face: &Face, at: Duration) -> Self {
        Self {
            id,
            motion: Motion::begin(face.bounds, at),
            first_seen: at,
            first_good: None,
            out_of_sight: false,
            missed: false,
            followed: false,
            viewed: None,
            sure: false,
            doubtful: false,
            score: None,
            views: Views::default(),
            stale: false,
            found: None,
            identity: Identity::Undecided,
            told: Vec::new(),
            picture: None,
            spoof: SpoofScores::default(),
            covers: Covers::default(),
        }
    }

    pub fn id(&self) -> u64 {
        self.id
    }

    pub fn bounds(&self) -> Rect {
        self.motion.bounds()
    }

    /// Where it should be at `at`.
    pub fn foretold(&self, at: Duration) -> Rect {
        self.motion.foretold(at)
    }

    pub fn last_seen(&self) -> Duration {
        self.motion.at()
    }

    /// Who it is held to be, unless that is in doubt now.
    pub fn identity(&self) -> Identity {
        if self.doubtful {
            Identity::Undecided
        } else {
            self.identity
        }
    }

    /// Whom it was held to be, in doubt or not.
    pub fn named(&self) -> Option<PersonId> {
        match self.identity {
            Identity::Known(person) => Some(person),
            Identity::Undecided | Identity::OneOf(_) | Identity::Unknown => None,
        }
    }

    /// What the site's spoof models said of its good frames.
    pub fn spoof(&self) -> &SpoofScores {
        &self.spoof
    }

    /// Best cosine in the gallery when last seen.
    pub fn score(&self) -> Option<f32> {
        self.score
    }

    /// Whether the frame before did not show it.
    pub fn is_out_of_sight(&self) -> bool {
        self.out_of_sight
    }

    /// Whether it may have been taken for another.
    pub fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Whether the name is so new that a face which is like the track and recognised as somebody else speaks against the
    /// name rather than for another face.
    pub fn is_named_lately(&self) -> bool {
        self.views.seen() <= NAMED_LATELY
    }

    /// Cosine to how the face has looked; `None` if it was never seen well.
    pub fn likeness(&self, face: &Face) -> Option<f32> {
        let combined = self.views.combined()?;
        Some(combined.template.cosine(&face.template))
    }

    /// Before the faces of a frame are handed out: whoever gets none is out of sight.
    pub fn look_away(&mut self) {
        if std::mem::take(&mut self.followed) {
            return;
        }
        self.missed = self.out_of_sight;
        self.out_of_sight = true;
    }

    /// Another face is so near that the two may be mistaken, unless this one is well seen.
    pub fn beware(&mut self, other: &Rect) {
        self.doubtful |= !self.sure && self.bounds().overlap(other) > CROWDED;
    }

    /// It is where it was expected. Nothing is known of how it looks, so it cannot be told from whoever is
    /// near.
    pub fn follow(&mut self, bounds: Rect, at: Duration) {
        self.motion.moved(bounds, at);
        self.out_of_sight = false;
        self.missed = false;
        self.followed = true;
        self.sure = false;
    }

    /// Whether this frame showed it where it was expected.
    pub fn is_followed(&self) -> bool {
        self.followed
    }

    /// Whether its place is enough for the next frame, at `at`: it is decided, and was lately seen well and
    /// like itself.
    pub fn is_calm(&self, at: Duration) -> bool {
        let fresh = match self.identity() {
            Identity::Undecided => return false,
            Identity::Known(_) => FRESH,
            Identity::OneOf(_) | Identity::Unknown => FRESH_STRANGER,
        };
        let since = self.viewed.map(|viewed| at.saturating_sub(viewed));
        !self.out_of_sight && since.is_some_and(|since| since < fresh)
    }

    /// The track goes on with this face.
    pub fn see(&mut self, sighting: &Sighting, picture: &Bytes, at: Duration) {
        let face = sighting.face;
        let good = face.quality.is_good();
        self.sure = good && self.likeness(face).is_none_or(|cosine| cosine >= ITSELF);
        if self.sure {
            self.viewed = Some(at);
        }
        // Whoever comes into sight where somebody went out of it need not be the same.
        self.doubtful = !self.sure && (self.doubtful || self.missed);
        self.motion.moved(face.bounds, at);
        self.out_of_sight = false;
        self.score = sighting.found.map(|found| found.score);
        let merit = face.quality.merit();
        if !self.doubtful && self.picture.as_ref().is_none_or(|best| merit > best.merit) {
            self.picture = Some(Picture {
                merit,
                bytes: picture.clone(),
                bounds: face.bounds,
                at,
            });
        }
        if good && !self.doubtful {
            self.first_good.get_or_insert(at);
            self.covers.add(&face.quality);
            let view = face.template.clone().trusted(face.quality.weight());
            self.stale |= self.views.add(&view);
            if let Some(real) = face.real {
                self.spoof.add(real);
            }
        }
    }

    /// What the gallery is to be searched for: the combined views, once they or the gallery have changed.
    pub fn question(&self, gallery_changed: bool) -> Option<&Template> {
        let combined = self.views.combined()?;
        (self.stale || gallery_changed).then_some(&combined.template)
    }

    /// The gallery's answer to [`Self::question`].
    pub fn answered(&mut self, found: Option<Match>) {
        self.stale = false;
        self.found = found;
    }

    /// The gallery has changed: who is not in it any more, or no longer the one most alike, is not held to be
    /// this track.
    pub fn reconsider(&mut self, gallery: &Gallery) {
        let Some(person) = self.named() else { return };
        let nearest = self.found.is_some_and(|found| found.person == person);
        let agrees = self.views.combined().is_some_and(|combined| {
            let verified = gallery.verify(person, &combined.template);
            verified.is_some_and(|verified| verified.agrees())
        });
        if !(nearest && agrees) {
            self.identity = Identity::Undecided;
            self.told.retain(|told| *told != Identity::Known(person));
        }
    }

    /// Who it is by now, if that is to be told.
    pub fn decide(
        &mut self,
        settings: &TrackerSettings,
        at: Duration,
        gallery: usize,
    ) -> Option<Decided> {
        if self.doubtful {
            return None;
        }
        let combined = self.views.combined()?;
        let verdict = Verdict::of(self.found, combined, settings, gallery);
        self.identity = self.held_to_be(&verdict, combined, settings, at);
        if self.identity == Identity::Undecided || self.is_told() {
            return None;
        }
        let decided = self.decided(&verdict, combined, gallery, at);
        self.told.retain(|told| *told != self.identity);
        self.told.push(self.identity);
        Some(decided)
    }

    /// Whether what it is held to be was told last. That two cannot be told apart is told once, whoever they are.
    fn is_told(&self) -> bool {
        match (self.told.last(), self.identity) {
            (Some(Identity::OneOf(_)), Identity::OneOf(_)) => true,
            (told, identity) => told == Some(&identity),
        }
    }

    /// Who it is by this verdict. A name stands until the views clearly speak against it, and nobody is a stranger
    /// before enough good frames.
    fn held_to_be(
        &self,
        verdict: &Verdict,
        combined: &Combined,
        settings: &TrackerSettings,
        at: Duration,
    ) -> Identity {
        let says = verdict.says(combined, settings);
        match (self.named(), says) {
            (Some(person), _) if !verdict.is_against(person, combined, settings) => self.identity,
            (_, Identity::Known(_)) => says,
            (Some(_), _) => Identity::Undecided,
            (None, _) if self.is_stranger(settings, at) => says,
            (None, _) => self.identity,
        }
    }

    fn is_stranger(&self, settings: &TrackerSettings, at: Duration) -> bool {
        let waited = self.first_good.map(|first| at.saturating_sub(first));
        self.views.seen() >= settings.stranger_frames
            && waited.is_some_and(|waited| waited >= settings.stranger_after)
    }

    /// The person it was told to be last, if it was one.
    fn told_before(&self) -> Option<PersonId> {
        match self.told.last()? {
            Identity::Known(person) => Some(*person),
            _ => None,
        }
    }

    fn decided(
        &self,
        verdict: &Verdict,
        combined: &Combined,
        gallery: usize,
        at: Duration,
    ) -> Decided {
        let picture = self.picture.as_ref();
        let runner_up = verdict.found.and_then(|found| found.runner_up);
        Decided {
            track: self.id,
            person: self.named(),
            one_of: match self.identity {
                Identity::OneOf(both) => Some(both),
                _ => None,
            },
            before: self.told_before(),
            score: verdict.found.map_or(-1.0, |found| found.score),
            threshold: verdict.threshold,
            false_identifications: verdict.false_identifications(combined, gallery),
            allowed: verdict.rate.share(),
            runner_up: runner_up.map(|(_, score)| score),
            margin: verdict.margin(),
            frames: combined.frames,
            gallery,
            first_seen: self.first_seen,
            decided_at: at,
            template: combined.template.clone(),
            unlike: combined.unlike,
            picture: picture.map(|best| best.bytes.clone()).unwrap_or_default(),
            bounds: picture.map_or(self.bounds(), |best| best.bounds),
            pictured_at: picture.map_or(at, |best| best.at),
            spoof: self.spoof.clone(),
            covered: self.covers.parts(),
        }
    }
}

/// What the gallery says of a track's views, against what is asked.
struct Verdict {
    found: Option<Match>,
    rate: Rate,
    threshold: f32,
}

impl Verdict {
    fn of(
        found: Option<Match>,
        combined: &Combined,
        settings: &TrackerSettings,
        gallery: usize,
    ) -> Self {
        let images = found.map_or(1, |found| found.images);
        let rate = settings.rate.of_each_look();
        Self {
            found,
            rate,
            threshold: threshold::of_several(gallery, images, combined.unlike, rate),
        }
    }

    /// The share of strangers who come as close to somebody.
    fn false_identifications(&self, combined: &Combined, gallery: usize) -> Option<f32> {
        let Match { score, images, .. } = self.found?;
        let views = combined.unlike;
        Some(threshold::false_identifications(
            gallery, images, views, score,
        ))
    }

    fn margin(&self) -> Option<f32> {
        let found = self.found?;
        found.runner_up.map(|(_, score)| found.score - score)
    }

    /// Whom the views name: enough of them, alike enough, and clearly more so than the next.
    fn says(&self, combined: &Combined, settings: &TrackerSettings) -> Identity {
        let enough = combined.frames >= settings.agreeing_frames.max(1);
        let alike = |found: &Match| enough && found.score >= self.threshold;
        let Some(found) = self.found.filter(alike) else {
            return Identity::Unknown;
        };
        match found.runner_up {
            Some((next, score)) if found.score - score < settings.margin => {
                let mut both = [found.person, next];
                both.sort_unstable();
                Identity::OneOf(both)
            }
            _ => Identity::Known(found.person),
        }
    }

    /// Whether the views speak against `person`: more of them than it took to name somebody are clearly more like
    /// another, or not alike enough any more.
    fn is_against(
        &self,
        person: PersonId,
        combined: &Combined,
        settings: &TrackerSettings,
    ) -> bool {
        if combined.frames <= settings.agreeing_frames {
            return false;
        }
        let Some(found) = self.found else {
            return true;
        };
        let next = found.runner_up.filter(|(next, _)| *next == person);
        let score = match next {
            _ if found.person == person => found.score,
            Some((_, score)) => score,
            None => return true,
        };
        let beaten = found.person != person && found.score - score >= settings.margin;
        beaten || score < self.threshold - settings.doubt
    }
}
