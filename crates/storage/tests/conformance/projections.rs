//! What the log comes to.

use model::*;
use store::{Append, Book, Projected, Store, StoreError, VisitFilter, Write};

use crate::Site;
use crate::make::{
    act, after, at, entry, new_id, noon, passage, passed, place, tag, with, with_tag,
};

async fn append(store: &impl Book, entry: Entry) -> EventId {
    store.append(Append::entry(entry)).await.unwrap().entry.id
}

async fn visits(store: &impl Projected, person: PersonId) -> Vec<Visit> {
    let person = Some(person);
    let filter = VisitFilter {
        person,
        limit: 10,
        ..VisitFilter::default()
    };
    store.visits(&filter).await.unwrap()
}

pub async fn an_exit_closes_the_visit_that_the_entry_opened<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let alice = new_id();
    let opened = append(store, passed(Direction::Entry, alice, after(0))).await;
    let open = VisitFilter {
        open: true,
        limit: 10,
        ..VisitFilter::default()
    };
    let inside = store.visits(&open).await.unwrap();
    assert_eq!((inside.len(), inside[0].id), (1, VisitId(opened.0)));
    let closed = append(store, passed(Direction::Exit, alice, after(60))).await;
    let visit = store.visit(VisitId(opened.0)).await.unwrap().unwrap();
    let expected = Visit {
        id: VisitId(opened.0),
        person: alice,
        area: place(Direction::Entry).area,
        entry: opened,
        entered_at: after(0),
        exit: Some(closed),
        left_at: Some(after(60)),
        state: VisitState::Closed,
    };
    assert_eq!(visit, expected);
    assert!(store.visits(&open).await.unwrap().is_empty());
    let earlier = VisitFilter {
        before: Some(after(0)),
        limit: 10,
        ..VisitFilter::default()
    };
    assert!(store.visits(&earlier).await.unwrap().is_empty());
    assert_eq!(store.entries_since(after(0)).await.unwrap(), 1);
    assert_eq!(store.entries_since(after(1)).await.unwrap(), 0);
}

pub async fn whoever_was_merely_seen_earlier_can_be_left_out<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let (alice, bob) = (new_id(), new_id());
    let opened = append(store, passed(Direction::Entry, alice, after(0))).await;
    let seen = append(store, passed(Direction::Both, bob, after(0))).await;
    for (since, expected) in [(0, vec![opened, seen]), (1, vec![opened])] {
        let filter = VisitFilter {
            open: true,
            seen_since: Some(after(since)),
            limit: 10,
            ..VisitFilter::default()
        };
        let mut found = store.visits(&filter).await.unwrap();
        found.sort_by_key(|visit| visit.person != alice);
        let found: Vec<EventId> = found.into_iter().map(|visit| visit.entry).collect();
        assert_eq!(found, expected);
    }
}

pub async fn a_correction_gives_the_visit_to_somebody_else<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let (alice, bob) = (new_id(), new_id());
    let event = append(store, passed(Direction::Entry, alice, after(0))).await;
    let correction = Correction::NotThisPerson {
        event,
        instead: Some(bob),
        reason: "another face".to_owned(),
    };
    append(store, entry(Record::Correction(correction))).await;
    let withdrawn = visits(store, alice).await;
    assert_eq!(
        (withdrawn.len(), withdrawn[0].state),
        (1, VisitState::Withdrawn)
    );
    let his = visits(store, bob).await;
    assert_eq!(
        (his.len(), his[0].state, his[0].entered_at),
        (1, VisitState::Open, after(0))
    );
}

pub async fn an_alert_is_open_until_it_is_acknowledged<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let mut denied = passage(Direction::Entry, Some(new_id()), after(0));
    denied.decision.outcome = Outcome::Denied;
    denied.decision.reasons = vec![Reason::PersonSuspended];
    append(store, entry(Record::Access(denied))).await;
    let raised = store.alerts(true, &[], 10).await.unwrap();
    assert_eq!((raised.len(), raised[0].kind), (1, AlertKind::Denied));
    let acknowledgement = Acknowledgement {
        by: new_id(),
        at: noon(),
        note: "seen".to_owned(),
    };
    let alert = raised[0].id;
    let seen = Act::AlertAcknowledged {
        alert,
        acknowledgement: acknowledgement.clone(),
    };
    append(store, act(seen.clone())).await;
    let size = store.size().await.unwrap();
    let second = store.append(Append::entry(act(seen))).await;
    assert!(matches!(second, Err(StoreError::Conflict { .. })));
    let unknown = Act::AlertAcknowledged {
        alert: new_id(),
        acknowledgement: acknowledgement.clone(),
    };
    let unknown = store.append(Append::entry(act(unknown))).await;
    assert!(matches!(unknown, Err(StoreError::NotFound { .. })));
    assert_eq!(store.size().await.unwrap(), size);
    assert!(store.alerts(true, &[], 10).await.unwrap().is_empty());
    let kept = store.alert(alert).await.unwrap().unwrap();
    assert_eq!(kept.acknowledged, Some(acknowledgement));
    assert_eq!(store.alerts(false, &[], 10).await.unwrap(), [kept]);
}

