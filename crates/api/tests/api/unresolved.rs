//! /unresolved

use crate::support::Passing;
use model::{
    DeviceTime, ObservationDraft, PictureId, Sighting, SourceKey, Unresolved, UnresolvedReason,
};
use serde_json::json;
use store::{Book as _, Ingest as _, Role, Settlement};
use uuid::Uuid;

/// Lists a picture that nobody asked for.
async fn picture_of_nobody(passing: &Passing) -> PictureId {
    let site = &passing.site;
    let station = json!({"kind": "camera_station", "name": "Cam", "access_point": passing.entry});
    let device = site
        .post(Role::Admin, "/devices", station)
        .await
        .expect(201);
    let picture = PictureId(Uuid::new_v4());
    let draft = ObservationDraft {
        device: crate::support::id(&device).parse().unwrap(),
        access_point: passing.entry.parse().unwrap(),
        key: SourceKey::Sequence {
            boot_id: "b".into(),
            sequence: 1,
        },
        device_time: DeviceTime::Absent,
        received_at: site.now(),
        deferred: false,
        sighting: Sighting::Picture { picture },
        raw: Vec::new(),
    };
    let observation = site.store.commit(draft).await.unwrap().observation;
    let unresolved = Unresolved {
        observations: vec![observation.id],
        access_point: observation.access_point,
        at: site.now(),
        reason: UnresolvedReason::PictureOfNobody,
        picture: Some(picture),
    };
    let listed = Settlement::Unresolved(unresolved);
    site.store.settle(listed).await.unwrap();
    picture
}

#[tokio::test]
async fn a_picture_of_nobody_is_listed_with_what_was_seen_and_set_aside_with_a_note() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let picture = picture_of_nobody(&passing).await;
    let listed = site.get(Role::Viewer, "/unresolved").await.expect(200);
    assert_eq!(listed[0]["reason"], "picture_of_nobody");
    assert_eq!(listed[0]["picture"], picture.to_string());
    assert_eq!(listed[0]["observations"][0]["device"]["name"], "Cam");
    assert_eq!(listed[0]["observations"][0]["saw"]["saw"], "picture");

    let address = format!("/unresolved/{}/dismiss", listed[0]["number"]);
    let silent = site
        .post(Role::Operator, &address, json!({"note": " "}))
        .await;
    assert_eq!(silent.wrong_field(), "note");
    let note = json!({"note": "a bird"});
    site.post(Role::Operator, &address, note.clone())
        .await
        .expect(204);
    let listed = site.get(Role::Viewer, "/unresolved").await.expect(200);
    assert_eq!(listed[0]["dismissed"], true);
    let log = site
        .get(Role::Auditor, "/log?kind=act&limit=1")
        .await
        .expect(200);
    assert_eq!(
        log["entries"][0]["record"]["act"]["act"],
        "unresolved_dismissed"
    );
    site.post(Role::Operator, "/unresolved/99/dismiss", note)
        .await
        .expect(404);
}
