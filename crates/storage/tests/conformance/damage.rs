//! A row that was damaged behind the store's back concerns whoever needs it, and nobody else.

use model::*;
use store::{
    Append, Book, Ingest, Listed, LogFilter, Page, People, Projected, Put, Settlement, StoreError,
    StrangerSeen, Strangers, VisitFilter, Write,
};
use uuid::Uuid;

use crate::Site;
use crate::make::person;

fn write(write: Write) -> Append {
    let mut append = Append::entry(entry());
    append.writes.push(write);
    append
}

fn entry() -> Entry {
    Entry {
        id: EventId(Uuid::new_v4()),
        written_at: Timestamp::now(),
        author: Author::System,
        record: Record::Act(Act::PersonChanged {
            person: PersonId(Uuid::from_u128(7)),
        }),
    }
}

fn alice() -> Person {
    Person {
        id: PersonId(Uuid::from_u128(7)),
        photo: None,
        ..person("17", "Alice Arden")
    }
}

fn draft(key: SourceKey) -> ObservationDraft {
    ObservationDraft {
        device: DeviceId(Uuid::from_u128(1)),
        access_point: AccessPointId(Uuid::from_u128(2)),
        key,
        device_time: DeviceTime::Absent,
        received_at: Timestamp::now(),
        deferred: false,
        sighting: Sighting::Picture {
            picture: PictureId(Uuid::from_u128(9)),
        },
        raw: Vec::new(),
    }
}

fn counted(sequence: u64) -> ObservationDraft {
    let boot_id = "boot".to_owned();
    draft(SourceKey::Sequence { boot_id, sequence })
}

const SPOILT_OBSERVATIONS: &str = "UPDATE observations SET sealed = randomblob(99)";

pub async fn a_row_that_does_not_open_fails_its_own_write_and_no_other<S: Site>() {
    let site = S::found().await;
    let person = alice();
    let added = write(Write::Person(Put::Add(person.clone())));
    site.store().append(added).await.unwrap();
    let site = site
        .damaged("UPDATE people SET details = randomblob(61)")
        .await;
    let late = write(Write::Person(Put::change(person.clone(), person)));
    // Queued in one go, so that they share a group.
    let (refused, others) = tokio::join!(
        site.store().append(late),
        futures::future::join_all((1..=50).map(|n| site.store().commit(counted(n)))),
    );
    assert!(matches!(refused, Err(StoreError::Unsealable { .. })));
    assert!(others.iter().all(Result::is_ok), "{others:?}");
    assert_eq!(site.store().size().await.unwrap(), 1);
}

pub async fn a_person_who_does_not_open_keeps_no_site_from_making_surrogates_again<S: Site>() {
    let site = S::found().await;
    let named = |id, number: &str| {
        let mut person = alice();
        person.id = PersonId(Uuid::from_u128(id));
        person.number = number.to_owned();
        person.details.identity_number = "1234 5678 9017".to_owned();
        person
    };
    for person in [named(7, "17"), named(8, "18")] {
        let added = write(Write::Person(Put::Add(person)));
        site.store().append(added).await.unwrap();
    }
    let site = site
        .damaged(
            "UPDATE people SET identity_number = x'00'; \
             UPDATE people SET details = randomblob(61) WHERE number = '17'; \
             DELETE FROM meta WHERE name = 'identity number surrogates'",
        )
        .await;
    let found = site.store().person_by_identity_number("123456789017").await;
    assert_eq!(found.unwrap().unwrap().number, "18");
}

pub async fn a_lock_of_what_has_no_fingers_is_no_lock_of_an_access_point<S: Site>() {
    let site = S::found().await;
    let lock = FingerLock {
        subject: FingerSubject::Person { person: alice().id },
        since: Timestamp::now(),
        failures: 5,
    };
    let locking = write(Write::LockFingers(lock));
    site.store().append(locking).await.unwrap();
    let site = site.damaged("UPDATE finger_locks SET kind = 'door'").await;
    let locks = site.store().finger_locks().await;
    assert!(matches!(locks, Err(StoreError::Damaged(_))), "{locks:?}");
}

pub async fn a_stranger_whose_template_does_not_open_is_erased_all_the_same<S: Site>() {
    let site = S::found().await;
    let seen = StrangerSeen {
        picture: PictureId(Uuid::new_v4()),
        face: PictureId(Uuid::new_v4()),
        stranger: StrangerId(Uuid::new_v4()),
        at: Timestamp::UNIX_EPOCH,
        model: "test/1".to_owned(),
        template: vec![7; 16],
    };
    site.store().keep_stranger(&seen).await.unwrap();
    let site = site
        .damaged("UPDATE strangers SET sealed = randomblob(61)")
        .await;
    let unreadable = StrangerSeen {
        template: Vec::new(),
        ..seen
    };
    let stored = site.store().strangers_seen().await.unwrap();
    assert_eq!(stored, std::slice::from_ref(&unreadable));
    let erased = site
        .store()
        .erase_strangers(Timestamp::now())
        .await
        .unwrap();
    assert_eq!(erased.len(), 1);
    assert_eq!(erased[0].face, unreadable.face);
}

