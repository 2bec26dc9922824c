//! Accuracy on a set of prints: which pairs are compared, and what is learnt from which database.

use std::num::NonZero;
use std::thread;

use crate::fusion::without_ridges;
use crate::prepared::both_have_ridges;
use crate::score::{best, shipped};
use crate::{Features, Prepared, Weights, features};

/// One print of a set.
#[derive(Debug)]
pub struct Sample {
    /// The database it belongs to: what is left out when its weights are learnt.
    pub database: String,
    /// Which finger, by any number; different databases have different fingers.
    pub finger: u32,
    /// Which impression of that finger, from 1.
    pub impression: u32,
    /// The template, ready; `None` when none could be made, which is the lowest score in every comparison.
    pub prepared: Option<Prepared>,
}

/// Which pairs are compared, always within one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Every impression with every other.
    All,
    /// That of FVC: all pairs of a finger, and the first impressions of different fingers.
    Fvc,
}

impl Protocol {
    /// Does this pair belong to it? Symmetric pairs are the same pair: each is made once.
    #[must_use]
    pub fn compares(self, a: &Sample, b: &Sample) -> bool {
        let wanted = match self {
            Self::All => true,
            Self::Fvc => a.finger == b.finger || (a.impression == 1 && b.impression == 1),
        };
        wanted && a.database == b.database
    }
}

/// A comparison that was made.
#[derive(Debug, Clone)]
pub struct Observation {
    /// Index of the one sample.
    pub one: usize,
    /// Index of the other.
    pub other: usize,
    /// What was seen, for each way in which the two may lie on one another.
    pub ways: Vec<Features>,
}

/// Compares the pairs of a protocol, on all cores.
#[must_use]
pub fn observe(samples: &[Sample], protocol: Protocol) -> Vec<Observation> {
    let pairs = pairs(samples, protocol);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let each = pairs.len().div_ceil(threads).max(1);
    let observed = |(one, other): &(usize, usize)| Observation {
        one: *one,
        other: *other,
        ways: ways(&samples[*one], &samples[*other]),
    };
    thread::scope(|scope| {
        let parts: Vec<_> = pairs
            .chunks(each)
            .map(|part| scope.spawn(move || part.iter().map(observed).collect::<Vec<_>>()))
            .collect();
        let joined = parts.into_iter().flat_map(|part| match part.join() {
            Ok(observations) => observations,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        joined.collect()
    })
}

fn ways(one: &Sample, other: &Sample) -> Vec<Features> {
    match (&one.prepared, &other.prepared) {
        (Some(a), Some(b)) => features(a, b),
        _ => Vec::new(),
    }
}

fn pairs(samples: &[Sample], protocol: Protocol) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (i, a) in samples.iter().enumerate() {
        for (j, b) in samples.iter().enumerate().skip(i + 1) {
            if protocol.compares(a, b) {
                pairs.push((i, j));
            }
        }
    }
    pairs
}

/// Learns weights from all observations whose database is not `without`.
#[must_use]
pub fn learn(samples: &[Sample], seen: &[Observation], without: Option<&str>) -> Weights {
    learnt_of(samples, seen, without, |features| *features)
}

/// Learns, in the same way, the chance that minutiae alone leave before the ridges are laid on one another.
#[must_use]
pub fn learn_chance(samples: &[Sample], seen: &[Observation], without: Option<&str>) -> Weights {
    learnt_of(samples, seen, without, without_ridges)
}

fn learnt_of(
    samples: &[Sample],
    seen: &[Observation],
    without: Option<&str>,
    view: impl Fn(&Features) -> Features,
) -> Weights {
    let others = seen.iter().filter(|o| {
        !o.ways.is_empty() && without.is_none_or(|name| samples[o.one].database != name)
    });
    let others: Vec<(&Observation, bool)> = others
        .map(|o| (o, samples[o.one].finger == samples[o.other].finger))
        .collect();
    let first = others
        .iter()
        .filter_map(|(o, g)| Some((view(o.ways.first()?), *g)));
    let mut weights = Weights::learn(&first.collect::<Vec<_>>());
    // The way that counts is the one that scores best, which the weights themselves decide: twice is enough.
    for _ in 0..2 {
        let score = |f: &Features| weights.score(f);
        let best = |o: &Observation| {
            let order = |f: &Features, g: &Features| score(f).total_cmp(&score(g));
            o.ways.iter().map(&view).max_by(order)
        };
        let examples = others.iter().filter_map(|(o, g)| Some((best(o)?, *g)));
        weights = Weights::learn(&examples.collect::<Vec<_>>());
    }
    weights
}

/// Scores each observation, lowest where a template was missing. With `lodo`, each database is scored with weights
/// learnt from the others; without, with those that are shipped, as [`crate::compare`] does.
#[must_use]
pub fn scores(samples: &[Sample], seen: &[Observation], lodo: bool) -> Vec<f32> {
    let mut learnt: Vec<(&str, (Weights, Weights))> = Vec::new();
    let mut scores = Vec::with_capacity(seen.len());
    for observation in seen {
        let database = samples[observation.one].database.as_str();
        if lodo && !learnt.iter().any(|(name, _)| *name == database) {
            let weights = learn(samples, seen, Some(database));
            let chance = learn_chance(samples, seen, Some(database));
            learnt.push((database, (weights, chance)));
        }
        let own = learnt.iter().find(|(name, _)| *name == database);
        let with_ridges = have_ridges(&samples[observation.one], &samples[observation.other]);
        let ways = &observation.ways;
        scores.push(match own {
            Some((_, (weights, chance))) => best(weights, with_ridges.then_some(chance), ways),
            None => shipped(ways, with_ridges),
        });
    }
    scores
}

fn have_ridges(one: &Sample, other: &Sample) -> bool {
    match (&one.prepared, &other.prepared) {
        (Some(a), Some(b)) => both_have_ridges(a, b),
        _ => true,
    }
}
