//! /faces, /people/{id}/faces, /people/{id}/photo, /people/{id}/credentials

use crate::support::{Site, id};
use serde_json::json;
use store::Role;

const GOOD: &[u8] = b"\xff\xd8\xff good";
const MASKED: &[u8] = b"\xff\xd8\xff masked";
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

    let found = send(b"0:mouth_covered, 1:looks_like").await.expect(200);
    assert!(found[0]["credential"].is_string());
    assert_eq!(
        found[1]["credential"],
        json!(null),
        "two faces are two faces"
    );
    for wrong in [&b"0"[..], b"first:mouth_covered", b"0:two_faces"] {
        assert_eq!(send(wrong).await.wrong_field(), "overruled");
    }
    // What the operator was not shown is not overruled.
    let found = send(b"0:looks_like").await.expect(200);
    assert_eq!(found[0]["credential"], json!(null));

    let log = site.get(Role::Auditor, "/log").await.expect(200);
    let notes: Vec<_> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["record"]["act"]["act"] == "face_enrolled")
        .map(|entry| entry["record"]["act"]["note"].clone())
        .collect();
    let insisted = json!("overruled: something covers mouth or nose");
    let none = json!(null);
    assert_eq!(notes, [none.clone(), insisted, none.clone(), none]);
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
