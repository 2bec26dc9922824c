//! The registry of people.

use model::*;
use store::{Book, FaceTemplate, People, PeopleQuery, Put, StoreError, Write};

use crate::Site;
use crate::make::{assigned, face, new_id, person, tag, with};

async fn add(store: &impl Book, people: &[Person]) {
    let writes = people
        .iter()
        .cloned()
        .map(Put::Add)
        .map(Write::Person)
        .collect();
    store.append(with(writes)).await.unwrap();
}

async fn change(store: &impl Book, was: &Person, now: &Person) -> Result<(), StoreError> {
    let put = Write::Person(Put::change(was.clone(), now.clone()));
    store.append(with(vec![put])).await.map(drop)
}

pub async fn a_person_is_found_by_number_name_identity_number_and_tag<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let (alice, bob) = (person("17", "Alice Arden"), person("4", "Bob Bunt"));
    add(store, &[alice.clone(), bob.clone()]).await;
    let card = Write::Credential(assigned(alice.id, "ab 12"), None);
    store.append(with(vec![card])).await.unwrap();
    let alice = Some(alice);
    assert_eq!(
        store.person(alice.as_ref().unwrap().id).await.unwrap(),
        alice
    );
    assert_eq!(store.person_by_number("17").await.unwrap(), alice);
    let number = "123456789017";
    assert_eq!(
        store.person_by_identity_number(number).await.unwrap(),
        alice
    );
    let written = "1234 5678-9017";
    assert_eq!(
        store.person_by_identity_number(written).await.unwrap(),
        alice
    );
    assert_eq!(store.person_by_tag(&tag("AB 12")).await.unwrap(), alice);
    for text in ["arden", "17", "1", "AB 12", "ab 12"] {
        let found = search(store, text).await;
        assert_eq!(
            found,
            alice.clone().into_iter().collect::<Vec<_>>(),
            "{text}"
        );
    }
    assert_eq!(search(store, "nobody").await, []);
    assert_eq!(store.person_by_number("1").await.unwrap(), None);
    assert_eq!(store.person_by_identity_number("1").await.unwrap(), None);
    assert_eq!(store.person_by_tag(&tag("CD")).await.unwrap(), None);
    assert_eq!(store.people_count().await.unwrap(), 2);
}

pub async fn several_people_are_told_at_once<S: Site>() {
    let site = S::found().await;
    let mut all: Vec<Person> = (0..700)
        .map(|number| person(&number.to_string(), "Alice Arden"))
        .collect();
    add(site.store(), &all).await;
    all.sort_by_key(|person| person.id);
    let mut ids: Vec<PersonId> = all.iter().map(|person| person.id).collect();
    ids.push(new_id());
    let mut full = site.store().people_with_details(&ids).await.unwrap();
    full.sort_by_key(|person| person.id);
    assert_eq!(full, all);
    let mut found = site.store().people_of(&ids).await.unwrap();
    found.sort_by_key(|person| person.id);
    for person in &mut all {
        person.details = PersonDetails::default();
    }
    assert_eq!(found, all);
    assert_eq!(site.store().people_of(&[]).await.unwrap(), []);
    assert_eq!(site.store().everybody().await.unwrap(), all);
}

/// The names of those of `people` that there are, by people and by everybody, who are to say the same.
async fn told(store: &impl People, people: &[&Person]) -> Vec<String> {
    let ids: Vec<PersonId> = people.iter().map(|person| person.id).collect();
    let names = |found: Vec<Person>| found.into_iter().map(|person| person.name);
    let mut some: Vec<String> = names(store.people_of(&ids).await.unwrap()).collect();
    some.sort();
    let all: Vec<String> = names(store.everybody().await.unwrap()).collect();
    assert_eq!(some, all);
    some
}

