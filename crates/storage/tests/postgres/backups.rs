//! Backups of one engine, restored onto either.

use std::path::{Path, PathBuf};

use sqlx::{Connection, Executor, SqliteConnection};
use storage::backup::{Backup, Taking, put_keys, take};
use storage::{DataDir, ServerAddress, SiteKey, SqlStore};
use store::StoreError;

use crate::findings;
use crate::rows;
use crate::site::{live, open, told};
use crate::support::{connect, new_database};

async fn taken(site: &Path, url: Option<&str>, place: &Path) -> PathBuf {
    let server: Option<ServerAddress> = url.map(|url| url.parse().unwrap());
    let taking = Taking {
        site,
        server: server.as_ref(),
        gatebook: "0.0.0",
        now: model::Timestamp::now(),
        keys: true,
    };
    take(taking, place, &|_, _, _| ()).await.unwrap().0
}

async fn restored(backup: &Path, to: &Path, url: Option<&str>) -> Result<SqlStore, StoreError> {
    let backup = Backup::open(backup).unwrap();
    let keys = backup.keys().unwrap();
    let key = SiteKey::read(&keys.join("site.key")).unwrap();
    backup.check(&key, &|_, _, _| ()).unwrap();
    put_keys(&keys, to).unwrap();
    let server: Option<ServerAddress> = url.map(|url| url.parse().unwrap());
    let dir = DataDir::open(to).unwrap();
    let done = backup.restore(&dir, server.as_ref(), &|_, _, _| ()).await;
    drop(dir);
    done?;
    match url {
        Some(url) => connect(to, url).await,
        None => Ok(open(to).await),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_tells_the_same_after_going_through_both_engines() {
    let [first, second, third, place] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let url = new_database().await;
    let store = open(first.path()).await;
    live(&store).await;
    let before = told(&store).await;
    // The process that writes goes on holding the data directory.
    let backup = taken(first.path(), None, place.path()).await;
    store.close().await.unwrap();
    let rows = rows::of_file(first.path()).await;
    assert!(rows.values().all(|table| !table.is_empty()));

    let store = restored(&backup, second.path(), Some(&url)).await.unwrap();
    assert_eq!(told(&store).await, before);
    assert_eq!(findings(&store).await, []);
    let backup = taken(second.path(), Some(&url), place.path()).await;
    store.close().await.unwrap();
    rows::assert_same(&rows::of_server(&url, first.path()).await, &rows);

    let store = restored(&backup, third.path(), None).await.unwrap();
    assert_eq!(told(&store).await, before);
    assert_eq!(findings(&store).await, []);
    store.close().await.unwrap();
    rows::assert_same(&rows::of_file(third.path()).await, &rows);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_whose_text_had_a_nul_is_named_in_the_backup() {
    let [site, place] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let store = open(site.path()).await;
    live(&store).await;
    store.close().await.unwrap();
    drop(store);
    let file = format!("sqlite://{}", site.path().join("gatebook.db").display());
    let mut file = SqliteConnection::connect(&file).await.unwrap();
    let spoilt = "UPDATE people SET department = 'Phy' || char(0) || 'sics'";
    file.execute(spoilt).await.unwrap();
    file.close().await.unwrap();
    let backup = taken(site.path(), None, place.path()).await;
    let backup = Backup::open(&backup).unwrap();
    let tables = backup.manifest().tables.iter();
    let replaced: Vec<_> = tables.filter(|one| !one.replaced.is_empty()).collect();
    let person = rows::of_file(site.path()).await["people"][0][0].clone();
    assert_eq!(replaced.len(), 1);
    assert_eq!(replaced[0].name, "people");
    assert_eq!(replaced[0].replaced, [person.unwrap()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_with_rows_is_left_alone_and_half_a_restore_is_opened_by_nobody() {
    let [first, second, place] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
    let url = new_database().await;
    let store = connect(first.path(), &url).await.unwrap();
    live(&store).await;
    let before = told(&store).await;
    let backup = taken(first.path(), Some(&url), place.path()).await;
    store.close().await.unwrap();
    drop(store);
    let refused = restored(&backup, second.path(), Some(&url)).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    let half = DataDir::open(second.path()).unwrap_err();
    assert!(half.to_string().contains("restore again"), "{half}");
    let store = connect(first.path(), &url).await.unwrap();
    assert_eq!(told(&store).await, before);
}
