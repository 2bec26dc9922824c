//! The log as people read it.

use model::*;
use store::{
    Append, Book, EntryKind, Ingest, LedgerRows, LogFilter, Page, People, Put, StoreError, Write,
};

use crate::Site;
use crate::make::{
    act, after, counted, entry, new_id, passage, passed, person, tag, with, with_tag,
};

const ALL: Page = Page {
    before: None,
    limit: 500,
};

pub async fn entries_are_numbered_from_zero_without_gaps<S: Site>() {
    let site = S::found().await;
    let appends = (0..50).map(|_| site.store().append(Append::entry(act(Act::SiteFounded))));
    let made = futures::future::join_all(appends).await;
    let mut indexes: Vec<u64> = made.into_iter().map(|m| m.unwrap().index).collect();
    indexes.sort_unstable();
    assert_eq!(indexes, (0..50).collect::<Vec<_>>());
    assert_eq!(site.store().size().await.unwrap(), 50);
}

pub async fn an_append_that_is_refused_leaves_nothing_behind<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    store
        .append(with(vec![Write::Person(Put::Add(person("1", "A")))]))
        .await
        .unwrap();
    let seen = store
        .commit(counted(new_id(), "boot", 1))
        .await
        .unwrap()
        .observation;
    let before = store.tree_head().await.unwrap();
    let (fresh, taken) = (person("2", "B"), person("1", "C"));
    let mut refused = with(vec![
        Write::Person(Put::Add(fresh)),
        Write::Person(Put::Add(taken)),
    ]);
    refused.settles.push(seen.id);
    let answer = store.append(refused).await;
    assert!(matches!(answer, Err(StoreError::Conflict { what }) if what.contains('1')));
    assert_eq!(store.tree_head().await.unwrap(), before);
    assert_eq!(store.people_count().await.unwrap(), 1);
    assert_eq!(store.unsettled().await.unwrap().observations, [seen]);
    store.append(with(Vec::new())).await.unwrap();
    assert_eq!(store.size().await.unwrap(), 2);
}

pub async fn subscribers_hear_of_every_entry_in_order<S: Site>() {
    let site = S::found().await;
    let mut commits = site.store().commits();
    let alice = new_id();
    let made = [
        passed(Direction::Entry, alice, after(0)),
        passed(Direction::Exit, alice, after(60)),
    ];
    for entry in &made {
        site.store()
            .append(Append::entry(entry.clone()))
            .await
            .unwrap();
    }
    for (index, entry) in (0..).zip(&made) {
        let heard = commits.recv().await.unwrap();
        assert_eq!((heard.index, &heard.entry), (index, entry));
        assert!(!heard.changes.is_empty());
    }
}

async fn found(store: &impl Book, filter: &LogFilter) -> Vec<u64> {
    let entries = store.entries(filter, ALL).await.unwrap();
    entries.into_iter().map(|stored| stored.index).collect()
}

/// Five entries about two people: a corrected entry, a denied one, a tag, the correction, an act.
async fn five_entries(store: &impl Book, alice: PersonId, bob: PersonId) {
    let mut denied = passage(Direction::Entry, Some(bob), after(20));
    denied.decision.outcome = Outcome::Denied;
    let wrong = passed(Direction::Entry, alice, after(10));
    let correction = Correction::NotThisPerson {
        event: wrong.id,
        instead: Some(bob),
        reason: "seen by the guard".to_owned(),
    };
    let tagged = with_tag(
        passage(Direction::Exit, Some(bob), after(30)),
        "AB12",
        false,
    );
    for entry in [
        wrong,
        entry(Record::Access(denied)),
        entry(Record::Access(tagged)),
        entry(Record::Correction(correction)),
        act(Act::PersonAdded { person: alice }),
    ] {
        store.append(Append::entry(entry)).await.unwrap();
    }
}

