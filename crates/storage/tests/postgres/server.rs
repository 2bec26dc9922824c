//! Opening a database on a server.

use storage::{DataDir, ServerAddress};
use store::{Append, Book, StoreError, Strangers};

use crate::make::act;
use crate::support::{connect, new_database, run};

fn with_key_of(other: &tempfile::TempDir) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    DataDir::open(dir.path()).unwrap();
    let key = |dir: &tempfile::TempDir| dir.path().join("keys/site.key");
    std::fs::copy(key(other), key(&dir)).unwrap();
    dir
}

#[tokio::test]
async fn a_second_gatebook_on_the_same_database_is_refused_until_the_first_ends() {
    let url = new_database().await;
    let here = tempfile::tempdir().unwrap();
    let first = connect(here.path(), &url).await.unwrap();
    let there = with_key_of(&here);
    let second = connect(there.path(), &url).await;
    assert!(matches!(second, Err(StoreError::InUseElsewhere)));
    assert_eq!(first.size().await.unwrap(), 0);
    first.close().await.unwrap();
    connect(there.path(), &url).await.unwrap();
}

#[tokio::test]
async fn another_site_key_is_refused() {
    let url = new_database().await;
    let here = tempfile::tempdir().unwrap();
    let store = connect(here.path(), &url).await.unwrap();
    store.close().await.unwrap();
    let other = tempfile::tempdir().unwrap();
    let refused = connect(other.path(), &url).await;
    assert!(matches!(refused, Err(StoreError::Unsealable { .. })));
}

#[tokio::test]
async fn a_database_of_a_newer_gatebook_is_refused_and_left_alone() {
    let url = new_database().await;
    let here = tempfile::tempdir().unwrap();
    let store = connect(here.path(), &url).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    run(
        &url,
        "INSERT INTO gatebook_migrations VALUES (9999, 'later', '')",
    )
    .await;
    let refused = connect(here.path(), &url).await;
    assert!(matches!(refused, Err(StoreError::Damaged(why)) if why.contains("newer")));
}

#[tokio::test]
async fn a_migration_that_came_later_with_a_lower_number_is_made_up_for() {
    let url = new_database().await;
    let here = tempfile::tempdir().unwrap();
    let store = connect(here.path(), &url).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    run(&url, "DROP TABLE strangers").await;
    run(&url, "DELETE FROM gatebook_migrations WHERE version = 12").await;
    let store = connect(here.path(), &url).await.unwrap();
    assert_eq!(store.strangers_seen().await.unwrap(), []);
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_database_that_keeps_other_letters_is_refused_with_what_to_do() {
    let url = new_database().await;
    let narrow = "CREATE DATABASE NAME ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0";
    let name = format!("narrow_{}", uuid::Uuid::new_v4().simple());
    run(&url, &narrow.replace("NAME", &name)).await;
    let (before, after) = url.split_once("/test_").unwrap();
    let parameters = after.split_once('?').unwrap().1;
    let here = tempfile::tempdir().unwrap();
    let refused = connect(here.path(), &format!("{before}/{name}?{parameters}")).await;
    assert!(matches!(refused, Err(StoreError::Engine(why)) if why.contains("ENCODING 'UTF8'")));
}

#[tokio::test]
async fn an_inspection_says_what_a_start_would_find_and_changes_nothing() {
    let url = new_database().await;
    let server: ServerAddress = url.parse().unwrap();
    let empty = server.inspect().await.unwrap();
    assert!(empty.new_enough && empty.may_create && empty.migrations > 5);
    assert_eq!(
        (empty.encoding.as_str(), server.inspect().await.unwrap()),
        ("UTF8", empty.clone())
    );
    let here = tempfile::tempdir().unwrap();
    let store = connect(here.path(), &url).await.unwrap();
    let in_use = server.inspect().await;
    assert!(matches!(in_use, Err(StoreError::InUseElsewhere)));
    store.close().await.unwrap();
    assert_eq!(server.inspect().await.unwrap().migrations, 0);
}

#[tokio::test]
async fn a_session_that_the_server_ended_is_begun_again_with_the_lock() {
    let url = new_database().await;
    let here = tempfile::tempdir().unwrap();
    let store = connect(here.path(), &url).await.unwrap();
    let append = || Append::entry(act(model::Act::SettingsChanged));
    for before in 0..3 {
        store.append(append()).await.unwrap();
        let all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        run(&url, all).await;
        // Whoever came before the end was noticed is told of it, and asks again.
        while store.size().await.is_err() {}
        assert_eq!(store.size().await.unwrap(), before + 1);
    }
    let last = loop {
        match store.append(append()).await {
            Err(StoreError::Unreachable(_)) => {}
            done => break done.unwrap(),
        }
    };
    assert_eq!(last.index, 3);
    let there = with_key_of(&here);
    let second = connect(there.path(), &url).await;
    assert!(matches!(second, Err(StoreError::InUseElsewhere)));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_so() {
    let nowhere: ServerAddress = "postgresql:///gatebook?host=/nowhere".parse().unwrap();
    let error = nowhere.inspect().await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Unreachable(why) if why.contains("No such file")),
        "{error}"
    );
}
