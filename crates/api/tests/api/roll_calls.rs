//! /devices/{id}/roll-call

use crate::support::{Passing, id};
use api::ports::{Cameras as _, RollCallFace};
use bytes::Bytes;
use model::{DeviceId, Score};
use serde_json::json;
use store::Role;
use uuid::Uuid;

const CAMERA: DeviceId = DeviceId(Uuid::from_u128(7));

#[tokio::test]
async fn a_roll_is_called_tells_who_is_there_and_is_done() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ada = passing.person("17", "Ada").await;
    let roll = format!("/devices/{CAMERA}/roll-call");
    site.post(Role::Operator, &roll, json!(null))
        .await
        .expect(404);
    site.get(Role::Operator, &roll).await.expect(404);
    site.played.frame(CAMERA, Bytes::new()).await.unwrap();
    let none = site.get(Role::Operator, &roll).await;
    assert_eq!(none.status, 204, "a camera before which none was called");
    let face = |number, person| RollCallFace {
        number,
        person,
        unknown: false,
        one_of: None,
        at: site.now(),
        score: Some(Score(900_000)),
    };
    let bob = passing.person("18", "Bob").await;
    let either = RollCallFace {
        one_of: Some([ada.parse().unwrap(), bob.parse().unwrap()]),
        ..face(3, None)
    };
    *site.played.called.lock().unwrap() = vec![face(1, ada.parse().ok()), face(2, None), either];
    let begun = site.post(Role::Operator, &roll, json!(null)).await;
    let begun = begun.expect(201);
    assert_eq!(begun["present"][0]["person"]["name"], "Ada");
    assert_eq!(begun["present"][0]["face"], 1);
    assert_eq!(begun["others"][0]["face"], 2);
    assert_eq!(begun["others"][0]["one_of"], json!(null));
    let alike = begun["others"][1]["one_of"].as_array().unwrap();
    assert_eq!([&alike[0]["name"], &alike[1]["name"]], ["Ada", "Bob"]);
    assert_eq!(
        (&begun["over"], &begun["of_seconds"]),
        (&json!(false), &json!(60.0))
    );
    let jpeg = site.get(Role::Operator, &format!("{roll}/faces/1")).await;
    assert!(jpeg.body.starts_with(b"\xff\xd8"));
    let done = format!("{roll}/done");
    let done = site.post(Role::Operator, &done, json!(null)).await;
    assert_eq!(done.expect(200)["over"], true);
    assert_eq!(
        site.get(Role::Operator, &roll).await.expect(200)["over"],
        true
    );
    assert_eq!(id(&begun["present"][0]["person"]), ada);
}