pub async fn names_that_were_told_before_follow_a_change_and_a_deletion<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let (alice, bob) = (person("17", "Alice Arden"), person("4", "Bob Bunt"));
    add(store, std::slice::from_ref(&alice)).await;
    assert_eq!(told(store, &[&alice, &bob]).await, ["Alice Arden"]);
    add(store, std::slice::from_ref(&bob)).await;
    assert_eq!(
        told(store, &[&alice, &bob]).await,
        ["Alice Arden", "Bob Bunt"]
    );
    let married = Person {
        name: "Alice Bunt".to_owned(),
        ..alice.clone()
    };
    change(store, &alice, &married).await.unwrap();
    assert_eq!(
        told(store, &[&alice, &bob]).await,
        ["Alice Bunt", "Bob Bunt"]
    );
    let gone = with(vec![Write::RemovePerson(bob.id)]);
    store.append(gone).await.unwrap();
    assert_eq!(told(store, &[&alice, &bob]).await, ["Alice Bunt"]);
}

pub async fn a_refused_change_leaves_the_names_that_were_told<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let alice = person("17", "Alice Arden");
    add(store, std::slice::from_ref(&alice)).await;
    assert_eq!(told(store, &[&alice]).await, ["Alice Arden"]);
    let other = Person {
        name: "Alice Bunt".to_owned(),
        ..alice.clone()
    };
    // Held against somebody who does not stand there.
    change(store, &other, &other).await.unwrap_err();
    assert_eq!(told(store, &[&alice]).await, ["Alice Arden"]);
}

async fn search(store: &impl People, text: &str) -> Vec<Person> {
    let text = text.to_owned();
    let query = PeopleQuery {
        text,
        after: None,
        limit: 10,
    };
    store.people(&query).await.unwrap()
}

pub async fn names_are_found_without_case_in_any_script<S: Site>() {
    let site = S::found().await;
    let names = ["ÉLODIE Ørsted", "Дмитрий", "100% _Real_", "प्रिया"];
    let people: Vec<Person> = (0..)
        .zip(names)
        .map(|(n, name)| person(&n.to_string(), name))
        .collect();
    add(site.store(), &people).await;
    for (text, place) in [("élodie ø", 0), ("ДМИТ", 1), ("% _r", 2), ("प्रि", 3)] {
        assert_eq!(
            search(site.store(), text).await,
            [people[place].clone()],
            "{text}"
        );
    }
}

pub async fn what_is_typed_is_looked_for_letter_by_letter<S: Site>() {
    let site = S::found().await;
    let names = [
        "100%",
        "100 per cent",
        "a_b",
        "axb",
        r"back\slash",
        "wow!",
        "O'Neill",
        "Jose\u{301}",
    ];
    let people: Vec<Person> = (500..)
        .zip(names)
        .map(|(n, name)| person(&n.to_string(), name))
        .collect();
    add(site.store(), &people).await;
    for (text, found) in [
        ("%", vec!["100%"]),
        ("_", vec!["a_b"]),
        (r"\", vec![r"back\slash"]),
        ("!", vec!["wow!"]),
        ("'n", vec!["O'Neill"]),
        // An accent is a letter like another.
        ("josé", vec![]),
        ("jose\u{301}", vec!["Jose\u{301}"]),
        ("\0", vec![]),
    ] {
        let people = search(site.store(), text).await;
        let names: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(names, found, "{text}");
    }
}

pub async fn names_are_ordered_by_their_letters_alone<S: Site>() {
    let site = S::found().await;
    let ordered = [
        "Ann-Zoe", "Ann Zoe", "ann", "Ännchen", "anna", "Zoe", "émile", "ok",
    ];
    let people: Vec<Person> = (0..)
        .zip(ordered)
        .map(|(n, name)| person(&n.to_string(), name))
        .collect();
    add(site.store(), &people).await;
    let found: Vec<_> = search(site.store(), "").await;
    let names: Vec<_> = found.iter().map(|person| person.name.as_str()).collect();
    let by_letters = [
        "ann", "Ann Zoe", "Ann-Zoe", "anna", "ok", "Zoe", "Ännchen", "émile",
    ];
    assert_eq!(names, by_letters);
}

pub async fn people_are_listed_by_name_page_by_page<S: Site>() {
    let site = S::found().await;
    let names = ["zoe", "Adam", "eve", "Bea", "adam"];
    let people: Vec<Person> = (0..)
        .zip(names)
        .map(|(n, name)| person(&n.to_string(), name))
        .collect();
    add(site.store(), &people).await;
    let mut query = PeopleQuery {
        limit: 2,
        ..PeopleQuery::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = site.store().people(&query).await.unwrap();
        let Some(last) = page.last() else { break };
        query.after = Some((last.name.clone(), last.id));
        seen.extend(page.into_iter().map(|person| person.name.to_lowercase()));
    }
    assert_eq!(seen, ["adam", "adam", "bea", "eve", "zoe"]);
}

pub async fn a_person_number_belongs_to_one_person<S: Site>() {
    let site = S::found().await;
    let read = person("1", "Alice");
    add(site.store(), std::slice::from_ref(&read)).await;
    let taken = with(vec![Write::Person(Put::Add(person("1", "Bob")))]);
    let refused = site.store().append(taken);
    assert!(matches!(refused.await, Err(StoreError::Conflict { .. })));
    let alice = Person {
        name: "Alice Arden".to_owned(),
        status: PersonStatus::Suspended,
        photo: None,
        ..read.clone()
    };
    change(site.store(), &read, &alice).await.unwrap();
    assert_eq!(
        site.store().person_by_number("1").await.unwrap(),
        Some(alice)
    );
}

pub async fn a_suspension_is_not_undone_by_what_was_read_before<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let read = person("1", "Alice");
    add(store, std::slice::from_ref(&read)).await;
    let suspended = Person {
        status: PersonStatus::Suspended,
        ..read.clone()
    };
    change(store, &read, &suspended).await.unwrap();
    let photographed = Person {
        photo: Some(new_id()),
        ..read.clone()
    };
    let late = change(store, &read, &photographed).await;
    assert!(matches!(late, Err(StoreError::Stale { .. })));
    assert_eq!(store.person(read.id).await.unwrap(), Some(suspended));
}

