//! A long log, searched: whatever is asked for, the pages together are what a look at every entry finds.

use std::ops::ControlFlow;

use futures::future::try_join_all;
use model::*;
use store::{Append, Book, EntryKind, LedgerRows, LogFilter, Page, StoredEntry};

use crate::Site;
use crate::make::{act, after, entry, passage, tag, with_tag};

/// Three stretches of 1,024, and some.
const ENTRIES: usize = 3_300;

/// Who, in turn; each identity stands for itself.
fn person(number: usize) -> PersonId {
    PersonId(uuid::Uuid::from_u128(900 + number as u128))
}

/// Times grow by seven seconds; some are told late, by far or by little, and one comes from another age.
fn time(number: usize) -> Timestamp {
    let seconds = 7 * i64::try_from(number).unwrap();
    after(match number {
        777 => -5_000_000_000,
        n if n % 501 == 0 => seconds - 15_000,
        n if n % 50 == 0 => seconds - 100,
        _ => seconds,
    })
}

fn made(number: usize) -> Entry {
    let direction = if number.is_multiple_of(3) {
        Direction::Exit
    } else {
        Direction::Entry
    };
    let mut event = passage(direction, Some(person(number % 17)), time(number));
    if number % 97 == 5 {
        event.decision.outcome = Outcome::Denied;
    }
    if number % 41 == 7 {
        event = with_tag(event, "AB12", false);
    }
    match number {
        n if n % 203 == 9 => act(Act::PersonChanged {
            person: person(n % 17),
        }),
        n if n % 611 == 11 => entry(Record::Correction(Correction::AddMissed {
            person: person(n % 17),
            place: crate::make::place(direction),
            direction,
            at: time(n),
            reason: "seen by the guard".to_owned(),
        })),
        _ => entry(Record::Access(event)),
    }
}

async fn fill(store: &impl Book) -> Vec<Entry> {
    let all: Vec<Entry> = (0..ENTRIES).map(made).collect();
    for several in all.chunks(256) {
        let appends = several.iter().cloned().map(Append::entry);
        try_join_all(appends.map(|append| store.append(append)))
            .await
            .unwrap();
    }
    all
}

/// What the filter says of an entry, looked at directly.
fn fits(filter: &LogFilter, entry: &Entry) -> bool {
    let at = entry.occurred_at();
    let (kind, place, person, outcome, tag) = match &entry.record {
        Record::Access(event) => (
            EntryKind::Access,
            Some(event.place.access_point),
            event.decision.person,
            Some(event.decision.outcome),
            event.evidence.tag.as_ref().map(|read| read.tag.clone()),
        ),
        Record::Correction(Correction::AddMissed { place, person, .. }) => (
            EntryKind::Correction,
            Some(place.access_point),
            Some(*person),
            None,
            None,
        ),
        Record::Act(Act::PersonChanged { person }) => {
            (EntryKind::Act, None, Some(*person), None, None)
        }
        _ => (EntryKind::Notice, None, None, None, None),
    };
    filter.from.is_none_or(|from| at >= from)
        && filter.until.is_none_or(|until| at < until)
        && (filter.kinds.is_empty() || filter.kinds.contains(&kind))
        && (filter.access_point.is_none() || filter.access_point == place)
        && (filter.person.is_none() || filter.person == person)
        && (filter.outcome.is_none() || filter.outcome == outcome)
        && (filter.tag.is_none() || filter.tag == tag)
}

