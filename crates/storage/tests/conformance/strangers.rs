//! Strangers: kept for a time, found by picture, erased.

use model::*;
use store::{Append, Book, Ingest, StoreError, StrangerGone, StrangerSeen, Strangers, Write};

use crate::Site;
use crate::make::{after, entry, new_id, passage, with};

fn seen(stranger: StrangerId, second: i64) -> StrangerSeen {
    StrangerSeen {
        picture: new_id(),
        face: new_id(),
        stranger,
        at: after(second),
        model: "test/1".to_owned(),
        template: second.to_be_bytes().to_vec(),
    }
}

pub async fn a_stranger_is_told_by_every_sighting_and_survives_a_restart<S: Site>() {
    let site = S::found().await;
    let [ada, bob] = [new_id(), new_id()];
    let all = [seen(ada, 1), seen(bob, 2), seen(ada, 3)];
    for one in &all {
        site.store().keep_stranger(one).await.unwrap();
    }
    site.store().keep_stranger(&all[0]).await.unwrap();
    let site = site.restarted().await;
    let store = site.store();
    assert_eq!(store.strangers_seen().await.unwrap(), all);
    let listed = store.strangers(10).await.unwrap();
    let told = listed.iter().map(|one| (one.id, one.times, one.face));
    let expected = [(ada, 2, all[2].face), (bob, 1, all[1].face)];
    assert!(told.eq(expected), "{listed:?}");
    assert_eq!(listed[0].first_seen, after(1));
    assert_eq!(listed[0].last_seen, after(3));
    assert_eq!(store.strangers(1).await.unwrap().len(), 1);
    let found = store.find_stranger(ada).await.unwrap();
    assert_eq!(found.as_ref(), Some(&listed[0]));
    assert_eq!(store.find_stranger(new_id()).await.unwrap(), None);
    let hers = store.stranger(ada).await.unwrap();
    assert_eq!(hers, [(all[2].clone(), None), (all[0].clone(), None)]);
    assert_eq!(store.stranger_on(all[1].picture).await.unwrap(), Some(bob));
    assert_eq!(store.stranger_on(new_id()).await.unwrap(), None);
}

pub async fn a_strangers_sighting_names_the_event_it_ended_in<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let one = seen(new_id(), 1);
    let sighting = FaceSighting {
        track: 1,
        person: None,
        score: Score(0),
        threshold: Score(1),
        rarity: None,
        one_of: None,
        before: None,
        runner_up: None,
        frames: 3,
        gallery: 0,
        picture: Some(one.picture),
        liveness: None,
        spoof: None,
        covered: Vec::new(),
    };
    let draft = ObservationDraft {
        device: new_id(),
        access_point: new_id(),
        key: SourceKey::Sequence {
            boot_id: "boot".to_owned(),
            sequence: 1,
        },
        device_time: DeviceTime::Absent,
        received_at: after(1),
        deferred: false,
        sighting: Sighting::Face(sighting),
        raw: Vec::new(),
    };
    let committed = store.commit(draft).await.unwrap();
    store.keep_stranger(&one).await.unwrap();
    assert_eq!(store.event_on(one.picture).await.unwrap(), None);
    let event = entry(Record::Access(passage(Direction::Entry, None, after(1))));
    let append = Append {
        settles: vec![committed.observation.id],
        ..Append::entry(event.clone())
    };
    store.append(append).await.unwrap();
    let told = store.stranger(one.stranger).await.unwrap();
    assert_eq!(told, [(one.clone(), Some(event.id))]);
    assert_eq!(store.event_on(one.picture).await.unwrap(), Some(event.id));
}

pub async fn what_is_kept_of_strangers_is_erased_by_time_and_on_demand<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let [ada, bob] = [new_id(), new_id()];
    let all = [seen(ada, 1), seen(bob, 2), seen(ada, 3)];
    for one in &all {
        store.keep_stranger(one).await.unwrap();
    }
    let first = gone(&all[0]);
    assert_eq!(store.erase_strangers(after(2)).await.unwrap(), [first]);
    assert_eq!(store.erase_strangers(after(2)).await.unwrap(), []);
    let pictures = vec![all[0].picture, all[2].picture];
    let erase = || with(vec![Write::EraseStranger(ada, pictures.clone())]);
    store.append(erase()).await.unwrap();
    assert_eq!(store.strangers_seen().await.unwrap(), all[1..2]);
    let again = store.append(erase()).await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })));
}

fn gone(one: &StrangerSeen) -> StrangerGone {
    StrangerGone {
        stranger: one.stranger,
        picture: one.picture,
        face: one.face,
    }
}

pub async fn a_sighting_kept_since_the_caller_read_outlives_an_erasure_and_a_name<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let [ada, bob] = [new_id(), new_id()];
    let all = [seen(ada, 1), seen(ada, 2), seen(bob, 3), seen(bob, 4)];
    for one in &all {
        store.keep_stranger(one).await.unwrap();
    }
    let erase = Write::EraseStranger(ada, vec![all[0].picture]);
    store.append(with(vec![erase])).await.unwrap();
    let known = Write::StrangerKnown(bob, vec![all[2].picture]);
    store.append(with(vec![known])).await.unwrap();
    let late = [all[1].clone(), all[3].clone()];
    assert_eq!(store.strangers_seen().await.unwrap(), late);
}

pub async fn the_sighting_of_somebody_who_is_no_stranger_is_taken_back_once<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let who = new_id();
    let all = [seen(who, 1), seen(who, 2)];
    for one in &all {
        store.keep_stranger(one).await.unwrap();
    }
    let back = async || store.take_back_stranger(all[1].picture).await.unwrap();
    assert_eq!(back().await, Some(gone(&all[1])));
    assert_eq!(back().await, None);
    assert_eq!(store.strangers_seen().await.unwrap(), all[..1]);
}

pub async fn pictures_of_strangers_are_named_until_they_are_erased<S>()
where
    S: Site<Engine = storage::SqlStore>,
{
    let site = S::found().await;
    let store = site.store();
    let [ada, bob, eve] = [1, 2, 3].map(|second| seen(new_id(), second));
    for one in [&ada, &bob, &eve] {
        let mut passed = passage(Direction::Entry, None, one.at);
        passed.evidence.picture = Some(PictureEvidence {
            picture: one.picture,
            comparison: Comparison::NotCompared,
        });
        let passed = entry(Record::Access(passed));
        store.append(Append::entry(passed)).await.unwrap();
        store.keep_stranger(one).await.unwrap();
    }
    let all = [&ada, &bob, &eve]
        .map(|one| [one.picture, one.face])
        .concat();
    let unnamed = async || store.unnamed_pictures(&all).await.unwrap();
    assert_eq!(unnamed().await, []);
    store.erase_strangers(after(2)).await.unwrap();
    assert_eq!(unnamed().await, all[..2]);
    let erased = Write::EraseStranger(bob.stranger, vec![bob.picture]);
    store.append(with(vec![erased])).await.unwrap();
    assert_eq!(unnamed().await, all[..4]);
    let known = Write::StrangerKnown(eve.stranger, vec![eve.picture]);
    store.append(with(vec![known])).await.unwrap();
    let expected = [&all[..4], &[eve.face]].concat();
    assert_eq!(unnamed().await, expected, "the passage stays as it was");
}
