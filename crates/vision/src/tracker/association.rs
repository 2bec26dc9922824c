//! Which face of a frame continues which track.
//!
//! Place alone would swap two people who cross, likeness alone would lose a face that is turned
//! aside for a moment. So both count, and two things are never done: to continue a track with
//! a good view of a face that is unlike it, or with a face that is recognised as somebody else (but that a face which
//! is like a track that was named a moment ago may show the name to be wrong).

use super::Sighting;
use super::track::{ITSELF, Track};
use std::time::Duration;

/// A good view that is less alike than this (cosine) is another person. Of pairs of one
/// person's photographs on different days, 1 % are below .91; frames of a video are far closer.
const SAME_PERSON: f32 = 0.90;
/// A track that was out of sight or in a crowd is taken up anywhere in the picture by a face at
/// least so alike.
const RETURNED: f32 = 0.95;
/// Greatest distance between two frames, in face sizes.
const REACH: f32 = 1.0;
/// What a cosine above [`SAME_PERSON`] is worth against overlap.
const LIKENESS: f32 = 8.0;

/// For each sighting the index of the track it continues. Every track is given once, the
/// clearest pairs first.
pub fn assign(tracks: &[Track], sightings: &[Sighting], at: Duration) -> Vec<Option<usize>> {
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (t, track) in tracks.iter().enumerate() {
        for (s, sighting) in sightings.iter().enumerate() {
            pairs.extend(affinity(track, sighting, at).map(|affinity| (affinity, t, s)));
        }
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut owners = vec![None; sightings.len()];
    let mut taken = vec![false; tracks.len()];
    for (_, t, s) in pairs {
        if let (Some(owner @ None), Some(taken @ false)) = (owners.get_mut(s), taken.get_mut(t)) {
            *owner = Some(t);
            *taken = true;
        }
    }
    owners
}

/// How well a face continues a track; `None` if it cannot.
fn affinity(track: &Track, sighting: &Sighting, at: Duration) -> Option<f32> {
    if track.is_followed() {
        return None;
    }
    let face = sighting.face;
    let foretold = track.foretold(at);
    let overlap = foretold.overlap(&face.bounds);
    let size = ((foretold.height + face.bounds.height) / 2.0).max(1.0);
    let centre = face.bounds.centre();
    let distance = foretold.centre().distance(centre) / size;
    // Who turns round is where they were, not where they were going.
    let stayed = track.bounds().centre().distance(centre) / size;
    let likeness = face
        .quality
        .is_good()
        .then(|| track.likeness(face))
        .flatten();
    if likeness.is_some_and(|cosine| cosine < SAME_PERSON) {
        return None;
    }
    if let (Some(one), Some(other)) = (track.named(), sighting.person())
        && one != other
    {
        let itself = likeness.is_some_and(|cosine| cosine >= ITSELF);
        (itself && track.is_named_lately()).then_some(())?;
    }
    let near = overlap > 0.1 || distance.min(stayed) <= REACH;
    let lost = track.is_out_of_sight() || track.is_doubtful();
    let returned = lost && likeness.is_some_and(|cosine| cosine >= RETURNED);
    let worth = likeness.map_or(0.0, |cosine| (cosine - SAME_PERSON) * LIKENESS);
    (near || returned).then_some(overlap - distance * 0.1 + worth)
}