pub async fn somebody_deleted_meanwhile_stays_deleted<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let read = person("1", "Alice");
    add(store, std::slice::from_ref(&read)).await;
    let gone = Write::RemovePerson(read.id);
    store.append(with(vec![gone])).await.unwrap();
    let renamed = Person {
        name: "Alice Arden".to_owned(),
        ..read.clone()
    };
    let late = change(store, &read, &renamed).await;
    assert!(matches!(late, Err(StoreError::NotFound { .. })));
    assert_eq!(store.people_count().await.unwrap(), 0);
}

pub async fn an_identity_is_added_once<S: Site>() {
    let site = S::found().await;
    let alice = person("1", "Alice");
    add(site.store(), std::slice::from_ref(&alice)).await;
    let other = Person {
        number: "2".to_owned(),
        ..alice.clone()
    };
    let again = with(vec![Write::Person(Put::Add(other))]);
    let again = site.store().append(again).await;
    assert!(matches!(again, Err(StoreError::Conflict { .. })));
    assert_eq!(site.store().person(alice.id).await.unwrap(), Some(alice));
}

pub async fn a_tag_is_assigned_to_one_person<S: Site>() {
    let site = S::found().await;
    let (alice, bob) = (person("1", "Alice"), person("2", "Bob"));
    add(site.store(), &[alice.clone(), bob.clone()]).await;
    let give = |who| with(vec![Write::Credential(assigned(who, "AB12"), None)]);
    site.store().append(give(alice.id)).await.unwrap();
    let refused = site.store().append(give(bob.id)).await;
    assert!(matches!(refused, Err(StoreError::Conflict { what }) if what.contains("AB12")));
    let nobody = site.store().append(give(new_id())).await;
    assert!(nobody.is_err());
    let held = site.store().credentials(alice.id).await.unwrap();
    let taken_back = with(vec![Write::RemoveCredential(held[0].id)]);
    site.store().append(taken_back).await.unwrap();
    site.store().append(give(bob.id)).await.unwrap();
    assert_eq!(
        site.store().person_by_tag(&tag("AB12")).await.unwrap(),
        Some(bob)
    );
}

fn enrolled(person: PersonId, bytes: &[u8]) -> (Write, FaceTemplate) {
    let credential = face(person);
    let template = FaceTemplate {
        credential: credential.id,
        person,
        model: "test/1".to_owned(),
        bytes: bytes.to_vec(),
    };
    (
        Write::Credential(credential, Some(template.clone())),
        template,
    )
}