pub async fn rows_left_over_from_a_log_that_was_cut_off_fail_the_append_alone<S: Site>() {
    let site = S::found().await;
    for _ in 0..2 {
        site.store().append(Append::entry(entry())).await.unwrap();
    }
    let site = site
        .damaged("DELETE FROM entries WHERE idx = 1; DELETE FROM nodes WHERE level > 0 OR idx > 0;")
        .await;
    let (refused, other) = tokio::join!(
        site.store().append(Append::entry(entry())),
        site.store().commit(counted(1)),
    );
    assert!(
        matches!(refused, Err(StoreError::Damaged(_))),
        "{refused:?}"
    );
    other.unwrap();
}

pub async fn an_unsettled_observation_that_does_not_open_is_told_apart_and_can_be_listed<
    S: Site,
>() {
    let site = S::found().await;
    let lost = site.store().commit(counted(1)).await.unwrap().observation;
    let site = site.damaged(SPOILT_OBSERVATIONS).await;
    let kept = site.store().commit(counted(2)).await.unwrap().observation;
    let unsettled = site.store().unsettled().await.unwrap();
    assert_eq!(unsettled.observations, [kept]);
    let group = &unsettled.unreadable[0];
    assert_eq!(group.observations, [lost.id]);
    assert_eq!(group.reason, UnresolvedReason::Damaged);
    assert_eq!(group.picture, Some(PictureId(Uuid::from_u128(9))));
    let listed = Settlement::Unresolved(group.clone());
    site.store().settle(listed).await.unwrap();
    let unsettled = site.store().unsettled().await.unwrap();
    assert_eq!(unsettled.unreadable, []);
}

pub async fn a_resighting_that_does_not_open_is_listed<S: Site>() {
    let site = S::found().await;
    let first = site.store().commit(counted(1)).await.unwrap().observation;
    let second = site.store().commit(counted(2)).await.unwrap().observation;
    let site = site.damaged(SPOILT_OBSERVATIONS).await;
    let join = Settlement::Joined {
        observation: second.id,
        joins: first.id,
    };
    site.store().settle(join).await.unwrap();
    let listed = site.store().unresolved(None, 9).await.unwrap();
    let group = &listed[0].unresolved;
    assert_eq!(group.observations, [second.id]);
    assert_eq!(group.reason, UnresolvedReason::Damaged);
}

pub async fn what_repeats_an_observation_that_does_not_open_is_still_a_repetition<S: Site>() {
    let site = S::found().await;
    let content = || {
        let (digest, window_s) = ([3; 32], None);
        draft(SourceKey::Content { digest, window_s })
    };
    let mut firsts = Vec::new();
    for draft in [counted(1), content()] {
        firsts.push(site.store().commit(draft).await.unwrap().observation);
    }
    let site = site.damaged(SPOILT_OBSERVATIONS).await;
    for (draft, first) in [counted(1), content()].into_iter().zip(firsts) {
        let again = site.store().commit(draft).await.unwrap();
        assert!(again.duplicate);
        assert_eq!(again.observation.id, first.id);
        assert_eq!(again.observation.sighting, first.sighting);
    }
}

pub async fn projections_of_an_earlier_gatebook_are_folded_again_at_the_start<S: Site>() {
    let site = S::found().await;
    site.store().append(Append::entry(passed())).await.unwrap();
    let visits = VisitFilter {
        limit: 9,
        ..VisitFilter::default()
    };
    let before = site.store().visits(&visits).await.unwrap();
    assert_eq!(before.len(), 1);
    let site = site
        .damaged("DELETE FROM visits; UPDATE meta SET value = x'31' WHERE name LIKE 'proj%'")
        .await;
    assert_eq!(site.store().visits(&visits).await.unwrap(), before);
}

fn passed() -> Entry {
    let at = Timestamp::now();
    let correction = Correction::AddMissed {
        person: PersonId(Uuid::from_u128(7)),
        place: Place {
            access_point: AccessPointId(Uuid::from_u128(2)),
            direction: Direction::Entry,
            area: AreaId(Uuid::from_u128(3)),
            area_has_exit: true,
        },
        direction: Direction::Entry,
        at,
        reason: "seen".to_owned(),
    };
    Entry {
        record: Record::Correction(correction),
        ..entry()
    }
}

pub async fn an_entry_that_does_not_open_hides_none_of_the_others<S: Site>() {
    let site = S::found().await;
    for _ in 0..3 {
        site.store().append(Append::entry(entry())).await.unwrap();
    }
    let site = site
        .damaged("UPDATE entries SET sealed = id WHERE idx = 1")
        .await;
    let page = Page {
        before: None,
        limit: 10,
    };
    let listed = site
        .store()
        .listed(&LogFilter::default(), page)
        .await
        .unwrap();
    let indexes: Vec<u64> = listed.iter().map(Listed::index).collect();
    assert_eq!(indexes, [2, 1, 0]);
    let unreadable = |one: &Listed| matches!(one, Listed::Unreadable { .. });
    let unreadable: Vec<bool> = listed.iter().map(unreadable).collect();
    assert_eq!(unreadable, [false, true, false]);
    let whole = site.store().entries(&LogFilter::default(), page).await;
    assert!(whole.is_err_and(|error| error.is_damage()));
    let Listed::Unreadable { event, .. } = listed[1] else {
        unreachable!()
    };
    assert!(
        site.store()
            .entry(event)
            .await
            .is_err_and(|error| error.is_damage())
    );
    assert_eq!(site.store().entries_of(&[event]).await.unwrap(), []);
}
