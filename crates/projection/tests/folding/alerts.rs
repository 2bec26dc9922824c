use crate::world::*;
use AlertKind::{
    Denied, DeviceSilent, Duress, FingersLocked, LooksLikeAPicture, MissingExit, NotTaken,
    PictureDisagrees, Stranger, UnknownTag, VerificationFailed,
};
use model::{
    AccessEvent, Acknowledgement, Act, AlertKind, DeviceId, Direction, FingerMode, FingerResult,
    FingerSighting, FingerSubject, GateId, Notice, Reason, Taken, TimeSource, UserId, VisitId,
};
use projection::alert_id;
use uuid::Uuid;

fn raised(event: AccessEvent) -> Vec<AlertKind> {
    let mut world = World::default();
    world.pass(event);
    let mut kinds: Vec<_> = world.book.alerts().values().map(|a| a.kind).collect();
    kinds.sort_by_key(|kind| format!("{kind:?}"));
    kinds
}

fn entry(person: Option<u128>) -> AccessEvent {
    passage(person, place(Direction::Entry, true), HOUR)
}

#[test]
fn a_plain_grant_alerts_nobody() {
    assert!(raised(entry(Some(7))).is_empty());
}

#[test]
fn a_stranger_alerts_where_people_come_in_and_is_denied_where_they_go_out() {
    let stranger = |direction| {
        let event = passage(None, place(direction, true), HOUR);
        raised(denied(event, &[Reason::Stranger]))
    };
    assert_eq!(stranger(Direction::Entry), [Stranger]);
    assert_eq!(stranger(Direction::Both), [Stranger]);
    assert_eq!(stranger(Direction::Exit), [Denied]);
}

#[test]
fn a_face_that_was_held_to_be_somebody_else_alerts_that_the_picture_before_shows_another() {
    let mut event = entry(Some(7));
    event.decision.reasons = vec![Reason::HeldToBeAnother];
    assert_eq!(raised(event), [PictureDisagrees]);
    let two = denied(entry(None), &[Reason::NotToldApart]);
    assert_eq!(raised(two), [Denied]);
}

#[test]
fn a_face_that_looks_like_a_picture_alerts_once_whether_it_was_granted_or_denied() {
    let mut granted = entry(Some(7));
    granted.decision.reasons = vec![Reason::LooksLikeAPicture];
    assert_eq!(raised(granted), [LooksLikeAPicture]);
    for liveness in [Reason::LivenessNotEstablished, Reason::AnotherFactorNeeded] {
        let reasons = [liveness, Reason::LooksLikeAPicture];
        assert_eq!(
            raised(denied(entry(Some(7)), &reasons)),
            [LooksLikeAPicture]
        );
        let suspended = [Reason::PersonSuspended, liveness, Reason::LooksLikeAPicture];
        let raised = raised(denied(entry(Some(7)), &suspended));
        assert_eq!(raised, [Denied, LooksLikeAPicture]);
    }
    let plain = denied(entry(Some(7)), &[Reason::LivenessNotEstablished]);
    assert_eq!(raised(plain), [Denied]);
}

#[test]
fn a_denial_alerts_under_the_kind_of_its_reason() {
    let suspended = denied(entry(Some(7)), &[Reason::PersonSuspended]);
    assert_eq!(raised(suspended), [Denied]);
    let unknown = denied(entry(None), &[Reason::TagUnknown]);
    assert_eq!(raised(unknown), [UnknownTag]);
    let returned = denied(entry(None), &[Reason::TagNotIssued]);
    assert_eq!(raised(returned), [Denied]);
    let both = denied(entry(None), &[Reason::PersonUnknown, Reason::TagUnknown]);
    assert_eq!(raised(both), [Denied, UnknownTag]);
}

#[test]
fn a_passage_from_a_card_alerts_nobody_and_the_import_once_where_something_was_denied() {
    let mut old = denied(issuing(None, "AA", HOUR), &[Reason::PersonUnknown]);
    assert_eq!(raised(old.clone()), [Denied]);
    old.evidence.time.source = TimeSource::Device;
    assert!(raised(old).is_empty());
    let imported = |denied| {
        let mut world = World::default();
        world.notice(Notice::CardImported {
            gate: GateId(Uuid::from_u128(1)),
            passages: 6_000,
            denied,
            from: at(0),
            until: at(HOUR),
        });
        world
            .book
            .alerts()
            .values()
            .map(|a| a.kind)
            .collect::<Vec<_>>()
    };
    assert_eq!(imported(5_999), [AlertKind::CardImported]);
    assert!(imported(0).is_empty());
}

#[test]
fn a_picture_that_shows_somebody_else_alerts() {
    let event = showing_somebody_else(issuing(Some(7), "AA", HOUR));
    let event = denied(event, &[Reason::PictureShowsSomebodyElse]);
    assert_eq!(raised(event), [PictureDisagrees]);
}

#[test]
fn a_passage_that_was_not_completed_alerts() {
    let mut event = entry(Some(7));
    event.decision.taken = Taken::NotTaken;
    event.decision.reasons = vec![Reason::NotCompleted];
    assert_eq!(raised(event), [NotTaken]);
}