pub async fn removing_a_person_takes_credentials_and_templates_along<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let (alice, bob) = (person("1", "Alice"), person("2", "Bob"));
    add(store, &[alice.clone(), bob.clone()]).await;
    let (hers, _) = enrolled(alice.id, b"hers");
    let (his, kept) = enrolled(bob.id, b"his");
    store.append(with(vec![hers, his])).await.unwrap();
    store
        .append(with(vec![Write::RemovePerson(alice.id)]))
        .await
        .unwrap();
    assert_eq!(store.person(alice.id).await.unwrap(), None);
    assert_eq!(store.credentials(alice.id).await.unwrap(), []);
    assert_eq!(all_templates(store).await, [kept]);
    let again = store
        .append(with(vec![Write::RemovePerson(alice.id)]))
        .await;
    assert!(matches!(again, Err(StoreError::NotFound { .. })));
}

/// All of them, one at a time: however many are read together, none is left out or comes twice.
async fn all_templates(store: &impl People) -> Vec<FaceTemplate> {
    let (mut all, mut place) = (Vec::new(), 0);
    loop {
        let (page, next) = store.face_templates_from(place, 1).await.unwrap();
        let Some(one) = page.into_iter().next() else {
            break;
        };
        all.push(one);
        place = next;
    }
    let mut together = Vec::new();
    store::face_templates(store, |page| together.extend(page))
        .await
        .unwrap();
    assert_eq!(all, together);
    all
}

pub async fn templates_are_given_back_as_they_were_kept<S: Site>() {
    let site = S::found().await;
    let alice = person("1", "Alice");
    add(site.store(), std::slice::from_ref(&alice)).await;
    let (one, first) = enrolled(alice.id, &[0, 1, 255]);
    let (two, second) = enrolled(alice.id, &[]);
    site.store().append(with(vec![one, two])).await.unwrap();
    let site = site.restarted().await;
    let kept = [first, second];
    let mut all = all_templates(site.store()).await;
    all.sort_by_key(|template| template.bytes.is_empty());
    assert_eq!(all, kept);
    assert_eq!(
        site.store().face_templates_of(alice.id).await.unwrap(),
        kept
    );
    assert_eq!(site.store().face_templates_of(new_id()).await.unwrap(), []);
}

pub async fn templates_of_two_models_stand_side_by_side_until_the_models_have_changed<S: Site>() {
    let site = S::found().await;
    let store = site.store();
    let alice = person("1", "Alice");
    add(store, std::slice::from_ref(&alice)).await;
    let (one, first) = enrolled(alice.id, b"first");
    let (two, second) = enrolled(alice.id, b"second");
    store.append(with(vec![one, two])).await.unwrap();
    let by_next = |template: &FaceTemplate, bytes: &[u8]| FaceTemplate {
        model: "next".into(),
        bytes: bytes.into(),
        ..template.clone()
    };
    let gone = FaceTemplate {
        credential: new_id(),
        ..by_next(&first, b"of nobody")
    };
    let draft = by_next(&first, b"draft");
    store.keep_templates(vec![gone, draft]).await.unwrap();
    let renewed = by_next(&first, b"renewed");
    store.keep_templates(vec![renewed.clone()]).await.unwrap();
    let mut all = all_templates(store).await;
    all.sort_by(|a, b| a.bytes.cmp(&b.bytes));
    assert_eq!(all, [first, renewed.clone(), second.clone()]);
    let models: Vec<String> = (store.face_template_keys().await.unwrap().into_iter())
        .map(|key| key.model)
        .collect();
    let of = |model: &str| models.iter().filter(|one| *one == model).count();
    assert_eq!((of("next"), models.len()), (1, 3));

    store.settle_on_model("next").await.unwrap();
    let mut all = all_templates(store).await;
    all.sort_by(|a, b| a.bytes.cmp(&b.bytes));
    assert_eq!(
        all,
        [renewed, second.clone()],
        "who has no other keeps the old one"
    );
    let credentials = store.credentials(alice.id).await.unwrap();
    let mut models: Vec<&str> = credentials
        .iter()
        .filter_map(|credential| match &credential.kind {
            CredentialKind::Face { model, .. } => Some(model.as_str()),
            CredentialKind::Tag { .. } | CredentialKind::Finger { .. } => None,
        })
        .collect();
    models.sort_unstable();
    assert_eq!(models, ["next", second.model.as_str()]);
}
