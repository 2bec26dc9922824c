//! /strangers

use crate::support::{Passing, Site, at, id};
use model::{
    Author, DeviceId, DeviceTime, Direction, Entry, EventId, FaceSighting, ObservationDraft,
    Outcome, PictureId, Record, Score, Sighting, SourceKey, StrangerId,
};
use serde_json::json;
use store::{Append, Book, Ingest, Pictures, Role, StrangerSeen, Strangers};
use uuid::Uuid;

const GOOD: &[u8] = b"\xff\xd8\xff good";
const FACE: &[u8] = b"\xff\xd8\xff face";

/// Somebody unknown is let in or out; the event, and the picture of it.
async fn stranger_passes(
    passing: &Passing,
    stranger: StrangerId,
    direction: Direction,
    when: &str,
) -> (EventId, PictureId) {
    let site = &passing.site;
    let picture = site.pictures.put(GOOD).await.unwrap();
    let draft = ObservationDraft {
        device: DeviceId(Uuid::from_u128(1)),
        access_point: passing.entry.parse().unwrap(),
        key: SourceKey::Sequence {
            boot_id: picture.to_string(),
            sequence: 1,
        },
        device_time: DeviceTime::Absent,
        received_at: at(when),
        deferred: false,
        sighting: Sighting::Face(FaceSighting {
            track: 1,
            person: None,
            score: Score(0),
            threshold: Score(900_000),
            rarity: None,
            one_of: None,
            before: None,
            runner_up: None,
            frames: 5,
            gallery: 1,
            picture: Some(picture),
            liveness: None,
            spoof: None,
            covered: Vec::new(),
        }),
        raw: Vec::new(),
    };
    let observation = site.store.commit(draft).await.unwrap().observation.id;
    let passage = passing.event(None, direction, when, Outcome::Granted, "");
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: at(when),
        author: Author::System,
        record: Record::Access(passage),
    };
    let event = entry.id;
    let append = Append {
        settles: vec![observation],
        ..Append::entry(entry)
    };
    site.store.append(append).await.unwrap();
    keep(site, stranger, picture, when).await;
    (event, picture)
}

/// What is kept of that passage; the face.
async fn keep(site: &Site, stranger: StrangerId, picture: PictureId, when: &str) -> PictureId {
    let face = site.pictures.put(FACE).await.unwrap();
    let seen = StrangerSeen {
        picture,
        face,
        stranger,
        at: at(when),
        model: "played".to_owned(),
        template: vec![7; 4],
    };
    site.store.keep_stranger(&seen).await.unwrap();
    face
}

fn stranger() -> StrangerId {
    StrangerId(Uuid::now_v7())
}

#[tokio::test]
async fn a_stranger_is_listed_with_how_often_they_were_seen_and_found_by_a_picture() {
    let site = Site::open().await;
    let who = stranger();
    let [first, second] = [1, 2].map(|n| PictureId(Uuid::from_u128(n)));
    keep(&site, who, first, "2026-03-01T05:00:00Z").await;
    let newest = keep(&site, who, second, "2026-03-02T05:00:00Z").await;
    let listed = site.get(Role::Operator, "/strangers").await.expect(200);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["id"], who.to_string());
    assert_eq!(listed[0]["times"], 2);
    assert_eq!(listed[0]["face"], newest.to_string());
    assert_eq!(listed[0]["first_seen"], "2026-03-01T05:00:00Z");
    let on = |picture: PictureId| format!("/strangers?picture={picture}");
    let found = site.get(Role::Operator, &on(first)).await.expect(200);
    assert_eq!(found, listed, "seen before");
    let nobody = PictureId(Uuid::from_u128(3));
    let nobody = site.get(Role::Operator, &on(nobody)).await.expect(200);
    assert_eq!(nobody, json!([]));
    let gone = format!("/strangers/{}", stranger());
    site.get(Role::Operator, &gone).await.expect(404);
}

