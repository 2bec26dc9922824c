//! /network-cameras

use crate::support::{Passing, id};
use serde_json::{Value, json};
use store::{Devices as _, Role};

fn camera(passing: &Passing) -> Value {
    json!({"name": "North", "access_point": passing.entry, "address": "rtsp://192.0.2.9/stream",
        "user": "gate", "password": "seven-boats", "frames_per_second": 4})
}

#[tokio::test]
async fn a_camera_is_added_with_its_password_which_is_never_told() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let address = "/network-cameras";
    let added = site
        .post(Role::Admin, address, camera(&passing))
        .await
        .expect(201);
    assert_eq!(added["kind"], "network_camera");
    let answer = site.get(Role::Admin, address).await;
    let shown = answer.expect(200);
    assert_eq!(shown[0]["has_password"], true);
    assert_eq!(shown[0]["frames_per_second"], 4);
    assert!(!answer.text().contains("seven-boats"));
    let kept = site.store.network_cameras().await.unwrap();
    assert_eq!(kept[0].password, "seven-boats");
    site.get(Role::Operator, address).await.expect(403);
}

#[tokio::test]
async fn a_password_is_kept_by_a_change_unless_the_camera_is_on_another_host() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let added = site
        .post(Role::Admin, "/network-cameras", camera(&passing))
        .await;
    let address = format!("/network-cameras/{}", id(&added.expect(201)));
    let mut change = camera(&passing);
    change.as_object_mut().unwrap().remove("password");
    change["address"] = json!("rtsp://192.0.2.9/other");
    site.put(Role::Admin, &address, change.clone())
        .await
        .expect(200);
    let kept = site.store.network_cameras().await.unwrap();
    assert_eq!(kept[0].password, "seven-boats");
    assert_eq!(kept[0].address, "rtsp://192.0.2.9/other");
    change["address"] = json!("rtsp://198.51.100.1/stream");
    let moved = site.put(Role::Admin, &address, change).await;
    assert_eq!(moved.wrong_field(), "password");
}

#[tokio::test]
async fn a_main_stream_is_kept_beside_the_one_that_faces_are_looked_for_in() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let mut input = camera(&passing);
    input["main_address"] = json!(" rtsp://192.0.2.9/main ");
    let added = site
        .post(Role::Admin, "/network-cameras", input.clone())
        .await;
    let address = format!("/network-cameras/{}", id(&added.expect(201)));
    let shown = site.get(Role::Admin, "/network-cameras").await.expect(200);
    assert_eq!(shown[0]["main_address"], "rtsp://192.0.2.9/main");
    assert_eq!(shown[0]["main_status"], Value::Null);
    // The kept password is for the camera it was given for, whichever stream it is asked for.
    input.as_object_mut().unwrap().remove("password");
    input["main_address"] = json!("rtsp://198.51.100.1/main");
    let moved = site.put(Role::Admin, &address, input.clone()).await;
    assert_eq!(moved.wrong_field(), "password");
    input["main_address"] = json!("");
    site.put(Role::Admin, &address, input).await.expect(200);
    let kept = site.store.network_cameras().await.unwrap();
    assert_eq!(kept[0].main_address, None);
    assert_eq!(kept[0].password, "seven-boats");
}

#[tokio::test]
async fn what_is_no_camera_is_refused_with_the_field_named() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let wrong = [
        ("address", json!("ftp://192.0.2.9/")),
        ("main_address", json!("http://192.0.2.9/")),
        ("frames_per_second", json!(0)),
        ("frames_per_second", json!(16)),
        ("user", json!("two\nlines")),
    ];
    for (field, value) in wrong {
        let mut input = camera(&passing);
        input[field] = value;
        let answer = site.post(Role::Admin, "/network-cameras", input).await;
        assert_eq!(answer.wrong_field(), field);
    }
    assert!(site.store.network_cameras().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_camera_is_tried_before_it_is_added_and_why_there_is_no_picture_is_told() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ask = |password: &str| json!({"address": "rtsp://192.0.2.9/", "user": "gate", "password": password});
    let answer = site
        .post(Role::Admin, "/network-cameras/test", ask("right"))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "image/jpeg");
    let refused = site
        .post(Role::Admin, "/network-cameras/test", ask("wrong"))
        .await;
    let detail = refused.expect(409)["detail"].to_string();
    assert!(detail.contains("refuses this user name"), "{detail}");
}
