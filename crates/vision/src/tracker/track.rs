//! One face followed through the frames.

use super::{Decided, Identity, Sighting, TrackerSettings};
use crate::engine::Face;
use crate::gallery::{Gallery, Match};
use crate::geometry::Rect;
use crate::template::Template;
use bytes::Bytes;
use model::PersonId;
use std::collections::VecDeque;
use std::time::Duration;

/// Good views looked back on at most; [`TrackerSettings::window`] is cut to it.
const LONGEST_WINDOW: usize = 64;
/// How much of a track's appearance a new good view replaces.
const REFRESH: f32 = 0.2;

/// A good view of the face.
#[derive(Clone, Debug)]
struct View {
    template: Template,
    found: Option<Match>,
}

impl View {
    fn person(&self) -> Option<PersonId> {
        self.found.filter(Match::is_known).map(|found| found.person)
    }
}

/// The frame that shows the face best.
#[derive(Clone, Debug)]
struct Picture {
    merit: f32,
    bytes: Bytes,
    bounds: Rect,
}

#[derive(Debug)]
pub struct Track {
    id: u64,
    bounds: Rect,
    first_seen: Duration,
    last_seen: Duration,
    first_good: Option<Duration>,
    out_of_sight: bool,
    score: Option<f32>,
    appearance: Template,
    views: VecDeque<View>,
    good_views: usize,
    identity: Identity,
    told: Vec<Identity>,
    picture: Option<Picture>,
}

impl Track {
    pub fn begin(id: u64, face: &Face, at: Duration) -> Self {
        Self {
            id,
            bounds: face.bounds,
            first_seen: at,
            last_seen: at,
            first_good: None,
            out_of_sight: false,
            score: None,
            appearance: face.template.clone(),
            views: VecDeque::new(),
            good_views: 0,
            identity: Identity::Undecided,
            told: Vec::new(),
            picture: None,
        }
    }

    pub fn id(&self) -> u64 {
        self.id
    }

    pub fn bounds(&self) -> Rect {
        self.bounds
    }

    pub fn last_seen(&self) -> Duration {
        self.last_seen
    }

    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// Best cosine in the gallery when last seen.
    pub fn score(&self) -> Option<f32> {
        self.score
    }

    /// Whether the frame before did not show it.
    pub fn is_out_of_sight(&self) -> bool {
        self.out_of_sight
    }

    pub fn has_good_view(&self) -> bool {
        self.good_views > 0
    }

    /// Cosine to how the face has looked lately.
    pub fn likeness(&self, face: &Face) -> f32 {
        self.appearance.cosine(&face.template)
    }

    /// Before the faces of a frame are handed out: whoever gets none is out of sight.
    pub fn look_away(&mut self) {
        self.out_of_sight = true;
    }

    /// The track goes on with this face.
    pub fn see(&mut self, sighting: &Sighting, picture: &Bytes, at: Duration) {
        let face = sighting.face;
        self.bounds = face.bounds;
        self.last_seen = at;
        self.out_of_sight = false;
        self.score = sighting.found.map(|found| found.score);
        let merit = face.quality.merit();
        if self.picture.as_ref().is_none_or(|best| merit > best.merit) {
            self.picture = Some(Picture {
                merit,
                bytes: picture.clone(),
                bounds: face.bounds,
            });
        }
        if face.quality.is_good() {
            self.look_well(sighting, at);
        }
    }

    fn look_well(&mut self, sighting: &Sighting, at: Duration) {
        let template = &sighting.face.template;
        self.first_good.get_or_insert(at);
        self.appearance = if self.good_views == 0 {
            template.clone()
        } else {
            self.appearance.towards(template, REFRESH)
        };
        self.good_views += 1;
        self.views.push_back(View {
            template: template.clone(),
            found: sighting.found,
        });
        if self.views.len() > LONGEST_WINDOW {
            self.views.pop_front();
        }
    }

    /// The gallery has changed: who is in it now counts at once, for frames already seen too.
    pub fn reconsider(&mut self, gallery: &Gallery) {
        for view in &mut self.views {
            view.found = gallery.search(&view.template);
        }
        if let Identity::Known(person) = self.identity
            && !self.views.iter().any(|view| view.person() == Some(person))
        {
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
        if let Identity::Known(_) = self.identity {
            return None;
        }
        let window = settings.window.clamp(1, LONGEST_WINDOW);
        let skip = self.views.len().saturating_sub(window);
        let (person, matches) = self.agreement(skip);
        let agreed = matches.len() >= settings.agreeing_frames.max(1)
            && matches.len() * 2 > self.views.len() - skip;
        self.identity = match person {
            Some(person) if agreed => Identity::Known(person),
            _ if self.is_stranger(settings, at) => Identity::Unknown,
            _ => self.identity,
        };
        if self.identity == Identity::Undecided || self.told.contains(&self.identity) {
            return None;
        }
        self.told.push(self.identity);
        let counted = if agreed {
            matches
        } else {
            self.views.iter().filter_map(|v| v.found).collect()
        };
        Some(self.decided(agreed, &counted, at, gallery))
    }

    /// The person named by most of the views from `skip` on, and those matches.
    fn agreement(&self, skip: usize) -> (Option<PersonId>, Vec<Match>) {
        let views = || self.views.iter().skip(skip);
        let votes = |person| views().filter(|view| view.person() == Some(person)).count();
        let person = views()
            .filter_map(View::person)
            .max_by_key(|person| votes(*person));
        let matches = views().filter(|view| person.is_some() && view.person() == person);
        (person, matches.filter_map(|view| view.found).collect())
    }

    fn is_stranger(&self, settings: &TrackerSettings, at: Duration) -> bool {
        let waited = self.first_good.map(|first| at.saturating_sub(first));
        self.good_views >= settings.stranger_frames
            && waited.is_some_and(|waited| waited >= settings.stranger_after)
    }

    #[allow(clippy::cast_precision_loss)] // at most LONGEST_WINDOW
    fn decided(&self, known: bool, counted: &[Match], at: Duration, gallery: usize) -> Decided {
        let best = counted.iter().max_by(|a, b| a.score.total_cmp(&b.score));
        let mean = counted.iter().map(|found| found.score).sum::<f32>() / counted.len() as f32;
        let score = if known {
            mean
        } else {
            best.map_or(-1.0, |best| best.score)
        };
        let runner_up = best.and_then(|best| best.runner_up).map(|(_, score)| score);
        Decided {
            track: self.id,
            person: best.filter(|_| known).map(|best| best.person),
            score,
            threshold: best.map_or_else(|| crate::threshold::identification(0, 1), |b| b.threshold),
            runner_up,
            margin: runner_up.map(|runner_up| score - runner_up),
            frames: if known {
                counted.len()
            } else {
                self.good_views
            },
            gallery,
            first_seen: self.first_seen,
            decided_at: at,
            picture: self
                .picture
                .as_ref()
                .map(|best| best.bytes.clone())
                .unwrap_or_default(),
            bounds: self
                .picture
                .as_ref()
                .map_or(self.bounds, |best| best.bounds),
        }
    }
}