pub async fn an_overdue_visit_is_told_of_once_and_the_longest_first<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let mut visits = Vec::new();
    for n in 0..4 {
        let opened = append(store, passed(Direction::Entry, new_id(), after(n))).await;
        visits.push(VisitId(opened.0));
    }
    let areas = [new_id(), place(Direction::Entry).area];
    let overdue = async |limit| {
        let found = store.overdue_visits(&areas, after(3), limit).await;
        found.unwrap().into_iter().map(|visit| visit.id).collect()
    };
    let found: Vec<VisitId> = overdue(10).await;
    assert_eq!(found, visits[..3]);
    let elsewhere = store.overdue_visits(&areas[..1], after(3), 10).await;
    assert_eq!(elsewhere.unwrap(), []);
    assert_eq!(store.overdue_visits(&[], after(3), 10).await.unwrap(), []);
    let first = store.visit(visits[0]).await.unwrap().unwrap();
    let told = Notice::VisitOverdue {
        visit: first.id,
        person: first.person,
    };
    append(store, entry(Record::Notice(told))).await;
    let alert = store.alerts(true, &[], 1).await.unwrap().remove(0);
    assert_eq!(
        (alert.kind, alert.visit),
        (AlertKind::MissingExit, Some(first.id))
    );
    let second = store.visit(visits[1]).await.unwrap().unwrap();
    append(store, passed(Direction::Exit, second.person, after(9))).await;
    let found: Vec<VisitId> = overdue(10).await;
    assert_eq!(found, visits[2..3]);
    store.rebuild_projections().await.unwrap();
    let found: Vec<VisitId> = overdue(10).await;
    assert_eq!(found, visits[2..3]);
}

pub async fn a_tag_is_out_from_entry_to_exit<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let alice = new_id();
    let taken = with_tag(
        passage(Direction::Entry, Some(alice), after(0)),
        "AB12",
        true,
    );
    append(store, entry(Record::Access(taken))).await;
    let out = store.tags_out().await.unwrap();
    assert_eq!(
        (out.len(), &out[0].tag, out[0].person),
        (1, &tag("AB12"), Some(alice))
    );
    assert_eq!(store.custody_of(alice).await.unwrap(), out);
    let returned = with_tag(
        passage(Direction::Exit, Some(alice), after(60)),
        "AB12",
        false,
    );
    append(store, entry(Record::Access(returned))).await;
    assert!(store.tags_out().await.unwrap().is_empty());
    assert!(store.custody_of(alice).await.unwrap().is_empty());
    let custody = store.custody(&tag("AB12")).await.unwrap().unwrap();
    assert_eq!(custody.state, CustodyState::Returned);
    assert_eq!(store.custody(&tag("CD")).await.unwrap(), None);
}

pub async fn a_day_over_midnight_belongs_to_its_arrival<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let time_zone = "Asia/Kolkata".to_owned();
    let settings = Settings {
        time_zone,
        ..Settings::default()
    };
    store
        .append(with(vec![Write::Settings(settings)]))
        .await
        .unwrap();
    let (alice, bob) = (new_id(), new_id());
    // 21:30 on the 2nd to 05:30 on the 3rd, by the clock on the wall.
    let (came, left) = (at("2026-03-02T16:00:00Z"), at("2026-03-03T00:00:00Z"));
    append(store, passed(Direction::Entry, alice, came)).await;
    append(store, passed(Direction::Exit, alice, left)).await;
    append(
        store,
        passed(Direction::Entry, bob, at("2026-03-03T03:00:00Z")),
    )
    .await;
    let date = |day| jiff::civil::date(2026, 3, day);
    let day = store.attendance(date(2), date(2), None).await.unwrap();
    assert_eq!((day.len(), day[0].person, day[0].date), (1, alice, date(2)));
    assert_eq!((day[0].arrival, day[0].departure), (came, Some(left)));
    let both = store.attendance(date(1), date(3), None).await.unwrap();
    assert_eq!(
        both.iter().map(|day| day.person).collect::<Vec<_>>(),
        [alice, bob]
    );
    let his = store.attendance(date(1), date(3), Some(bob)).await.unwrap();
    assert_eq!(
        (his.len(), his[0].date, his[0].departure),
        (1, date(3), None)
    );
}

pub async fn folding_again_gives_the_same_rows<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    live_through_a_day(store).await;
    let before = everything(store).await;
    assert!(before.0.len() > 20 && !before.1.is_empty() && !before.2.is_empty());
    store.rebuild_projections().await.unwrap();
    assert_eq!(everything(store).await, before);
}

async fn everything(store: &impl Store) -> (Vec<Visit>, Vec<Alert>, Vec<Custody>) {
    let all = VisitFilter {
        limit: 5000,
        ..VisitFilter::default()
    };
    let mut visits = store.visits(&all).await.unwrap();
    visits.sort_by_key(|visit| visit.id);
    let mut alerts = store.alerts(false, &[], 5000).await.unwrap();
    alerts.sort_by_key(|alert| alert.id);
    (visits, alerts, store.tags_out().await.unwrap())
}

/// Every kind of thing that changes a projection, some of it twice.
async fn live_through_a_day(store: &impl Store) {
    let people: Vec<PersonId> = (0..8).map(|_| new_id()).collect();
    let mut events = Vec::new();
    for (n, person) in (0..).zip(people.iter().cycle().take(64)) {
        let direction = match n % 5 {
            0..=2 => Direction::Entry,
            3 => Direction::Exit,
            _ => Direction::Both,
        };
        let event = passage(direction, Some(*person), after(n * 60));
        let event = if n % 3 == 0 {
            with_tag(event, &format!("T{}", n % 7), true)
        } else {
            event
        };
        events.push(append(store, entry(Record::Access(event))).await);
    }
    for (n, event) in events.into_iter().enumerate().filter(|(n, _)| n % 9 == 0) {
        let instead = (n % 2 == 0).then(|| people[n % people.len()]);
        let reason = "seen by the guard".to_owned();
        let correction = Correction::NotThisPerson {
            event,
            instead,
            reason,
        };
        append(store, entry(Record::Correction(correction))).await;
    }
}
