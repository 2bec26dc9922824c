//! The queue of writes: full, closed; and pictures that no row names.

use model::*;
use storage::{Options, SqlStore};
use store::{Book, Ingest, Put, StoreError, Write};

use crate::Site;
use crate::make::{counted, new_id, person, with};

pub async fn a_full_queue_answers_at_once_and_keeps_what_it_took<S: Site>() {
    let options = Options {
        queue: 4,
        ..Options::default()
    };
    let site = S::found_with(options).await;
    let (store, device) = (site.store(), new_id());
    let commits = (1..=500).map(|n| store.commit(counted(device, "boot", n)));
    let outcomes = futures::future::join_all(commits).await;
    let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let refused = |outcome: &Result<_, _>| matches!(outcome, Err(StoreError::Overloaded));
    let overloaded = outcomes.iter().filter(|outcome| refused(outcome)).count();
    assert!(taken >= 4 && overloaded > 0);
    assert_eq!(taken + overloaded, 500);
    assert_eq!(store.unsettled().await.unwrap().observations.len(), taken);
}

pub async fn a_closed_store_finishes_what_was_queued_and_refuses_the_rest<
    S: Site<Engine = SqlStore>,
>() {
    let site = S::found().await;
    let device = new_id();
    let queued = (1..=50).map(|n| {
        let store = site.store().clone();
        tokio::spawn(async move { store.commit(counted(device, "boot", n)).await })
    });
    let queued: Vec<_> = queued.collect();
    tokio::task::yield_now().await;
    site.store().close().await.unwrap();
    let mut kept = 0;
    for commit in queued {
        kept += usize::from(commit.await.unwrap().is_ok());
    }
    let late = site.store().commit(counted(device, "boot", 99)).await;
    assert!(matches!(late, Err(StoreError::Engine(why)) if why.contains("closed")));
    let again = site.restarted().await;
    let unsettled = again.store().unsettled().await.unwrap();
    assert_eq!(unsettled.observations.len(), kept);
}

pub async fn pictures_that_no_row_names_are_told_apart<S: Site<Engine = SqlStore>>() {
    let site = S::found().await;
    let store = site.store();
    let [seen, photo, orphan] = std::array::from_fn(|_| new_id::<PictureId>());
    let mut draft = counted(new_id(), "boot", 1);
    draft.sighting = Sighting::Picture { picture: seen };
    store.commit(draft).await.unwrap();
    let mut alice = person("17", "Alice Arden");
    alice.photo = Some(photo);
    let id = alice.id;
    let added = with(vec![Write::Person(Put::Add(alice))]);
    store.append(added).await.unwrap();
    let all = [seen, orphan, photo];
    assert_eq!(store.unnamed_pictures(&all).await.unwrap(), [orphan]);
    let removed = with(vec![Write::RemovePerson(id)]);
    store.append(removed).await.unwrap();
    assert_eq!(store.unnamed_pictures(&all).await.unwrap(), [orphan, photo]);
}
