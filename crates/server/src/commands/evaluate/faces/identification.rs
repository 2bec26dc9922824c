//! One photograph against a gallery that does not hold everybody.

use super::measure::{Described, Image};
use super::verification::Side;
use crate::cli::EvaluateFaces;
use evaluation::{OpenSet, Search};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use vision::Template;

/// Galleries drawn for each size at most, so that a few hard people do not decide the figure.
const DRAWS: usize = 20;

/// Figures of one size of gallery.
#[derive(Clone, Debug, Serialize)]
pub struct Identification {
    /// People in the gallery.
    pub gallery: usize,
    /// Images each was enrolled with.
    pub images: usize,
    /// Searches of people enrolled.
    pub enrolled: usize,
    /// Searches of strangers.
    pub strangers: usize,
    /// Share of people enrolled who are named, while 1 % of strangers are taken for somebody.
    pub tpir: f64,
    /// The score that has to be reached.
    pub threshold: f64,
}

/// Searches galleries of each size that the photographs suffice for.
pub fn measure(
    described: &Described,
    args: &EvaluateFaces,
    live: Side,
    enrolled: Side,
) -> Vec<Identification> {
    let mut people: BTreeMap<u32, Vec<&Image>> = BTreeMap::new();
    for image in described.images.values() {
        people.entry(image.person).or_default().push(image);
    }
    let mut measured = Vec::new();
    for &images in &args.enrolled {
        let able: Vec<u32> = people
            .iter()
            .filter(|(_, own)| own.len() > images)
            .map(|(person, _)| *person)
            .collect();
        for &gallery in args.galleries.iter().filter(|size| **size > 0) {
            if gallery <= able.len() {
                let searched = Searched {
                    people: &people,
                    live,
                    enrolled,
                };
                measured.extend(searched.galleries(&able, gallery, images));
            }
        }
    }
    measured
}

struct Searched<'a> {
    people: &'a BTreeMap<u32, Vec<&'a Image>>,
    live: Side,
    enrolled: Side,
}

impl Searched<'_> {
    fn galleries(&self, able: &[u32], gallery: usize, images: usize) -> Option<Identification> {
        let mut searches = Vec::new();
        for draw in 0..able.len().div_ceil(gallery).min(DRAWS) {
            let members = able.iter().cycle().skip(draw * gallery).take(gallery);
            let members: BTreeSet<u32> = members.copied().collect();
            self.search(&members, images, &mut searches);
        }
        let strangers = searches
            .iter()
            .filter(|search| matches!(search, Search::Stranger { .. }))
            .count();
        let enrolled = searches.len() - strangers;
        let point = at_one_percent(&searches)?;
        Some(Identification {
            gallery,
            images,
            enrolled,
            strangers,
            tpir: 1.0 - point.1,
            threshold: point.0,
        })
    }

    fn search(&self, members: &BTreeSet<u32>, images: usize, searches: &mut Vec<Search>) {
        let gallery: Vec<(u32, Template)> = members
            .iter()
            .filter_map(|person| {
                let own = self.people.get(person)?;
                let mean = Template::mean(own.iter().take(images).map(|own| (self.enrolled)(own)));
                Some((*person, mean?))
            })
            .collect();
        for (person, own) in self.people {
            if members.contains(person) {
                for image in own.iter().skip(images) {
                    searches.push(of_member((self.live)(image), &gallery, *person));
                }
            } else if let Some(first) = own.first() {
                let scores = gallery.iter().map(|(_, t)| (self.live)(first).cosine(t));
                let best = f64::from(scores.fold(-1.0, f32::max));
                searches.push(Search::Stranger { best });
            }
        }
    }
}

fn of_member(probe: &Template, gallery: &[(u32, Template)], person: u32) -> Search {
    let (mut own, mut others) = (-1.0, Vec::with_capacity(gallery.len()));
    for (member, template) in gallery {
        let score = probe.cosine(template);
        if *member == person {
            own = score;
        } else {
            others.push(score);
        }
    }
    Search::Enrolled {
        score: own.into(),
        above: others.iter().filter(|other| **other >= own).count(),
    }
}

/// Threshold and FNIR where 1 % of strangers are taken for somebody. It is the score of a stranger, so one
/// look at each threshold suffices.
fn at_one_percent(searches: &[Search]) -> Option<(f64, f64)> {
    let open_set = OpenSet::new(searches.iter().copied()).ok()?;
    let mut strangers: Vec<f64> = searches
        .iter()
        .filter_map(|search| match search {
            Search::Stranger { best } => Some(*best),
            Search::Enrolled { .. } => None,
        })
        .collect();
    strangers.sort_by(|a, b| b.total_cmp(a));
    let allowed = strangers.len() / 100;
    // Just above the first stranger who is one too many.
    let threshold = strangers.get(allowed).map_or(-1.0, |score| score + 1e-9);
    Some((threshold, open_set.at(threshold, 1).fnir))
}