/// Every combination of what can be filtered by.
fn filters() -> Vec<LogFilter> {
    let spans = [
        (None, None),
        (Some(after(9_000)), None),
        (None, Some(after(4_000))),
        (Some(after(8_000)), Some(after(8_500))),
        (Some(after(-20_000)), Some(after(-1_000))),
        (Some(after(900_000)), None),
    ];
    let door = crate::make::place(Direction::Exit).access_point;
    let mut all = Vec::new();
    for (from, until) in spans {
        for kinds in [
            vec![],
            vec![EntryKind::Access],
            vec![EntryKind::Act],
            vec![EntryKind::Correction, EntryKind::Act],
        ] {
            for (place, who) in [
                (None, None),
                (Some(door), None),
                (None, Some(person(3))),
                (Some(door), Some(person(3))),
            ] {
                for (outcome, tag) in [
                    (None, None),
                    (Some(Outcome::Denied), None),
                    (Some(Outcome::Granted), None),
                    (None, Some(tag("AB12"))),
                ] {
                    all.push(LogFilter {
                        from,
                        until,
                        access_point: place,
                        person: who,
                        kinds: kinds.clone(),
                        outcome,
                        tag,
                    });
                }
            }
        }
    }
    all
}

/// All pages of `limit` entries, one after the other.
async fn all_pages(store: &impl Book, filter: &LogFilter, limit: u32) -> Vec<StoredEntry> {
    let (mut page, mut all) = (
        Page {
            before: None,
            limit,
        },
        Vec::new(),
    );
    loop {
        let found = store.entries(filter, page).await.unwrap();
        assert!(found.len() <= limit as usize);
        let flow = match found.last() {
            Some(last) if found.len() == limit as usize => ControlFlow::Continue(last.index),
            _ => ControlFlow::Break(()),
        };
        all.extend(found);
        match flow {
            ControlFlow::Continue(before) => page.before = Some(before),
            ControlFlow::Break(()) => return all,
        }
    }
}

pub async fn pages_give_what_a_look_at_every_entry_finds<S: Site>() {
    let site = S::found().await;
    let made = fill(site.store()).await;
    // What is known of times is read anew, then written on.
    let site = site.restarted().await;
    for filter in filters() {
        let mut wanted: Vec<u64> = (0..)
            .zip(&made)
            .filter(|(_, entry)| fits(&filter, entry))
            .map(|(index, _)| index)
            .collect();
        wanted.reverse();
        let found = all_pages(site.store(), &filter, 120).await;
        let found: Vec<u64> = found.iter().map(|stored| stored.index).collect();
        assert_eq!(found, wanted, "{filter:?}");
    }
}

pub async fn what_is_told_late_is_found_by_its_time<S: Site>() {
    let site = S::found().await;
    for number in [1, 2, 777] {
        site.store()
            .append(Append::entry(made(number)))
            .await
            .unwrap();
    }
    let site = site.restarted().await;
    let late = entry(Record::Access(passage(
        Direction::Entry,
        None,
        after(-900_000),
    )));
    site.store()
        .append(Append::entry(late.clone()))
        .await
        .unwrap();
    let day = LogFilter {
        from: Some(after(-900_000)),
        until: Some(after(-899_999)),
        ..LogFilter::default()
    };
    let found = all_pages(site.store(), &day, 500).await;
    assert_eq!((found.len(), &found[0].entry), (1, &late));
    site.store().rebuild_projections().await.unwrap();
    assert_eq!(all_pages(site.store(), &day, 500).await, found);
    assert!(
        site.store()
            .raw_entries(0, 100)
            .await
            .unwrap()
            .iter()
            .all(|row| row.columns_agree)
    );
}

pub async fn several_entries_are_told_at_once<S: Site>() {
    let site = S::found().await;
    let made = fill(site.store()).await;
    let ids: Vec<EventId> = made.iter().map(|entry| entry.id).step_by(5).collect();
    let mut found = site.store().entries_of(&ids).await.unwrap();
    found.sort_by_key(|stored| stored.index);
    let found: Vec<EventId> = found.into_iter().map(|stored| stored.entry.id).collect();
    assert_eq!(found, ids);
    let nobody = [EventId(uuid::Uuid::nil())];
    assert_eq!(site.store().entries_of(&nobody).await.unwrap(), []);
    assert_eq!(site.store().entries_of(&[]).await.unwrap(), []);
}
