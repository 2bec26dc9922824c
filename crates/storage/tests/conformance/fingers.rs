//! Fingers: templates with the mark for duress, and locks.

use model::*;
use store::{Append, Book, FingerTemplate, Listed, Page, People, Put, StoreError, Write};

use crate::Site;
use crate::make::{by_finger, new_id, noon, passed, person, with};

fn finger(
    person: PersonId,
    position: FingerPosition,
    duress: bool,
) -> (Vec<Write>, Vec<FingerTemplate>) {
    let credential = Credential {
        id: new_id(),
        person,
        kind: CredentialKind::Finger {
            position,
            impressions: vec![FingerImpression {
                picture: Some(new_id()),
                quality: 61,
            }],
            model: "test/1".to_owned(),
        },
        enrolled_at: noon(),
    };
    let template = |impression: u8| FingerTemplate {
        credential: credential.id,
        person,
        impression,
        model: "test/1".to_owned(),
        duress,
        bytes: vec![impression; 300],
    };
    let templates: Vec<_> = (0..3).map(template).collect();
    let writes = vec![
        Write::Credential(credential, None),
        Write::FingerTemplates(templates.clone()),
    ];
    (writes, templates)
}

async fn add(store: &impl Book, people: &[&Person]) {
    let put = |person: &&Person| Write::Person(Put::Add((*person).clone()));
    store
        .append(with(people.iter().map(put).collect()))
        .await
        .unwrap();
}

pub async fn templates_of_a_finger_are_given_back_with_their_mark<S: Site>() {
    let site = S::found().await;
    let alice = person("1", "Alice");
    add(site.store(), &[&alice]).await;
    let (plain, first) = finger(alice.id, FingerPosition::RightThumb, false);
    let (marked, second) = finger(alice.id, FingerPosition::LeftIndex, true);
    for writes in [plain, marked] {
        site.store().append(with(writes)).await.unwrap();
    }
    let site = site.restarted().await;
    let mut kept = [first, second].concat();
    kept.sort_by_key(|t| (t.credential, t.impression));
    assert_eq!(site.store().finger_templates().await.unwrap(), kept);
    let credentials = site.store().all_credentials().await.unwrap();
    let mut ids: Vec<_> = credentials.iter().map(|c| c.id).collect();
    ids.sort_unstable();
    let mut expected: Vec<_> = kept.iter().map(|template| template.credential).collect();
    expected.dedup();
    assert_eq!(ids, expected);
    assert_eq!(
        site.store().finger_templates_of(alice.id).await.unwrap(),
        kept
    );
    assert_eq!(
        site.store().finger_templates_of(new_id()).await.unwrap(),
        []
    );
}

pub async fn a_finger_of_a_person_is_enrolled_once<S: Site>() {
    let site = S::found().await;
    let (alice, bob) = (person("1", "Alice"), person("2", "Bob"));
    add(site.store(), &[&alice, &bob]).await;
    let position = FingerPosition::RightIndex;
    let (first, kept) = finger(alice.id, position, false);
    let (again, _) = finger(alice.id, position, false);
    let (other, _) = finger(bob.id, position, false);
    site.store().append(with(first)).await.unwrap();
    let refused = site.store().append(with(again)).await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    assert_eq!(site.store().finger_templates().await.unwrap(), kept);
    site.store().append(with(other)).await.unwrap();
}

pub async fn fingers_go_with_their_credential_and_with_their_person<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let (alice, bob) = (person("1", "Alice"), person("2", "Bob"));
    add(store, &[&alice, &bob]).await;
    let (hers, hers_kept) = finger(alice.id, FingerPosition::RightThumb, false);
    let (his, his_kept) = finger(bob.id, FingerPosition::RightThumb, true);
    store.append(with(hers)).await.unwrap();
    store.append(with(his)).await.unwrap();
    let gone = Write::RemoveCredential(hers_kept[0].credential);
    store.append(with(vec![gone])).await.unwrap();
    assert_eq!(store.finger_templates().await.unwrap(), his_kept);
    let locked = FingerLock {
        subject: FingerSubject::Person { person: bob.id },
        since: noon(),
        failures: 5,
    };
    store
        .append(with(vec![Write::LockFingers(locked)]))
        .await
        .unwrap();
    store
        .append(with(vec![Write::RemovePerson(bob.id)]))
        .await
        .unwrap();
    assert_eq!(store.finger_templates().await.unwrap(), []);
    assert_eq!(store.finger_locks().await.unwrap(), []);
}

pub async fn fingers_are_locked_once_until_that_is_lifted<S: Site>() {
    let site = S::found().await;
    let subject = FingerSubject::AccessPoint {
        access_point: new_id(),
    };
    let lock = FingerLock {
        subject,
        since: noon(),
        failures: 5,
    };
    let locking = || with(vec![Write::LockFingers(lock)]);
    site.store().append(locking()).await.unwrap();
    let again = site.store().append(locking()).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })));
    let site = site.restarted().await;
    assert_eq!(site.store().finger_locks().await.unwrap(), [lock]);
    let lifting = || with(vec![Write::UnlockFingers(subject)]);
    site.store().append(lifting()).await.unwrap();
    assert_eq!(site.store().finger_locks().await.unwrap(), []);
    let again = site.store().append(lifting()).await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })));
}

pub async fn passages_of_a_person_by_finger_are_listed_alone<S: Site>() {
    let site = S::found().await;
    let (alice, bob) = (person("1", "Alice"), person("2", "Bob"));
    add(site.store(), &[&alice, &bob]).await;
    let mut hers = Vec::new();
    for _ in 0..3 {
        for made in [
            by_finger(alice.id),
            passed(Direction::Entry, alice.id, noon()),
            by_finger(bob.id),
        ] {
            site.store()
                .append(Append::entry(made.clone()))
                .await
                .unwrap();
            hers.insert(0, made);
        }
    }
    hers.retain(|made| {
        matches!(&made.record, Record::Access(event) if event.decision.person == Some(alice.id)
            && event.evidence.fingerprint.is_some())
    });
    let page = async |store: &S::Engine, before, limit| {
        let page = Page { before, limit };
        let listed = store.finger_passages(alice.id, page).await.unwrap();
        let all = listed.into_iter().filter_map(Listed::readable);
        all.map(|stored| (stored.index, stored.entry))
            .collect::<Vec<_>>()
    };
    let entries = |page: Vec<(u64, Entry)>| page.into_iter().map(|(_, e)| e).collect::<Vec<_>>();
    let newest = page(site.store(), None, 2).await;
    let before = newest[1].0;
    assert_eq!(entries(newest), hers[..2]);
    let rest = page(site.store(), Some(before), 2).await;
    assert_eq!(entries(rest), hers[2..]);
    site.store().rebuild_projections().await.unwrap();
    assert_eq!(entries(page(site.store(), None, 9).await), hers);
}