#[tokio::test]
async fn strangers_are_found_by_their_likeness() {
    let site = Site::open().await;
    let who = stranger();
    keep(
        &site,
        who,
        PictureId(Uuid::from_u128(1)),
        "2026-03-01T05:00:00Z",
    )
    .await;
    *site.played.alike.lock().unwrap() = vec![stranger(), who];
    let image = [("image", "1.jpg", GOOD)];
    let found = site.upload(Role::Operator, "/strangers/alike", &image);
    let found = found.await.expect(200);
    assert_eq!(found.as_array().unwrap().len(), 1, "of those still kept");
    assert_eq!(found[0]["stranger"]["id"], who.to_string());
    assert_eq!(found[0]["score"], 0.9);
}

#[tokio::test]
async fn a_stranger_becomes_a_person_with_faces_and_history_by_one_call() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let who = stranger();
    let (event, picture) =
        stranger_passes(&passing, who, Direction::Entry, "2026-03-02T03:30:00Z").await;
    let address = format!("/strangers/{who}");
    let seen = site.get(Role::Operator, &address).await.expect(200);
    assert_eq!(seen[0]["event"], event.to_string());
    let ada = json!({"number": "17", "name": "Ada"});
    let address = format!("/strangers/{who}/person");
    let made = site.post(Role::Operator, &address, ada.clone()).await;
    let person = id(&made.expect(201));

    let corrected = site.get(Role::Auditor, &format!("/log/{event}")).await;
    assert_eq!(
        corrected.expect(200)["corrected_by"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let inside = site.get(Role::Viewer, "/presence").await.expect(200);
    assert_eq!(inside["areas"][0]["people"][0]["person"]["id"], person);
    let credentials = format!("/people/{person}/credentials");
    let credentials = site.get(Role::Auditor, &credentials).await.expect(200);
    assert_eq!(credentials["credentials"][0]["picture"], seen[0]["face"]);
    let passage = site.pictures.get(picture).await.unwrap();
    assert!(passage.is_some(), "the picture of the passage stays");
    assert_eq!(site.played.gallery.lock().unwrap().len(), 1);
    let listed = site.get(Role::Operator, "/strangers").await.expect(200);
    assert_eq!(listed, json!([]));
    site.post(Role::Operator, &address, ada).await.expect(404);
}

#[tokio::test]
async fn a_person_number_that_is_taken_leaves_the_stranger_as_they_were() {
    let passing = Passing::open().await;
    let site = &passing.site;
    passing.person("17", "Bob").await;
    let who = stranger();
    stranger_passes(&passing, who, Direction::Entry, "2026-03-02T03:30:00Z").await;
    let ada = json!({"number": "17", "name": "Ada"});
    let address = format!("/strangers/{who}/person");
    site.post(Role::Operator, &address, ada).await.expect(409);
    let listed = site.get(Role::Operator, "/strangers").await.expect(200);
    assert_eq!(listed[0]["id"], who.to_string());
    assert!(site.played.gallery.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_stranger_is_erased_with_pictures_on_demand() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let who = stranger();
    let (_, picture) =
        stranger_passes(&passing, who, Direction::Entry, "2026-03-02T03:30:00Z").await;
    let address = format!("/strangers/{who}");
    site.delete(Role::Viewer, &address).await.expect(403);
    site.delete(Role::Operator, &address).await.expect(204);
    assert_eq!(site.pictures.get(picture).await.unwrap(), None);
    let listed = site.get(Role::Operator, "/strangers").await.expect(200);
    assert_eq!(listed, json!([]));
    site.delete(Role::Operator, &address).await.expect(404);
}

#[tokio::test]
async fn a_file_that_cannot_be_removed_costs_neither_the_act_nor_the_other_files() {
    let site = Site::open().await;
    let who = stranger();
    let picture = site.pictures.put(GOOD).await.unwrap();
    let face = keep(&site, who, picture, "2026-03-02T03:30:00Z").await;
    // What is no file is not removed as one.
    let stuck = site.file_of(picture);
    std::fs::remove_file(&stuck).unwrap();
    std::fs::create_dir(&stuck).unwrap();
    assert!(site.pictures.remove(picture).await.is_err());
    let address = format!("/strangers/{who}");
    site.delete(Role::Operator, &address).await.expect(204);
    assert_eq!(site.pictures.get(face).await.unwrap(), None);
}

#[tokio::test]
async fn a_person_takes_over_the_newest_faces_and_the_others_are_erased() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let who = stranger();
    for day in 1..=7 {
        let when = format!("2026-03-0{day}T03:30:00Z");
        stranger_passes(&passing, who, Direction::Entry, &when).await;
    }
    let address = format!("/strangers/{who}");
    let seen = site.get(Role::Operator, &address).await.expect(200);
    let ada = json!({"number": "17", "name": "Ada"});
    let address = format!("{address}/person");
    let made = site.post(Role::Operator, &address, ada);
    let person = made.await.expect(201);
    assert_eq!(person["photo"], seen[0]["face"]);
    for (age, one) in seen.as_array().unwrap().iter().enumerate() {
        let face: PictureId = one["face"].as_str().unwrap().parse().unwrap();
        let kept = site.pictures.get(face).await.unwrap().is_some();
        assert_eq!(kept, age < 5, "face {age}");
    }
}

#[tokio::test]
async fn a_passage_that_was_corrected_before_stays_as_it_was_corrected() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let bob = passing.person("18", "Bob").await;
    let who = stranger();
    let (event, _) = stranger_passes(&passing, who, Direction::Entry, "2026-03-02T03:30:00Z").await;
    let his = json!({"correction": "not_this_person", "event": event.to_string(),
        "instead": bob, "reason": "Bob."});
    site.post(Role::Operator, "/corrections", his)
        .await
        .expect(201);
    let ada = json!({"number": "17", "name": "Ada"});
    let address = format!("/strangers/{who}/person");
    site.post(Role::Operator, &address, ada).await.expect(201);
    let entry = site.get(Role::Auditor, &format!("/log/{event}")).await;
    let corrections = entry.expect(200)["corrected_by"].clone();
    assert_eq!(corrections.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn how_long_strangers_are_kept_is_set_for_the_site() {
    let site = Site::open().await;
    let mut settings = site.get(Role::Admin, "/settings").await.expect(200);
    assert_eq!(settings["strangers_kept_days"], 30);
    settings["strangers_kept_days"] = json!(367);
    let refused = site.put(Role::Admin, "/settings", settings.clone()).await;
    assert_eq!(refused.wrong_field(), "strangers_kept_days");
    settings["strangers_kept_days"] = json!(0);
    let set = site.put(Role::Admin, "/settings", settings.clone()).await;
    set.expect(200);
    let now = site.get(Role::Viewer, "/settings").await.expect(200);
    assert_eq!(now, settings);
    let fields = settings.as_object_mut().unwrap();
    fields.remove("strangers_kept_days");
    let set = site.put(Role::Admin, "/settings", settings).await;
    let kept = &set.expect(200)["strangers_kept_days"];
    assert_eq!(*kept, 0, "who does not know of it changes nothing");
}

#[tokio::test]
async fn a_stranger_is_given_to_somebody_who_is_registered_already() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let bob = passing.person("18", "Bob").await;
    let who = stranger();
    let (event, _) = stranger_passes(&passing, who, Direction::Entry, "2026-03-02T03:30:00Z").await;
    let address = format!("/strangers/{who}/person/{bob}");
    let given = site.post(Role::Operator, &address, json!(null)).await;
    assert_eq!(given.expect(200)["name"], "Bob");
    let corrected = site.get(Role::Auditor, &format!("/log/{event}")).await;
    let corrected = corrected.expect(200)["corrected_by"].clone();
    assert_eq!(corrected.as_array().unwrap().len(), 1);
    let inside = site.get(Role::Viewer, "/presence").await.expect(200);
    assert_eq!(inside["areas"][0]["people"][0]["person"]["id"], bob);
    assert_eq!(site.played.gallery.lock().unwrap().len(), 1);
    let again = site.post(Role::Operator, &address, json!(null)).await;
    again.expect(404);
}
