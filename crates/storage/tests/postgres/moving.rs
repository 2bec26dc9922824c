//! Moving a site from its file to a server.

use std::path::Path;

use sqlx::{Connection, Executor, SqliteConnection};
use storage::{DataDir, Moved, Replaced, ServerAddress, move_to_server};
use store::{Devices, Ingest, LedgerRows, StoreError};

use crate::findings;
use crate::make::counted;
use crate::rows;
use crate::site::{live, open, sign_twice, told};
use crate::support::{connect, new_database, run};

async fn moved(dir: &Path, url: &str) -> Result<Moved, StoreError> {
    let dir = DataDir::open(dir).unwrap();
    let server: ServerAddress = url.parse().unwrap();
    move_to_server(&dir, &server, &|_, _, _| ()).await
}

/// A site with something in every table, closed; what it told of itself.
async fn closed(dir: &Path) -> String {
    let store = open(dir).await;
    live(&store).await;
    let told = told(&store).await;
    store.close().await.unwrap();
    told
}

/// Runs a statement on the file of a closed site.
async fn on_file(dir: &Path, sql: &'static str) {
    let url = format!("sqlite://{}", dir.join("gatebook.db").display());
    let mut file = SqliteConnection::connect(&url).await.unwrap();
    file.execute(sql).await.unwrap();
    file.close().await.unwrap();
}

#[tokio::test]
async fn every_row_of_every_table_is_there_after_a_move() {
    let dir = tempfile::tempdir().unwrap();
    let url = new_database().await;
    closed(dir.path()).await;
    let before = rows::of_file(dir.path()).await;
    for (table, rows) in &before {
        assert!(!rows.is_empty(), "the site has nothing in {table}");
    }
    let moved = moved(dir.path(), &url).await.unwrap();
    let all: usize = before.values().map(Vec::len).sum();
    assert_eq!(moved.rows, u64::try_from(all).unwrap());
    assert_eq!(moved.replaced, []);
    rows::assert_same(&rows::of_server(&url, dir.path()).await, &before);
    rows::assert_same(&rows::of_file(dir.path()).await, &before);
}

#[tokio::test]
async fn a_moved_site_tells_the_same_and_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let url = new_database().await;
    let before = closed(dir.path()).await;
    let moved = moved(dir.path(), &url).await.unwrap();
    let store = connect(dir.path(), &url).await.unwrap();
    let head = (moved.entries, moved.root);
    assert_eq!(store.tree_head().await.unwrap(), head);
    assert_eq!(told(&store).await, before);
    assert_eq!(findings(&store).await, []);
    sign_twice(&store).await;
    let devices = store.devices().await.unwrap();
    let reader = devices.iter().find(|device| device.name == "reader");
    let again = counted(reader.unwrap().id, "boot", 1);
    assert!(store.commit(again).await.unwrap().duplicate);
    assert_eq!(findings(&store).await, []);
}

#[tokio::test]
async fn a_text_with_nul_is_moved_with_a_sign_in_its_place_and_the_row_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let url = new_database().await;
    closed(dir.path()).await;
    on_file(
        dir.path(),
        "UPDATE people SET department = 'Phy' || char(0) || 'sics'",
    )
    .await;
    let moved = moved(dir.path(), &url).await.unwrap();
    let there = &rows::of_server(&url, dir.path()).await["people"][0];
    let row = there[0].clone().unwrap();
    let table = "people".to_owned();
    assert_eq!(moved.replaced, [Replaced { table, row }]);
    assert!(there.contains(&Some("Phy\u{fffd}sics".to_owned())));
}

#[tokio::test]
async fn a_row_that_arrives_as_another_one_is_noticed_and_nothing_is_moved() {
    let dir = tempfile::tempdir().unwrap();
    let url = new_database().await;
    closed(dir.path()).await;
    let tables = tempfile::tempdir().unwrap();
    let made = connect(tables.path(), &url).await.unwrap();
    made.close().await.unwrap();
    drop(made);
    run(&url, "DELETE FROM meta").await;
    // As many rows, and the same log: only the rows themselves tell.
    let spoils = "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS \
                  $$ BEGIN NEW.department := 'Chemistry'; RETURN NEW; END $$; \
                  CREATE TRIGGER spoil BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION spoil()";
    run(&url, spoils).await;
    let refused = moved(dir.path(), &url).await;
    let names = |why: &str| why.contains("of people");
    assert!(matches!(refused, Err(StoreError::Damaged(why)) if names(&why)));
    let there = rows::of_server(&url, dir.path()).await;
    assert!(there.values().all(Vec::is_empty));
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
    closed(dir.path()).await;
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
    assert!(moved(dir.path(), &url).await.unwrap().entries > 40);
}
