//! Puts the observations of one passage together as its evidence.

use crate::recent::stands;
use jiff::Timestamp;
use model::{
    Comparison, DeviceTime, Evidence, FaceSighting, FingerEvidence, Observation, PictureEvidence,
    PictureId, Sighting, TagEvidence, TimeProvenance, TimeSource, Unresolved, UnresolvedReason,
};

/// What two sightings of one passage come to: the name of one that has a name, for that a face is like two people says
/// nothing against it; and what is known of either being alive.
fn together(earlier: &FaceSighting, now: &FaceSighting) -> FaceSighting {
    let loses_name = now.person.is_none() && earlier.person.is_some();
    let (earlier, now) = if loses_name {
        (now, earlier)
    } else {
        (earlier, now)
    };
    let stays = stands(earlier.known_liveness(), now.known_liveness());
    let known = if stays { earlier } else { now };
    let named = if earlier.person.is_none() { now } else { known };
    FaceSighting {
        liveness: known.liveness,
        spoof: known.spoof.clone(),
        ..named.clone()
    }
}

/// When an observation happened: its own time if it was delivered late and has a possible one,
/// else its receipt.
pub(crate) fn occurred_at(observation: &Observation) -> Timestamp {
    claimed(observation)
        .filter(|_| observation.deferred)
        .unwrap_or(observation.received_at)
}

fn claimed(observation: &Observation) -> Option<Timestamp> {
    match observation.device_time {
        DeviceTime::Claimed { at, .. } => Some(at),
        DeviceTime::Absent | DeviceTime::Impossible { .. } => None,
    }
}

/// The skew is told for live observations only: for a late one the difference is its delay. A
/// classic entry line tells the time of its finger, so the skew is counted from that message.
fn provenance(observation: &Observation, finger: Option<&Observation>) -> TimeProvenance {
    let claimed = claimed(observation);
    let from_device = observation.deferred && claimed.is_some();
    let told_by = match observation.sighting {
        Sighting::ClassicEntry(_) => finger,
        _ => Some(observation),
    };
    let live = claimed.zip(told_by).filter(|_| !observation.deferred);
    TimeProvenance {
        source: if from_device {
            TimeSource::Device
        } else {
            TimeSource::Server
        },
        device: observation.device_time.clone(),
        skew_ms: live.map(|(at, told_by)| {
            let received_ms = told_by.received_at.as_millisecond();
            received_ms.saturating_sub(at.as_millisecond())
        }),
    }
}

/// The evidence that `first` and `others` are of one passage. Its time is that of the
/// controller's line where there is one: then the door opened.
pub(crate) fn evidence(first: &Observation, others: &[Observation]) -> Evidence {
    let mut seen: Vec<&Observation> = std::iter::once(first).chain(others).collect();
    seen.sort_by_key(|o| (o.received_at, o.order));
    let finger = seen.iter().copied().find(|o| is_finger(o));
    let line = seen.iter().copied().find(|o| is_line(o));
    let earliest = seen.first().copied().unwrap_or(first);
    let decisive = line.unwrap_or(earliest);
    let mut evidence = Evidence {
        access_point: first.access_point,
        observations: seen.iter().map(|o| o.id).collect(),
        devices: Vec::new(),
        finger: None,
        tag: None,
        face: None,
        fingerprint: None,
        picture: None,
        classic_entry: None,
        classic_exit: None,
        occurred_at: occurred_at(decisive),
        received_at: first.received_at,
        time: provenance(decisive, finger),
    };
    for observation in seen {
        add(&mut evidence, observation);
    }
    evidence
}

fn is_finger(observation: &Observation) -> bool {
    matches!(observation.sighting, Sighting::Finger { .. })
}

fn is_line(observation: &Observation) -> bool {
    matches!(
        observation.sighting,
        Sighting::ClassicEntry(_) | Sighting::ClassicExit(_)
    )
}

fn add(evidence: &mut Evidence, observation: &Observation) {
    evidence.received_at = evidence.received_at.max(observation.received_at);
    if !evidence.devices.contains(&observation.device) {
        evidence.devices.push(observation.device);
    }
    let tag = |tag: &model::TagText, issued| TagEvidence {
        tag: tag.clone(),
        issued,
    };
    match &observation.sighting {
        Sighting::Finger { number, stamp } => {
            evidence.finger = Some(FingerEvidence {
                number: number.clone(),
                stamp: stamp.clone(),
            });
        }
        Sighting::Tag { tag: read } => evidence.tag = Some(tag(read, false)),
        Sighting::Face(face) => {
            evidence.face = Some(match evidence.face.take() {
                Some(earlier) => together(&earlier, face),
                None => face.clone(),
            });
        }
        Sighting::Fingerprint(finger) => evidence.fingerprint = Some(finger.clone()),
        Sighting::PictureRequested => {}
        Sighting::Picture { picture } => evidence.picture = Some(not_compared(*picture)),
        Sighting::ClassicEntry(line) => {
            let brought = line.picture.map(not_compared);
            evidence.picture = brought.or(evidence.picture.take());
            evidence.tag = line.tag.as_ref().map(|t| tag(t, true));
            evidence.classic_entry = Some(line.clone());
        }
        Sighting::ClassicExit(line) => {
            evidence.tag = Some(tag(&line.tag, false));
            evidence.classic_exit = Some(line.clone());
        }
    }
}

fn not_compared(picture: PictureId) -> PictureEvidence {
    PictureEvidence {
        picture,
        comparison: Comparison::NotCompared,
    }
}

/// Observations that become no passage, for an operator to look at.
#[must_use]
pub fn unresolved(
    first: &Observation,
    others: &[Observation],
    reason: UnresolvedReason,
) -> Unresolved {
    let seen = || std::iter::once(first).chain(others);
    Unresolved {
        observations: seen().map(|o| o.id).collect(),
        access_point: first.access_point,
        at: first.received_at,
        reason,
        picture: seen().find_map(|o| o.sighting.picture()),
    }
}
