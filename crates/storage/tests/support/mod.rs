//! A database of its own on the test server, for each test that wants one.

use storage::{DataDir, Options, ServerAddress, SqlStore};
use store::StoreError;
use uuid::Uuid;

/// A new, empty database: its URL.
pub async fn new_database() -> String {
    let server = std::env::var("GATEBOOK_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "GATEBOOK_TEST_POSTGRES names no test server: run `scripts/postgres.sh run cargo nextest \
             run …`, or `make test`, which starts one"
        )
    });
    let name = format!("test_{}", Uuid::new_v4().simple());
    run(&server, &format!("CREATE DATABASE {name}")).await;
    server.replacen("/postgres?", &format!("/{name}?"), 1)
}

/// Runs statements behind the store's back.
pub async fn run(url: &str, sql: &str) {
    let (client, line) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    let line = tokio::spawn(line);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    line.await.unwrap().unwrap();
}

/// Opens the database for the site of a data directory.
pub async fn connect(dir: &std::path::Path, url: &str) -> Result<SqlStore, StoreError> {
    let dir = DataDir::open(dir)?;
    let server: ServerAddress = url.parse()?;
    SqlStore::connect(&dir, &server, Options::default()).await
}
