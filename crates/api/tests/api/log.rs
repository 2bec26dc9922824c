//! /log, /log.csv, /log/{event}/proof

use crate::support::{Passing, Site};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use ledger::{Checkpoint, Hash, Signer, Verifier, leaf_hash, verify_inclusion};
use model::{Direction, Outcome};
use serde_json::Value;
use sha2::Sha256;
use store::{LedgerRows as _, Role, StoredCheckpoint};

fn indexes(page: &Value) -> Vec<u64> {
    let entries = page["entries"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| entry["index"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn the_log_is_read_page_by_page_without_a_gap() {
    let passing = Passing::open().await;
    let ada = passing.person("1", "Ada").await;
    for minute in 10..17 {
        let when = format!("2026-03-02T03:{minute}:00Z");
        passing.pass(&ada, Direction::Entry, &when).await;
    }
    let mut read = Vec::new();
    let mut address = "/log?limit=3".to_owned();
    let size = loop {
        let page = passing.site.get(Role::Auditor, &address).await.expect(200);
        read.extend(indexes(&page));
        let Some(next) = page["next"].as_u64() else {
            break page["size"].as_u64().unwrap();
        };
        address = format!("/log?limit=3&before={next}");
    };
    let everything: Vec<u64> = (0..size).rev().collect();
    assert_eq!(read, everything);
}

#[tokio::test]
async fn passages_are_found_by_time_place_person_outcome_and_tag() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ada = passing.person("1", "Ada").await;
    let bob = passing.person("2", "Bob").await;
    let granted = passing
        .pass(&ada, Direction::Entry, "2026-03-02T03:00:00Z")
        .await;
    let denied = passing.denied(&bob, "2026-03-02T04:00:00Z").await;
    let who = Some(ada.parse().unwrap());
    let when = "2026-03-02T04:30:00Z";
    let tagged = passing
        .passage(who, Direction::Exit, when, Outcome::Granted, "4AB3")
        .await;
    for (filter, event) in [
        ("until=2026-03-02T04:00:00Z".to_owned(), granted),
        (format!("person={bob}"), denied),
        ("outcome=denied".to_owned(), denied),
        ("tag=4ab3".to_owned(), tagged),
        (format!("access_point={}", passing.exit), tagged),
        ("from=2026-03-02T04:30:00Z".to_owned(), tagged),
    ] {
        let page = site
            .get(Role::Auditor, &format!("/log?kind=access&{filter}"))
            .await
            .expect(200);
        assert_eq!(indexes(&page).len(), 1, "{filter}");
        assert_eq!(page["entries"][0]["event"], event.to_string(), "{filter}");
    }
    site.get(Role::Viewer, "/log").await.expect(403);
    site.get(Role::Auditor, "/log?from=yesterday")
        .await
        .expect(400);
}

#[tokio::test]
async fn the_csv_holds_the_filtered_log_and_runs_no_formula() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let mallory = passing.person("1", "=cmd|'/c calc'!A1").await;
    passing
        .pass(&mallory, Direction::Entry, "2026-03-02T03:30:00Z")
        .await;
    passing.denied(&mallory, "2026-03-02T04:30:00Z").await;
    let file = site
        .get(Role::Auditor, "/log.csv?kind=access&outcome=granted")
        .await;
    assert_eq!(file.status, 200);
    let mut reader = csv::Reader::from_reader(file.body.as_ref());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    let cell = |name: &str| {
        let column = header.iter().position(|title| title == name).unwrap();
        rows[0][column].to_owned()
    };
    assert_eq!(cell("name"), "'=cmd|'/c calc'!A1");
    assert_eq!(cell("occurred_at"), "2026-03-02T09:00:00+05:30");
    assert_eq!(cell("outcome"), "granted");
    assert_eq!(cell("direction"), "entry");
    assert_eq!(cell("access_point"), "entry");
}

#[tokio::test]
async fn the_csv_is_as_long_as_the_log_when_it_takes_several_reads() {
    let passing = Passing::open().await;
    let ada = passing.person("1", "Ada").await;
    for second in 0..60 {
        for minute in 0..10 {
            let when = format!("2026-03-02T03:{minute:02}:{second:02}Z");
            passing.denied(&ada, &when).await;
        }
    }
    let file = passing
        .site
        .get(Role::Auditor, "/log.csv?kind=access")
        .await;
    assert_eq!(file.text().lines().count(), 601);
}

/// Signs a checkpoint of the log as it stands.
async fn checkpoint(site: &Site) -> String {
    let signer = Signer::from_seed("gatebook", &[5; 32]).unwrap();
    let (size, root) = site.store.tree_head().await.unwrap();
    let checkpoint = Checkpoint {
        origin: "gatebook".into(),
        size,
        root,
    };
    let note = signer.sign(&checkpoint).unwrap();
    let stored = StoredCheckpoint {
        size,
        root,
        note,
        signed_at: site.now(),
    };
    site.store.put_checkpoint(stored).await.unwrap();
    signer.vkey().to_owned()
}

fn bytes(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_third_party_can_check_that_an_entry_stands_in_the_log() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ada = passing.person("1", "Ada").await;
    let event = passing
        .pass(&ada, Direction::Entry, "2026-03-02T03:30:00Z")
        .await;
    let address = format!("/log/{event}/proof");
    site.get(Role::Auditor, &address).await.expect(409);
    let key = checkpoint(site).await;
    let proof = site.get(Role::Auditor, &address).await.expect(200);

    let note = proof["checkpoint"].as_str().unwrap();
    let signed = Verifier::new(&key).unwrap().open(note.as_bytes()).unwrap();
    let leaf = bytes(&proof["leaf"]);
    let path: Vec<Hash> = proof["proof"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hash| Hash::try_from(bytes(hash).as_slice()).unwrap())
        .collect();
    let index = proof["index"].as_u64().unwrap();
    verify_inclusion(&leaf_hash(&leaf), index, signed.size, &path, &signed.root).unwrap();

    let entry = proof["entry"].as_str().unwrap();
    assert!(entry.contains(&event.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(&bytes(&proof["key"])).unwrap();
    mac.update(entry.as_bytes());
    assert_eq!(mac.finalize().into_bytes().as_slice(), &leaf[17..]);
}

#[tokio::test]
async fn an_entry_that_does_not_exist_has_no_proof() {
    let site = Site::open().await;
    let nowhere = "/log/00000000-0000-0000-0000-000000000000";
    site.get(Role::Auditor, nowhere).await.expect(404);
    site.get(Role::Auditor, &format!("{nowhere}/proof"))
        .await
        .expect(404);
    site.get(Role::Auditor, "/log/not-an-id").await.expect(400);
}
