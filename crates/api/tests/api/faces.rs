//! /faces, /people/{id}/faces, /people/{id}/photo, /people/{id}/credentials

use crate::support::{Site, id};
use serde_json::json;
use store::Role;

const GOOD: &[u8] = b"\xff\xd8\xff good";
const MASKED: &[u8] = b"\xff\xd8\xff masked";
/// Somebody who looks like another, masked as well.
const TWIN: &[u8] = b"\xff\xd8\xff twin masked";
const TWO: &[u8] = b"\xff\xd8\xff two faces";

async fn ada(site: &Site) -> String {
    let ada = json!({"number": "17", "name": "Ada"});
    id(&site.post(Role::Operator, "/people", ada).await.expect(201))
}

#[tokio::test]
async fn looking_at_images_keeps_nothing() {
    let site = Site::open().await;
    let images = [("images", "1.jpg", GOOD), ("images", "2.jpg", TWO)];
    let found = site
        .upload(Role::Operator, "/faces/assess", &images)
        .await
        .expect(200);
    assert_eq!(found[0]["problems"], json!([]));
    assert_eq!(found[0]["face"]["width"], 30.0);
    assert_eq!(found[1]["problems"][0]["problem"], "two_faces");
    assert_eq!(found[1]["face"], json!(null));
    assert!(site.played.gallery.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_good_images_are_enrolled_at_once_and_the_others_say_why_not() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let images = [("images", "1.jpg", TWO), ("images", "2.jpg", GOOD)];
    let address = format!("/people/{person}/faces");
    let found = site
        .upload(Role::Operator, &address, &images)
        .await
        .expect(200);
    assert_eq!(found[0]["credential"], json!(null));
    let credential = found[1]["credential"].as_str().unwrap();
    let enrolled = (person.parse().unwrap(), credential.parse().unwrap());
    assert!(site.played.gallery.lock().unwrap().contains(&enrolled));

    let shown = site
        .get(Role::Auditor, &format!("/people/{person}/credentials"))
        .await
        .expect(200);
    assert_eq!(shown["credentials"][0]["kind"], "face");
    assert_eq!(shown["credentials"][0]["id"], credential);
    let photo = site
        .get(Role::Viewer, &format!("/people/{person}"))
        .await
        .expect(200)["photo"]
        .clone();
    assert_eq!(shown["credentials"][0]["picture"], photo);
    let picture = site
        .get(
            Role::Viewer,
            &format!("/pictures/{}", photo.as_str().unwrap()),
        )
        .await;
    assert_eq!(picture.body, GOOD);
}

#[tokio::test]
async fn what_can_be_overruled_is_enrolled_when_an_operator_insists_and_the_log_says_so() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let address = format!("/people/{person}/faces");
    let send = async |places: &'static [u8]| {
        let images = [
            ("images", "1.jpg", MASKED),
            ("images", "2.jpg", TWO),
            ("images", "3.jpg", GOOD),
            ("overruled", "", places),
        ];
        site.upload(Role::Operator, &address, &images).await
    };
    let found = send(b"").await.expect(200);
    assert_eq!(found[0]["can_be_overruled"], true);
    assert_eq!(found[0]["credential"], json!(null));
    assert_eq!(found[1]["can_be_overruled"], false);
    assert_eq!(
        found[2]["can_be_overruled"], false,
        "nothing is wrong with it"
    );

    let masked = br#"[{"image":0,"finding":"mouth_covered"},{"image":1,"finding":"eyes_covered"}]"#;
    let found = send(masked).await.expect(200);
    assert!(found[0]["credential"].is_string());
    assert_eq!(
        found[1]["credential"],
        json!(null),
        "two faces are two faces"
    );
    let wrong: [&[u8]; 5] = [
        b"0:mouth_covered",
        b"{}",
        br#"[{"image":"first","finding":"mouth_covered"}]"#,
        br#"[{"image":0,"finding":"two_faces"}]"#,
        br#"[{"image":0,"finding":"looks_like"}]"#,
    ];
    for wrong in wrong {
        assert_eq!(send(wrong).await.wrong_field(), "overruled");
    }
    // What the operator was not shown is not overruled.
    let found = send(br#"[{"image":0,"finding":"eyes_covered"}]"#)
        .await
        .expect(200);
    assert_eq!(found[0]["credential"], json!(null));
    let insisted = json!("overruled: something covers mouth or nose");
    let none = json!(null);
    assert_eq!(
        notes(&site).await,
        [none.clone(), insisted, none.clone(), none]
    );
}

/// What the log says beside each enrolment of a face, the newest first.
async fn notes(site: &Site) -> Vec<serde_json::Value> {
    let log = site.get(Role::Auditor, "/log").await.expect(200);
    let entries = log["entries"].as_array().unwrap().iter();
    let acts = entries.map(|entry| &entry["record"]["act"]);
    let enrolled = acts.filter(|act| act["act"] == "face_enrolled");
    enrolled.map(|act| act["note"].clone()).collect()
}

