//! /strangers

use crate::support::{Passing, Site, at, id};
use model::{
    AccessEvent, DeviceId, DeviceTime, Direction, EventId, FaceSighting, ObservationDraft, Outcome,
    PictureId, Record, Score, Sighting, SourceKey, StrangerId,
};
use serde_json::json;
use store::{Append, Book, Ingest, Pictures, Role, StrangerSeen, Strangers};
use uuid::Uuid;

const GOOD: &[u8] = b"\xff\xd8\xff good";

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
            runner_up: None,
            frames: 5,
            gallery: 1,
            picture: Some(picture),
        }),
        raw: Vec::new(),
    };
    let observation = site.store.commit(draft).await.unwrap().observation.id;
    // The event of a passage, written once more as the end of this observation.
    let passage = passing.passage(None, direction, when, Outcome::Granted, "");
    let template = site.store.entry(passage.await).await.unwrap().unwrap();
    let Record::Access(access) = template.entry.record else {
        panic!("a passage is an access event");
    };
    let entry = model::Entry {
        id: EventId(Uuid::now_v7()),
        record: Record::Access(AccessEvent { ..access }),
        ..template.entry
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

async fn keep(site: &Site, stranger: StrangerId, picture: PictureId, when: &str) {
    let seen = StrangerSeen {
        picture,
        stranger,
        at: at(when),
        model: "played".to_owned(),
        template: vec![7; 4],
    };
    site.store.keep_stranger(&seen).await.unwrap();
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
    keep(&site, who, second, "2026-03-02T05:00:00Z").await;
    let listed = site.get(Role::Viewer, "/strangers").await.expect(200);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["id"], who.to_string());
    assert_eq!(listed[0]["times"], 2);
    assert_eq!(listed[0]["picture"], second.to_string());
    assert_eq!(listed[0]["first_seen"], "2026-03-01T05:00:00Z");
    let on = |picture: PictureId| format!("/strangers?picture={picture}");
    let found = site.get(Role::Viewer, &on(first)).await.expect(200);
    assert_eq!(found, listed, "seen before");
    let nobody = PictureId(Uuid::from_u128(3));
    let nobody = site.get(Role::Viewer, &on(nobody)).await.expect(200);
    assert_eq!(nobody, json!([]));
    let gone = format!("/strangers/{}", stranger());
    site.get(Role::Viewer, &gone).await.expect(404);
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
    let seen = site.get(Role::Viewer, &address).await.expect(200);
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
    let registered = credentials["credentials"][0]["picture"].as_str().unwrap();
    assert_ne!(
        registered,
        picture.to_string(),
        "a copy: it goes with the person"
    );
    assert_eq!(site.played.gallery.lock().unwrap().len(), 1);
    let listed = site.get(Role::Viewer, "/strangers").await.expect(200);
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
    let listed = site.get(Role::Viewer, "/strangers").await.expect(200);
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
    let listed = site.get(Role::Viewer, "/strangers").await.expect(200);
    assert_eq!(listed, json!([]));
    site.delete(Role::Operator, &address).await.expect(404);
}
