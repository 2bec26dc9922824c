//! A log that was changed behind the store's back.

use store::verify::Finding;
use store::{Append, Book, Ingest, Page, People, Projected, Put, VisitFilter, Write};

use crate::make::{act, by_finger, counted, new_id, person, with};
use crate::support::{connect, new_database, run};
use crate::{findings, sign};

/// A store of ten signed entries on which `tampering` was done.
async fn tampered_with(tampering: &str) -> Vec<Finding> {
    let url = new_database().await;
    let dir = tempfile::tempdir().unwrap();
    let store = connect(dir.path(), &url).await.unwrap();
    for _ in 0..10 {
        let person = new_id();
        let append = Append::entry(act(model::Act::PersonAdded { person }));
        store.append(append).await.unwrap();
    }
    sign(&store).await;
    run(&url, tampering).await;
    findings(&store).await
}

#[tokio::test]
async fn what_was_changed_removed_or_reordered_is_named() {
    assert_eq!(tampered_with("SELECT 1").await, []);
    let swapped =
        "UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE idx = 7) WHERE idx = 4";
    let found = tampered_with(swapped).await;
    assert!(matches!(found[0], Finding::Unreadable { index: 4, .. }));
    let found = tampered_with("DELETE FROM entries WHERE idx = 3").await;
    assert_eq!(found[0], Finding::Missing { index: 3 });
    let found = tampered_with("UPDATE entries SET kind = 'notice' WHERE idx = 9").await;
    assert!(matches!(found[0], Finding::ColumnsDiffer { index: 9, .. }));
    let found = tampered_with("UPDATE stretches SET last_at = first_at").await;
    assert!(matches!(found[0], Finding::ColumnsDiffer { index: 0, .. }));
    let found = tampered_with("DELETE FROM entries WHERE idx >= 8").await;
    let cut = Finding::Truncated {
        entries: 8,
        signed: 10,
    };
    assert!(found.contains(&cut), "{found:?}");
}

#[tokio::test]
async fn nothing_personal_is_readable_in_the_tables() {
    let url = new_database().await;
    let dir = tempfile::tempdir().unwrap();
    let store = connect(dir.path(), &url).await.unwrap();
    let mut draft = counted(new_id(), "boot", 1);
    draft.raw = b"MESSAGE-AS-RECEIVED".to_vec();
    store.commit(draft).await.unwrap();
    let mut alice = person("17", "Alice Arden");
    alice.details.identity_number = "987654321098".to_owned();
    alice.details.address = "12 Sealed Street".to_owned();
    let write = Write::Person(Put::Add(alice));
    store.append(with(vec![write])).await.unwrap();
    // The server looks itself, at bytes as well as at text.
    for secret in ["987654321098", "Sealed Street", "MESSAGE-AS-RECEIVED"] {
        let look = format!(
            "DO $$ DECLARE one text; seen bigint; BEGIN \
                 FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LOOP \
                     EXECUTE format('SELECT count(*) FROM %I t WHERE t::text LIKE $1 OR t::text LIKE $2', one) \
                         INTO seen USING '%{secret}%', '%' || encode('{secret}', 'hex') || '%'; \
                     IF seen > 0 THEN RAISE '{secret} is readable in %', one; END IF; \
                 END LOOP; END $$"
        );
        run(&url, &look).await;
    }
}

#[tokio::test]
async fn surrogates_of_an_earlier_gatebook_are_made_again_except_of_people_who_do_not_open() {
    let url = new_database().await;
    let dir = tempfile::tempdir().unwrap();
    let store = connect(dir.path(), &url).await.unwrap();
    for (number, name) in [("16", "Bob Brook"), ("17", "Alice Arden")] {
        let write = Write::Person(Put::Add(person(number, name)));
        store.append(with(vec![write])).await.unwrap();
    }
    store.close().await.unwrap();
    drop(store);
    for earlier in [
        "UPDATE people SET identity_number = '\\x00'",
        "UPDATE people SET details = '\\x00' WHERE number = '16'",
        "DELETE FROM meta WHERE name = 'identity number surrogates'",
    ] {
        run(&url, earlier).await;
    }
    let store = connect(dir.path(), &url).await.unwrap();
    let found = store.person_by_identity_number("1234 5678 9017").await;
    assert_eq!(found.unwrap().unwrap().number, "17");
}

#[tokio::test]
async fn passages_by_finger_are_found_in_a_log_of_before_and_the_projections_stay() {
    let url = new_database().await;
    let dir = tempfile::tempdir().unwrap();
    let store = connect(dir.path(), &url).await.unwrap();
    let alice = new_id();
    let passed = by_finger(alice);
    store.append(Append::entry(passed.clone())).await.unwrap();
    store.close().await.unwrap();
    drop(store);
    for earlier in [
        "DELETE FROM finger_passages",
        "DELETE FROM meta WHERE name = 'finger passages found by'",
        "DELETE FROM visits",
    ] {
        run(&url, earlier).await;
    }
    let store = connect(dir.path(), &url).await.unwrap();
    let page = Page {
        before: None,
        limit: 9,
    };
    let found = store.finger_passages(alice, page).await.unwrap();
    let found = found.into_iter().filter_map(store::Listed::readable);
    let found: Vec<_> = found.map(|stored| stored.entry).collect();
    assert_eq!(found, [passed]);
    let visits = VisitFilter {
        limit: 9,
        ..VisitFilter::default()
    };
    assert_eq!(store.visits(&visits).await.unwrap(), []);
}
