//! Moving a site from its file to a server.

use std::path::Path;

use model::*;
use storage::{DataDir, Moved, Options, ServerAddress, SqlStore, move_to_server};
use store::{
    Accounts, Append, Book, Devices, Heard, Ingest, LedgerRows, People, PeopleQuery, Projected,
    Put, Role, Session, Settlement, StoreError, Subject, User, VisitFilter, Write,
};

use crate::make::*;
use crate::support::{connect, new_database};
use crate::{findings, sign};

pub async fn open(dir: &Path) -> SqlStore {
    let dir = DataDir::open(dir).unwrap();
    SqlStore::open(&dir, Options::default()).await.unwrap()
}

async fn moved(dir: &Path, url: &str) -> Result<Moved, StoreError> {
    let dir = DataDir::open(dir).unwrap();
    let server: ServerAddress = url.parse().unwrap();
    move_to_server(&dir, &server, &|_, _, _| ()).await
}

/// Something in every table that a site fills.
pub async fn live(store: &SqlStore) {
    let (hall, alice) = (area("Hall"), person("17", "Alïce \\ \"Arden\"\t\n"));
    let point = access_point("Door", hall.id);
    let reader = device("reader", point.id);
    let user = User {
        id: new_id(),
        name: "Clerk".to_owned(),
        role: Role::Operator,
        disabled: false,
        password_hash: Some("hash".to_owned()),
    };
    let session = Session {
        token: [7; 32],
        subject: Subject::User(user.id),
        created_at: noon(),
        expires_at: after(60),
    };
    let (first, last) = (counted(reader.id, "boot", 1), counted(reader.id, "boot", 5));
    let sign = Heard {
        device: reader.id,
        at: after(9),
    };
    let credential = assigned(alice.id, "AB12");
    let id = alice.id;
    let founding = with(vec![
        Write::Area(Put::Add(hall)),
        Write::AccessPoint(Put::Add(point)),
        Write::Device(Put::Add(reader)),
        Write::Person(Put::Add(alice)),
        Write::Credential(credential, None),
        Write::User(Put::Add(user)),
    ]);
    store.append(founding).await.unwrap();
    store.put_session(session).await.unwrap();
    store.heard(&[sign]).await.unwrap();
    for n in 0..40 {
        let event = passage(Direction::Entry, Some(id), after(n * 60));
        let event = with_tag(event, "CD34", n % 2 == 0);
        let event = Append::entry(entry(Record::Access(event)));
        store.append(event).await.unwrap();
    }
    store.commit(first).await.unwrap();
    let seen = store.commit(last).await.unwrap().observation;
    let group = Unresolved {
        observations: vec![seen.id],
        access_point: seen.access_point,
        at: seen.received_at,
        reason: UnresolvedReason::Orphan,
        picture: None,
    };
    store.settle(Settlement::Unresolved(group)).await.unwrap();
    sign_twice(store).await;
}

async fn sign_twice(store: &SqlStore) {
    sign(store).await;
    let more = Append::entry(act(Act::SettingsChanged));
    store.append(more).await.unwrap();
    sign(store).await;
}

/// What a site tells of itself.
pub async fn told(store: &SqlStore) -> String {
    let people = PeopleQuery {
        limit: 500,
        ..PeopleQuery::default()
    };
    let visits = VisitFilter {
        limit: 500,
        ..VisitFilter::default()
    };
    let unsettled = store.unsettled().await.unwrap();
    format!(
        "{:#?}",
        (
            (
                store.tree_head().await.unwrap(),
                store.checkpoints(9).await.unwrap()
            ),
            (
                store.people(&people).await.unwrap(),
                store.users().await.unwrap()
            ),
            (
                store.visits(&visits).await.unwrap(),
                store.alerts(false, &[], 99).await.unwrap()
            ),
            (
                unsettled.observations,
                store.unresolved(None, 9).await.unwrap()
            ),
            (
                store.device_statuses().await.unwrap(),
                store.tags_out().await.unwrap()
            ),
            store.session(&[7; 32], after(1)).await.unwrap(),
        )
    )
}

#[tokio::test]
async fn a_moved_site_tells_the_same_and_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let url = new_database().await;
    let store = open(dir.path()).await;
    live(&store).await;
    let before = told(&store).await;
    store.close().await.unwrap();
    drop(store);
    let moved = moved(dir.path(), &url).await.unwrap();
    assert_eq!(moved.entries, 42);
    let store = connect(dir.path(), &url).await.unwrap();
    assert_eq!(store.tree_head().await.unwrap(), (42, moved.root));
    assert_eq!(told(&store).await, before);
    assert_eq!(findings(&store).await, []);
    sign_twice(&store).await;
    let device = store.devices().await.unwrap().remove(0);
    let again = store.commit(counted(device.id, "boot", 1)).await.unwrap();
    assert!(again.duplicate);
    assert_eq!(findings(&store).await, []);
}

#[tokio::test]
async fn a_database_that_holds_a_site_is_not_written_over() {
    let url = new_database().await;
    let there = tempfile::tempdir().unwrap();
    connect(there.path(), &url)
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).await.close().await.unwrap();
    let refused = moved(dir.path(), &url).await;
    assert!(matches!(refused, Err(StoreError::Conflict { what }) if what.contains("already")));
    connect(there.path(), &url).await.unwrap();
}

#[tokio::test]
async fn a_move_that_was_interrupted_leaves_nothing_and_can_be_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let url = new_database().await;
    let store = open(dir.path()).await;
    live(&store).await;
    store.close().await.unwrap();
    drop(store);
    let reached = std::sync::Arc::new(tokio::sync::Notify::new());
    let tell = reached.clone();
    let held = DataDir::open(dir.path()).unwrap();
    let server: ServerAddress = url.parse().unwrap();
    let progress = move |table: &str, _, _| {
        if table == "visits" {
            tell.notify_one();
        }
    };
    tokio::select! {
        biased;
        () = reached.notified() => {}
        _ = move_to_server(&held, &server, &progress) => panic!("it was not interrupted"),
    }
    drop(held);
    assert_eq!(moved(dir.path(), &url).await.unwrap().entries, 42);
}
