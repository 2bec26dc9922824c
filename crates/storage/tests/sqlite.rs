//! What holds for SQLite in particular.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use model::*;
use sqlx::{Connection, Executor};
use storage::{DataDir, Options, SqlStore};
use store::verify::{Finding, verify};
use store::{Append, Book, Ingest, LedgerRows, People, Put, StoreError, StoredCheckpoint, Write};
use uuid::Uuid;

const ORIGIN: &str = "gatebook.example/site";

async fn open(dir: &Path) -> Result<SqlStore, StoreError> {
    let dir = DataDir::open(dir)?;
    SqlStore::open(&dir, Options::default()).await
}

fn entry() -> Entry {
    Entry {
        id: EventId(Uuid::new_v4()),
        written_at: Timestamp::now(),
        author: Author::System,
        record: Record::Act(Act::PersonAdded {
            person: PersonId(Uuid::new_v4()),
        }),
    }
}

fn draft(sequence: u64) -> ObservationDraft {
    ObservationDraft {
        device: DeviceId(Uuid::from_u128(1)),
        access_point: AccessPointId(Uuid::from_u128(2)),
        key: SourceKey::Sequence {
            boot_id: "boot".to_owned(),
            sequence,
        },
        device_time: DeviceTime::Absent,
        received_at: Timestamp::now(),
        deferred: false,
        sighting: Sighting::Finger {
            number: "17".to_owned(),
            stamp: String::new(),
        },
        raw: b"MESSAGE-AS-RECEIVED".to_vec(),
    }
}

fn alice() -> Person {
    Person {
        id: PersonId(Uuid::new_v4()),
        number: "17".to_owned(),
        name: "Alice Arden".to_owned(),
        department: String::new(),
        status: PersonStatus::Active,
        valid_from: None,
        valid_until: None,
        places: Places::Everywhere,
        photo: None,
        details: PersonDetails {
            identity_number: "987654321098".to_owned(),
            address: "12 Sealed Street".to_owned(),
            ..PersonDetails::default()
        },
    }
}

#[tokio::test]
async fn a_second_start_on_the_same_directory_is_refused_with_a_clear_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path()).await.unwrap();
    let second = open(dir.path()).await;
    assert!(matches!(second, Err(StoreError::InUseElsewhere)));
    first.close().await.unwrap();
    drop(first);
    open(dir.path()).await.unwrap();
}

#[tokio::test]
async fn another_site_key_is_refused_before_anything_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let other = tempfile::tempdir().unwrap();
    DataDir::open(other.path()).unwrap();
    let key = |dir: &tempfile::TempDir| dir.path().join("keys/site.key");
    std::fs::copy(key(&other), key(&dir)).unwrap();
    let refused = open(dir.path()).await;
    assert!(matches!(refused, Err(StoreError::Unsealable { .. })));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_called_damaged_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    DataDir::open(dir.path()).unwrap();
    let file = dir.path().join("gatebook.db");
    let content = vec![b'x'; 8192];
    std::fs::write(&file, &content).unwrap();
    let refused = open(dir.path()).await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))));
    assert_eq!(std::fs::read(&file).unwrap(), content);
}

#[tokio::test]
async fn nothing_personal_is_readable_in_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    store.commit(draft(1)).await.unwrap();
    let mut append = Append::entry(entry());
    append.writes.push(Write::Person(Put::Add(alice())));
    store.append(append).await.unwrap();
    store.close().await.unwrap();
    let mut all = Vec::new();
    for file in std::fs::read_dir(dir.path()).unwrap() {
        all.extend(std::fs::read(file.unwrap().path()).unwrap_or_default());
    }
    assert!(all.len() > 50_000);
    for secret in [
        "987654321098",
        "Sealed Street",
        "MESSAGE-AS-RECEIVED",
        "person_added",
    ] {
        let found = all
            .windows(secret.len())
            .any(|window| window == secret.as_bytes());
        assert!(!found, "{secret} is readable");
    }
}

/// A store of ten signed entries on which `tampering` was done behind its back.
async fn tampered_with(tampering: &'static str) -> Vec<Finding> {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let signer = ledger::Signer::from_seed(ORIGIN, &[3; 32]).unwrap();
    for _ in 0..10 {
        store.append(Append::entry(entry())).await.unwrap();
    }
    sign(&store, &signer).await;
    store.close().await.unwrap();
    drop(store);
    let url = format!("sqlite://{}", dir.path().join("gatebook.db").display());
    let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
    db.execute(tampering).await.unwrap();
    db.close().await.unwrap();
    let store = open(dir.path()).await.unwrap();
    let verifier = ledger::Verifier::new(signer.vkey()).unwrap();
    let report = verify(&store, &verifier, None, &|_, _| ()).await.unwrap();
    report.findings
}