#[tokio::test]
async fn a_likeness_is_overruled_for_whom_it_was_shown_and_the_log_names_them() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let twin = json!({"number": "18", "name": "Bea"});
    let twin = id(&site.post(Role::Operator, "/people", twin).await.expect(201));
    *site.played.twin.lock().unwrap() = Some(twin.parse().unwrap());
    let address = format!("/people/{person}/faces");
    let insist = async |whom: &str| {
        let overruled = json!([
            {"image": 0, "finding": "looks_like", "person": whom},
            {"image": 0, "finding": "mouth_covered"},
        ]);
        let overruled = overruled.to_string();
        let images = [
            ("images", "1.jpg", TWIN),
            ("overruled", "", overruled.as_bytes()),
        ];
        let found = site.upload(Role::Operator, &address, &images).await;
        found.expect(200)[0]["credential"].is_string()
    };
    assert!(!insist(&person).await, "somebody else was shown");
    assert!(insist(&twin).await);
    let named = "overruled: something covers mouth or nose, looks like Bea (18)";
    assert_eq!(notes(&site).await, [json!(named)]);
    site.delete(Role::Admin, &format!("/people/{twin}"))
        .await
        .expect(204);
    let erased = format!(
        "overruled: something covers mouth or nose, looks like {twin}, who was deleted since"
    );
    assert_eq!(notes(&site).await, [json!(erased)]);
}

#[tokio::test]
async fn nobody_is_told_that_their_further_images_look_like_themselves() {
    let site = Site::open().await;
    let person = ada(&site).await;
    *site.played.twin.lock().unwrap() = Some(person.parse().unwrap());
    let assess = async |whose: &'static str| {
        let images = [("images", "1.jpg", TWIN), ("person", "", whose.as_bytes())];
        site.upload(Role::Operator, "/faces/assess", &images).await
    };
    let found = assess("").await.expect(200);
    let of_somebody_new = &found[0]["problems"];
    assert_eq!(of_somebody_new[1]["problem"], "looks_like");
    assert_eq!(of_somebody_new[1]["person"]["id"], person);
    let found = assess(person.leak()).await.expect(200);
    assert_eq!(found[0]["problems"], json!([{"problem": "mouth_covered"}]));
    assert_eq!(assess("Ada").await.wrong_field(), "person");
    assess("00000000-0000-0000-0000-000000000000")
        .await
        .expect(404);
}

#[tokio::test]
async fn removing_a_template_takes_effect_at_once_with_its_photograph() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let address = format!("/people/{person}/faces");
    let images = [("images", "1.jpg", GOOD)];
    let found = site
        .upload(Role::Operator, &address, &images)
        .await
        .expect(200);
    let credential = found[0]["credential"].as_str().unwrap();
    let address = format!("/people/{person}/credentials/{credential}");
    site.delete(Role::Operator, &address).await.expect(204);
    assert!(site.played.gallery.lock().unwrap().is_empty());
    let shown = site
        .get(Role::Viewer, &format!("/people/{person}"))
        .await
        .expect(200);
    assert_eq!(shown["photo"], json!(null));
    site.delete(Role::Operator, &address).await.expect(404);
}

#[tokio::test]
async fn no_image_eleven_images_and_somebody_unknown_are_refused() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let address = format!("/people/{person}/faces");
    let none = site.upload(Role::Operator, &address, &[]).await;
    assert_eq!(none.wrong_field(), "images");
    let eleven = [("images", "1.jpg", GOOD); 11];
    let many = site.upload(Role::Operator, &address, &eleven).await;
    assert_eq!(many.wrong_field(), "images");
    let nobody = "/people/00000000-0000-0000-0000-000000000000/faces";
    site.upload(Role::Operator, nobody, &[("images", "1.jpg", GOOD)])
        .await
        .expect(404);
    site.upload(Role::Auditor, &address, &[("images", "1.jpg", GOOD)])
        .await
        .expect(403);
}

#[tokio::test]
async fn a_new_photograph_replaces_the_old_one_and_enrols_nothing() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let address = format!("/people/{person}/photo");
    let mut photos = Vec::new();
    for content in [&b"\xff\xd8\xff first"[..], b"\xff\xd8\xff second"] {
        let set = site
            .upload(Role::Operator, &address, &[("image", "p.jpg", content)])
            .await;
        photos.push(format!(
            "/pictures/{}",
            set.expect(200)["photo"].as_str().unwrap()
        ));
    }
    site.get(Role::Viewer, &photos[0]).await.expect(404);
    assert_eq!(
        site.get(Role::Viewer, &photos[1]).await.body,
        &b"\xff\xd8\xff second"[..]
    );
    assert!(site.played.gallery.lock().unwrap().is_empty());
    let png = site
        .upload(Role::Operator, &address, &[("image", "p.png", b"\x89PNG")])
        .await;
    assert_eq!(png.wrong_field(), "image");
}
