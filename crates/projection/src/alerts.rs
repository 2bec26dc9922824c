//! Which entries make a guard look.

use crate::visits::Moved;
use model::{
    AccessEvent, Alert, AlertId, AlertKind, Comparison, DeviceId, Direction, Entry, EventId,
    FingerSubject, Notice, Outcome, Reason, Taken, TimeSource, Visit, VisitState,
};
use uuid::Uuid;

/// The identity of the alert of this kind that this entry raises: at most one each, and the
/// same one when the log is folded again.
#[must_use]
pub fn alert_id(entry: EventId, kind: AlertKind) -> AlertId {
    // Odd multiples of a 64-bit odd constant differ in the low half, so kinds never collide.
    let salt = u128::from(number(kind)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    AlertId(Uuid::from_u128(entry.0.as_u128() ^ salt))
}

/// A number per kind that never changes: stored ids follow from it.
const fn number(kind: AlertKind) -> u8 {
    match kind {
        AlertKind::Stranger => 1,
        AlertKind::Denied => 2,
        AlertKind::UnknownTag => 3,
        AlertKind::PictureDisagrees => 4,
        AlertKind::NotTaken => 5,
        AlertKind::ExitWithoutEntry => 6,
        AlertKind::SecondEntry => 7,
        AlertKind::MissingExit => 8,
        AlertKind::DeviceSilent => 9,
        AlertKind::VerificationFailed => 10,
        AlertKind::PartLost => 11,
        AlertKind::CardImported => 12,
        AlertKind::Duress => 13,
        AlertKind::FingersLocked => 14,
        AlertKind::LooksLikeAPicture => 15,
    }
}

fn alert(entry: &Entry, kind: AlertKind) -> Alert {
    Alert {
        id: alert_id(entry.id, kind),
        kind,
        raised_at: entry.written_at,
        event: entry.id,
        access_point: None,
        device: None,
        person: None,
        visit: None,
        acknowledged: None,
    }
}

/// The alerts of a passage. A reason with a kind of its own raises that; *denied* stands for all others.
pub(crate) fn of_access(entry: &Entry, event: &AccessEvent, moved: &Moved) -> Vec<Alert> {
    if is_from_card(event) {
        return Vec::new();
    }
    let of_kind = |kind| Alert {
        access_point: Some(event.place.access_point),
        device: event.evidence.devices.first().copied(),
        person: event.decision.person,
        ..alert(entry, kind)
    };
    let mut kinds = of_decision(event);
    kinds.extend(moved.no_entry.then_some(AlertKind::ExitWithoutEntry));
    kinds.extend(moved.second_entry.then_some(AlertKind::SecondEntry));
    kinds.into_iter().map(of_kind).collect()
}

/// Whether a passage was read from a controller's card, long after it happened: what a guard has to know of
/// these is told once for the whole card ([`Notice::CardImported`]).
const fn is_from_card(event: &AccessEvent) -> bool {
    let evidence = &event.evidence;
    let classic = evidence.classic_entry.is_some() || evidence.classic_exit.is_some();
    classic && matches!(evidence.time.source, TimeSource::Device)
}

fn of_decision(event: &AccessEvent) -> Vec<AlertKind> {
    let reasons = &event.decision.reasons;
    let denied = event.decision.outcome == Outcome::Denied;
    let picture = event.evidence.picture.as_ref();
    let revised = reasons.contains(&Reason::HeldToBeAnother);
    let disagrees = picture.is_some_and(|p| matches!(p.comparison, Comparison::Disagrees { .. }));
    let stranger = reasons.contains(&Reason::Stranger);
    // Whoever goes out has been inside: there a stranger is a denial like any other.
    let comes_in = event.place.direction != Direction::Exit;
    // Of a lock-out there is one alert, which its notice raised: presses while it stands raise no more, whatever else
    // was not shown.
    let locked = reasons.contains(&Reason::FingersLocked);
    // That the face looks like a picture says why it is not known to be alive.
    let pictured = reasons.contains(&Reason::LooksLikeAPicture);
    let told = |r: Reason| {
        (locked && (r == Reason::FingersLocked || is_missing(r))) || (pictured && is_of_liveness(r))
    };
    let plain = (stranger && !comes_in) || reasons.iter().any(|r| is_plain(*r) && !told(*r));
    let fingerprint = event.evidence.fingerprint.as_ref();
    let duress = fingerprint.is_some_and(|finger| finger.duress);
    let rows = [
        (duress, AlertKind::Duress),
        (stranger && comes_in, AlertKind::Stranger),
        (denied && plain, AlertKind::Denied),
        (reasons.contains(&Reason::TagUnknown), AlertKind::UnknownTag),
        (disagrees || revised, AlertKind::PictureDisagrees),
        (pictured, AlertKind::LooksLikeAPicture),
        (event.decision.taken == Taken::NotTaken, AlertKind::NotTaken),
    ];
    let raised = rows.into_iter().filter(|(holds, _)| *holds);
    raised.map(|(_, kind)| kind).collect()
}

/// Something that was not shown.
const fn is_missing(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::TagMissing | Reason::FingerMissing | Reason::FaceMissing
    )
}

/// What an access point makes of a face that is not known to be alive.
const fn is_of_liveness(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::LivenessNotEstablished | Reason::AnotherFactorNeeded
    )
}

/// A denying reason that has no alert of its own.
const fn is_plain(reason: Reason) -> bool {
    !matches!(
        reason,
        Reason::Stranger
            | Reason::TagUnknown
            | Reason::PictureShowsSomebodyElse
            | Reason::PictureShowsNoFace
            | Reason::DeviceTimeSetAside
            | Reason::NotCompleted
            | Reason::HeldToBeAnother
            | Reason::LooksLikeAPicture
    )
}

/// The alert of a notice; `visit` is the one that an overdue notice is about.
pub(crate) fn of_notice(entry: &Entry, notice: &Notice, visit: Option<&Visit>) -> Option<Alert> {
    match notice {
        Notice::DeviceSilent { device, .. } => Some(of_device(entry, *device)),
        Notice::VisitOverdue { person, .. } => {
            let inside = visit.is_some_and(|v| v.state == VisitState::Open);
            inside.then(|| Alert {
                person: Some(*person),
                visit: visit.map(|v| v.id),
                ..alert(entry, AlertKind::MissingExit)
            })
        }
        Notice::PartLost { .. } => Some(alert(entry, AlertKind::PartLost)),
        Notice::CardImported { denied: 0, .. } => None,
        Notice::CardImported { .. } => Some(alert(entry, AlertKind::CardImported)),
        Notice::FingersLocked { subject, .. } => Some(of_locked(entry, *subject)),
        Notice::VerificationFailed { .. } => Some(alert(entry, AlertKind::VerificationFailed)),
    }
}

fn of_locked(entry: &Entry, subject: FingerSubject) -> Alert {
    let (access_point, person) = match subject {
        FingerSubject::AccessPoint { access_point } => (Some(access_point), None),
        FingerSubject::Person { person } => (None, Some(person)),
    };
    Alert {
        access_point,
        person,
        ..alert(entry, AlertKind::FingersLocked)
    }
}

fn of_device(entry: &Entry, device: DeviceId) -> Alert {
    Alert {
        device: Some(device),
        ..alert(entry, AlertKind::DeviceSilent)
    }
}