#[test]
fn an_alert_says_where_who_and_which_device() {
    let mut world = World::default();
    let id = world.pass(denied(entry(Some(7)), &[Reason::NotAllowedHere]));
    let alert = world.book.alerts().get(&alert_id(id, Denied)).unwrap();
    assert_eq!(alert.event, id);
    assert_eq!(alert.person, Some(who(7)));
    assert!(alert.access_point.is_some() && alert.device.is_some());
}

#[test]
fn an_alert_is_kept_until_somebody_by_name_acknowledges_it() {
    let mut world = World::default();
    let id = world.pass(denied(entry(Some(7)), &[Reason::NotAllowedHere]));
    let alert = alert_id(id, Denied);
    assert!(world.book.alerts()[&alert].acknowledged.is_none());
    let acknowledgement = Acknowledgement {
        by: UserId(Uuid::from_u128(3)),
        at: at(2 * HOUR),
        note: "spoke to him".into(),
    };
    world.act(Act::AlertAcknowledged {
        alert,
        acknowledgement: acknowledgement.clone(),
    });
    // Whoever comes second does not take the first one's place.
    world.act(Act::AlertAcknowledged {
        alert,
        acknowledgement: Acknowledgement {
            by: UserId(Uuid::from_u128(4)),
            ..acknowledgement.clone()
        },
    });
    let stored = &world.book.alerts()[&alert];
    assert_eq!(stored.acknowledged.as_ref(), Some(&acknowledgement));
}

#[test]
fn a_visit_that_is_open_for_too_long_alerts_once_it_is_noticed() {
    let mut world = World::default();
    let entry = world.enter(7, HOUR);
    let overdue = Notice::VisitOverdue {
        visit: VisitId(entry.0),
        person: who(7),
    };
    world.notice(overdue.clone());
    world.leave(7, DAY);
    world.notice(overdue);
    let alerts: Vec<_> = world.book.alerts().values().collect();
    let about: Vec<_> = alerts.iter().map(|a| (a.kind, a.visit)).collect();
    assert_eq!(about, [(MissingExit, Some(VisitId(entry.0)))]);
}

#[test]
fn a_silent_device_and_a_log_that_does_not_verify_alert() {
    let mut world = World::default();
    let silent = world.notice(Notice::DeviceSilent {
        device: DeviceId(Uuid::from_u128(60)),
        last_seen: at(0),
    });
    let failed = world.notice(Notice::VerificationFailed {
        finding: "event 3 was changed".into(),
    });
    let alerts = world.book.alerts();
    assert!(alerts.contains_key(&alert_id(silent, DeviceSilent)));
    assert!(alerts.contains_key(&alert_id(failed, VerificationFailed)));
}

#[test]
fn every_kind_has_an_alert_of_its_own() {
    let id = model::EventId(Uuid::from_u128(9));
    let kinds = [
        Stranger,
        Denied,
        UnknownTag,
        PictureDisagrees,
        NotTaken,
        AlertKind::ExitWithoutEntry,
        AlertKind::SecondEntry,
        MissingExit,
        DeviceSilent,
        VerificationFailed,
    ];
    let ids: std::collections::BTreeSet<_> = kinds.map(|kind| alert_id(id, kind)).into();
    assert_eq!(ids.len(), kinds.len());
}

#[test]
fn a_finger_of_duress_is_granted_and_alerts() {
    let with = |duress| {
        let mut event = entry(Some(7));
        event.evidence.fingerprint = Some(FingerSighting {
            result: FingerResult::Matched,
            mode: FingerMode::Search,
            person: event.decision.person,
            position: None,
            duress,
            presses: 1,
            score: None,
            searched: 1,
            picture: None,
        });
        raised(event)
    };
    assert_eq!(with(true), [Duress]);
    assert!(with(false).is_empty());
}

#[test]
fn fingers_that_were_locked_alert_and_say_whose() {
    let mut world = World::default();
    let subject = FingerSubject::Person { person: who(7) };
    world.notice(Notice::FingersLocked {
        subject,
        failures: 5,
    });
    let alerts: Vec<_> = world.book.alerts().values().cloned().collect();
    assert_eq!(alerts.len(), 1);
    assert_eq!(
        (alerts[0].kind, alerts[0].person),
        (FingersLocked, Some(who(7)))
    );
}

#[test]
fn presses_while_fingers_are_locked_raise_no_more_alerts_unless_there_is_more_to_tell() {
    let locked = |more: &[Reason]| {
        let reasons = [&[Reason::FingersLocked], more].concat();
        raised(denied(entry(Some(7)), &reasons))
    };
    assert!(locked(&[]).is_empty());
    assert!(locked(&[Reason::TagMissing]).is_empty());
    assert_eq!(locked(&[Reason::PersonSuspended]), [Denied]);
    let missing = denied(entry(Some(7)), &[Reason::TagMissing]);
    assert_eq!(raised(missing), [Denied]);
}