/// Filters, and the indexes of the five entries that each finds.
fn filters(alice: PersonId, bob: PersonId) -> Vec<(LogFilter, Vec<u64>)> {
    let any = LogFilter::default;
    let exit = crate::make::place(Direction::Exit).access_point;
    let (from, until) = (Some(after(10)), Some(after(30)));
    let kinds = vec![EntryKind::Act, EntryKind::Correction];
    let combined = LogFilter {
        person: Some(bob),
        kinds: vec![EntryKind::Access],
        ..any()
    };
    vec![
        (any(), vec![4, 3, 2, 1, 0]),
        (
            LogFilter {
                person: Some(alice),
                ..any()
            },
            vec![4, 3, 0],
        ),
        (
            LogFilter {
                person: Some(bob),
                ..any()
            },
            vec![3, 2, 1],
        ),
        (
            LogFilter {
                outcome: Some(Outcome::Denied),
                ..any()
            },
            vec![1],
        ),
        (
            LogFilter {
                tag: Some(tag("ab12")),
                ..any()
            },
            vec![2],
        ),
        (
            LogFilter {
                access_point: Some(exit),
                ..any()
            },
            vec![2],
        ),
        (LogFilter { kinds, ..any() }, vec![4, 3]),
        (
            LogFilter {
                from,
                until,
                ..any()
            },
            vec![1, 0],
        ),
        (combined, vec![2, 1]),
    ]
}

pub async fn entries_are_found_by_what_they_are_about<S: Site>() {
    let site = S::found().await;
    let (alice, bob): (PersonId, PersonId) = (new_id(), new_id());
    five_entries(site.store(), alice, bob).await;
    for (filter, indexes) in filters(alice, bob) {
        assert_eq!(found(site.store(), &filter).await, indexes, "{filter:?}");
    }
}

pub async fn pages_follow_one_another_without_overlap<S: Site>() {
    let site = S::found().await;
    for _ in 0..7 {
        site.store()
            .append(Append::entry(act(Act::SiteFounded)))
            .await
            .unwrap();
    }
    let (mut page, mut seen) = (
        Page {
            before: None,
            limit: 3,
        },
        Vec::new(),
    );
    loop {
        let entries = site
            .store()
            .entries(&LogFilter::default(), page)
            .await
            .unwrap();
        let Some(last) = entries.last() else { break };
        page.before = Some(last.index);
        seen.extend(entries.into_iter().map(|stored| stored.index));
    }
    assert_eq!(seen, [6, 5, 4, 3, 2, 1, 0]);
}

pub async fn a_correction_is_shown_at_what_it_corrects<S: Site>() {
    let site = S::found().await;
    let original = passed(Direction::Entry, new_id(), after(0));
    site.store()
        .append(Append::entry(original.clone()))
        .await
        .unwrap();
    let closed = Correction::CloseVisit {
        visit: VisitId(original.id.0),
        at: after(60),
        reason: "left by the side door".to_owned(),
    };
    let mistaken = Correction::NotThisPerson {
        event: original.id,
        instead: None,
        reason: "another face".to_owned(),
    };
    let corrections = [closed, mistaken].map(|c| entry(Record::Correction(c)));
    for correction in &corrections {
        site.store()
            .append(Append::entry(correction.clone()))
            .await
            .unwrap();
    }
    let stored = site.store().entry(original.id).await.unwrap().unwrap();
    assert_eq!((stored.index, &stored.entry), (0, &original));
    assert_eq!(stored.corrected_by, corrections.map(|c| c.id));
    assert_eq!(site.store().entry(new_id()).await.unwrap(), None);
}

pub async fn of_two_who_would_be_the_first_to_correct_an_entry_one_is<S: Site>() {
    let site = S::found().await;
    let original = passed(Direction::Entry, new_id(), after(0));
    let id = original.id;
    site.store().append(Append::entry(original)).await.unwrap();
    let corrected = async || {
        let correction = Correction::NotThisPerson {
            event: id,
            instead: Some(new_id()),
            reason: "seen by the guard".to_owned(),
        };
        let first = Append {
            first: true,
            ..Append::entry(entry(Record::Correction(correction)))
        };
        site.store().append(first).await
    };
    let both = tokio::join!(corrected(), corrected());
    let refused = [both.0, both.1].into_iter().filter_map(Result::err);
    let refused: Vec<_> = refused.collect();
    assert!(matches!(refused[..], [StoreError::Conflict { .. }]));
    let stored = site.store().entry(id).await.unwrap().unwrap();
    assert_eq!(stored.corrected_by.len(), 1);
}

pub async fn an_entry_is_appended_once<S: Site>() {
    let site = S::found().await;
    let entry = act(Act::SiteFounded);
    site.store()
        .append(Append::entry(entry.clone()))
        .await
        .unwrap();
    let again = site.store().append(Append::entry(entry)).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })));
    assert_eq!(site.store().size().await.unwrap(), 1);
}
