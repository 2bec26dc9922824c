//! Which face of a frame continues which track.
//!
//! Place alone would swap two people who cross, likeness alone would lose a face that is turned
//! aside for a moment. So both count, and two things are never done: to continue a track with
//! a good view of a face that is unlike it, or with a face that is recognised as somebody else.

use super::track::Track;
use super::{Identity, Sighting};

/// A good view that is less alike than this (cosine) is another person. Of pairs of one
/// person's photographs on different days, 1 % are below .91; frames of a video are far closer.
const SAME_PERSON: f32 = 0.90;
/// A track out of sight is taken up anywhere in the picture by a face at least so alike.
const RETURNED: f32 = 0.95;
/// Greatest distance between two frames, in face sizes.
const REACH: f32 = 1.0;
/// What a cosine above [`SAME_PERSON`] is worth against overlap.
const LIKENESS: f32 = 8.0;

/// For each sighting the index of the track it continues. Every track is given once, the
/// clearest pairs first.
pub fn assign(tracks: &[Track], sightings: &[Sighting]) -> Vec<Option<usize>> {
    let mut pairs: Vec<(f32, usize, usize)> = Vec::new();
    for (t, track) in tracks.iter().enumerate() {
        for (s, sighting) in sightings.iter().enumerate() {
            pairs.extend(affinity(track, sighting).map(|affinity| (affinity, t, s)));
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
fn affinity(track: &Track, sighting: &Sighting) -> Option<f32> {
    if let (Identity::Known(one), Some(other)) = (track.identity(), sighting.person())
        && one != other
    {
        return None;
    }
    let face = sighting.face;
    let overlap = track.bounds().overlap(&face.bounds);
    let size = (track.bounds().height + face.bounds.height) / 2.0;
    let distance = track.bounds().centre().distance(face.bounds.centre()) / size.max(1.0);
    let cosine = track.likeness(face);
    let comparable = face.quality.is_good() && track.has_good_view();
    if comparable && cosine < SAME_PERSON {
        return None;
    }
    let near = overlap > 0.1 || distance <= REACH;
    let returned = comparable && cosine >= RETURNED && track.is_out_of_sight();
    let likeness = if comparable {
        (cosine - SAME_PERSON) * LIKENESS
    } else {
        0.0
    };
    (near || returned).then_some(overlap - distance * 0.1 + likeness)
}