async fn sign(store: &SqlStore, signer: &ledger::Signer) {
    let (size, root) = store.tree_head().await.unwrap();
    let origin = ORIGIN.to_owned();
    let note = signer
        .sign(&ledger::Checkpoint { origin, size, root })
        .unwrap();
    let signed_at = Timestamp::now();
    let checkpoint = StoredCheckpoint {
        size,
        root,
        note,
        signed_at,
    };
    store.put_checkpoint(checkpoint).await.unwrap();
}

#[tokio::test]
async fn an_untouched_store_verifies() {
    assert_eq!(tampered_with("SELECT 1").await, []);
}

#[tokio::test]
async fn a_payload_put_in_another_entrys_place_is_named() {
    let findings = tampered_with(
        "UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE idx = 7) WHERE idx = 4",
    );
    let findings = findings.await;
    assert!(
        matches!(findings[0], Finding::Unreadable { index: 4, .. }),
        "{findings:?}"
    );
}

#[tokio::test]
async fn a_changed_leaf_is_named() {
    let findings = tampered_with(
        "UPDATE entries SET leaf = (SELECT leaf FROM entries WHERE idx = 7) WHERE idx = 6",
    );
    let findings = findings.await;
    assert!(
        matches!(findings[0], Finding::Changed { index: 6, .. }),
        "{findings:?}"
    );
}

#[tokio::test]
async fn a_removed_entry_is_named() {
    let findings = tampered_with("DELETE FROM entries WHERE idx = 3").await;
    assert_eq!(findings[0], Finding::Missing { index: 3 });
}

#[tokio::test]
async fn a_log_cut_off_behind_its_checkpoint_is_named() {
    let findings = tampered_with("DELETE FROM entries WHERE idx >= 8").await;
    let cut = Finding::Truncated {
        entries: 8,
        signed: 10,
    };
    assert!(findings.contains(&cut), "{findings:?}");
}

#[tokio::test]
async fn two_entries_that_changed_places_are_named() {
    let findings = tampered_with(
        "UPDATE entries SET idx = -1 WHERE idx = 2; UPDATE entries SET idx = 2 WHERE idx = 5; \
         UPDATE entries SET idx = 5 WHERE idx = -1",
    );
    let findings = findings.await;
    for place in [2, 5] {
        let named = |f: &Finding| matches!(f, Finding::Changed { index, .. } if *index == place);
        assert!(findings.iter().any(named), "{findings:?}");
    }
}

#[tokio::test]
async fn a_search_column_that_says_something_else_is_named() {
    let findings = tampered_with("UPDATE entries SET kind = 'notice' WHERE idx = 9").await;
    assert!(
        matches!(findings[0], Finding::ColumnsDiffer { index: 9, .. }),
        "{findings:?}"
    );
    let findings = tampered_with("DELETE FROM entry_people WHERE idx = 1").await;
    assert!(
        matches!(findings[0], Finding::ColumnsDiffer { index: 1, .. }),
        "{findings:?}"
    );
}

#[tokio::test]
async fn a_sealed_value_changed_on_disk_is_reported_and_not_shown() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let person = alice();
    let mut append = Append::entry(entry());
    append.writes.push(Write::Person(Put::Add(person.clone())));
    store.append(append).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let url = format!("sqlite://{}", dir.path().join("gatebook.db").display());
    let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
    db.execute("UPDATE people SET details = randomblob(61)")
        .await
        .unwrap();
    db.close().await.unwrap();
    let store = open(dir.path()).await.unwrap();
    let refused = store.person(person.id).await;
    assert!(matches!(refused, Err(StoreError::Unsealable { what }) if what.starts_with("people")));
}

#[tokio::test]
async fn surrogates_of_an_earlier_gatebook_are_made_again_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    let mut append = Append::entry(entry());
    append.writes.push(Write::Person(Put::Add(alice())));
    store.append(append).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    let url = format!("sqlite://{}", dir.path().join("gatebook.db").display());
    let mut db = sqlx::SqliteConnection::connect(&url).await.unwrap();
    for earlier in [
        "UPDATE people SET identity_number = x'00'",
        "DELETE FROM meta WHERE name = 'identity number surrogates'",
    ] {
        db.execute(earlier).await.unwrap();
    }
    db.close().await.unwrap();
    let store = open(dir.path()).await.unwrap();
    let found = store.person_by_identity_number("9876 5432 1098").await;
    assert_eq!(found.unwrap().unwrap().number, "17");
}
