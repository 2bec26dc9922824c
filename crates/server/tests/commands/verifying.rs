//! `gatebook verify` against databases that somebody changed behind Gatebook's back.

use crate::api::{Api, ready};
use crate::engine;
use crate::process::{Serving, eventually, run};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::{TempDir, tempdir};

/// Runs one statement that gives a number, or changes something, in the closed database.
pub fn number(data: &Path, sql: &str) -> i64 {
    if let Some(url) = engine::database(data) {
        return engine::psql(&url, sql).parse().unwrap();
    }
    on(data, async |db| {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_one(db)
            .await
            .unwrap()
    })
}

pub fn change(data: &Path, sql: &str) {
    if let Some(url) = engine::database(data) {
        let said = engine::psql(&url, sql);
        assert!(!said.ends_with(" 0"), "{sql} changed nothing");
        return;
    }
    let changed = on(data, async |db| {
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .execute(db)
            .await
            .unwrap()
            .rows_affected()
    });
    assert!(changed > 0, "{sql} changed nothing");
}

fn on<T>(data: &Path, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
    let options = SqliteConnectOptions::new().filename(data.join("gatebook.db"));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let mut db = options.connect().await.unwrap();
        let done = work(&mut db).await;
        db.close().await.unwrap();
        done
    })
}

/// Entries in the log of a stopped site.
pub fn entries_in(data: &Path) -> i64 {
    number(data, "SELECT count(*) FROM entries")
}

/// Entries that the newest checkpoint of a stopped site covers.
pub fn checkpointed(data: &Path) -> i64 {
    number(data, "SELECT max(size) FROM checkpoints")
}

fn newest_checkpoint(data: &Path) -> String {
    let sql = "SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1";
    if let Some(url) = engine::database(data) {
        // What is printed ends without the line break that ends a note.
        return format!("{}\n", engine::psql(&url, sql));
    }
    on(data, async |db| {
        sqlx::query_scalar(sql).fetch_one(db).await.unwrap()
    })
}

/// A stopped site with some entries.
fn site() -> TempDir {
    let data = tempdir().unwrap();
    let mut serving = Serving::start(data.path(), &[]);
    let api = Api::first(&mut serving);
    for n in 0..4 {
        api.access_point(&format!("Door {n}"), "both");
    }
    serving.stop().with(0);
    data
}

/// Goes on with a stopped site.
fn more(data: &Path, doors: usize, name: &str) {
    let serving = Serving::start(data, &[]);
    let api = Api::sign_in(&serving, "warden", crate::api::PASSWORD).unwrap();
    for n in 0..doors {
        api.access_point(&format!("{name} {n}"), "both");
    }
    serving.stop().with(0);
}

/// A copy of a stopped site, its database included.
fn copy(from: &Path) -> TempDir {
    let to = tempdir().unwrap();
    let all = from.join(".");
    assert!(
        Command::new("cp")
            .arg("-a")
            .arg(all)
            .arg(to.path())
            .status()
            .unwrap()
            .success()
    );
    engine::copied(to.path());
    to
}

#[test]
fn a_changed_entry_is_found_and_named() {
    let data = site();
    change(
        data.path(),
        "UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE idx = 4) WHERE idx = 3",
    );
    run(data.path(), &["verify"]).with(3).saying("entry 3");
}

#[test]
fn a_changed_column_for_searching_is_found_and_named() {
    let data = site();
    change(
        data.path(),
        "UPDATE entries SET occurred_at = occurred_at + 60000000000 WHERE idx = 2",
    );
    run(data.path(), &["verify"])
        .with(3)
        .saying("entry 2 ")
        .saying("columns for searching");
}

#[test]
fn a_removed_entry_is_found_and_named() {
    let data = site();
    change(data.path(), "DELETE FROM entries WHERE idx = 4");
    run(data.path(), &["verify"])
        .with(3)
        .saying("entry 4 was removed");
}

#[test]
fn a_log_cut_off_at_its_end_is_found_by_its_own_checkpoints() {
    let data = site();
    let last = entries_in(data.path()) - 1;
    change(
        data.path(),
        &format!("DELETE FROM entries WHERE idx = {last}"),
    );
    run(data.path(), &["verify"])
        .with(3)
        .saying("the log was cut off");
}

#[test]
fn a_changed_checkpoint_is_found() {
    let data = site();
    change(
        data.path(),
        "UPDATE checkpoints SET note = replace(note, '— ', '— x')",
    );
    run(data.path(), &["verify"])
        .with(3)
        .saying("checkpoint is not right");
}

#[test]
fn a_log_cut_off_and_signed_again_is_found_by_a_checkpoint_kept_elsewhere() {
    let data = site();
    let older = copy(data.path());
    more(data.path(), 3, "True");
    let kept = data.path().join("kept.txt");
    fs::write(&kept, newest_checkpoint(data.path())).unwrap();
    let kept = kept.to_str().unwrap();
    run(data.path(), &["verify", "--checkpoint", kept]).with(0);

    // The same signing key, an earlier state: by itself it is in order.
    run(older.path(), &["verify"]).with(0);
    run(older.path(), &["verify", "--checkpoint", kept])
        .with(3)
        .saying("the log was cut off");

    // Other things happened afterwards, and more of them: only the kept checkpoint tells.
    more(older.path(), 6, "Forged");
    run(older.path(), &["verify"]).with(0);
    run(older.path(), &["verify", "--checkpoint", kept])
        .with(3)
        .saying("kept elsewhere");
}

/// What a running site says of its log: readiness, Integrity, and how many alerts.
fn said_of_the_log(serving: &Serving) -> (String, serde_json::Value, usize) {
    let api = Api::sign_in(serving, "warden", crate::api::PASSWORD).unwrap();
    let shown = api.get("integrity")["contradiction"].clone();
    let alerts = api.get("alerts");
    let failed = alerts.as_array().unwrap().iter();
    let failed = failed.filter(|alert| alert["kind"] == "verification_failed");
    let log = ready(&serving.metrics)["log"].as_str().unwrap().to_owned();
    (log, shown, failed.count())
}

#[test]
fn a_tree_that_contradicts_its_newest_checkpoint_raises_one_alert_restarts_included() {
    let data = site();
    change(
        data.path(),
        "UPDATE checkpoints SET root = (SELECT hash FROM nodes WHERE level = 0 AND idx = 0) \
         WHERE size = (SELECT max(size) FROM checkpoints)",
    );
    for _ in 0..2 {
        let serving = Serving::start(data.path(), &[]);
        let (ready, shown, alerts) = eventually("it is told", || {
            Some(said_of_the_log(&serving)).filter(|(_, shown, _)| !shown.is_null())
        });
        assert!(ready.contains("does not verify"), "{ready}");
        let shown = shown.as_str().unwrap();
        assert!(shown.contains("contradicts the checkpoint over"), "{shown}");
        assert_eq!(alerts, 1);
        serving.stop().with(0);
    }
}

#[test]
fn a_checkpoint_of_another_site_is_refused() {
    let (data, other) = (site(), site());
    let kept = data.path().join("kept.txt");
    fs::write(&kept, newest_checkpoint(other.path())).unwrap();
    run(
        data.path(),
        &["verify", "--checkpoint", kept.to_str().unwrap()],
    )
    .with(3);
}

#[test]
fn a_running_site_is_verified_on_its_page_and_the_sentence_says_so() {
    let data = tempdir().unwrap();
    let serving = Serving::start(data.path(), &[]);
    run(data.path(), &["verify"])
        .with(75)
        .saying("Integrity page")
        .saying("stop the service");
    serving.stop().with(0);
}
