//! /people

use crate::support::{Site, id};
use serde_json::{Value, json};
use store::Role;

fn ada() -> Value {
    json!({"number": "17", "name": "Ada Lovelace", "department": "Engines",
        "details": {"identity_number": "123456789010", "phone": "555"}})
}

#[tokio::test]
async fn a_person_is_found_by_part_of_the_name_by_number_and_by_tag() {
    let site = Site::open().await;
    let person = id(&site
        .post(Role::Operator, "/people", ada())
        .await
        .expect(201));
    let assign = json!({"person": person});
    site.post(Role::Operator, "/tags/4AB3/assign", assign)
        .await
        .expect(204);
    for text in ["lovel", "17", "4ab3"] {
        let found = site
            .get(Role::Viewer, &format!("/people?text={text}"))
            .await
            .expect(200);
        assert_eq!(found["people"][0]["id"], person.as_str(), "{text}");
    }
    let nobody = site
        .get(Role::Viewer, "/people?text=babbage")
        .await
        .expect(200);
    assert_eq!(nobody["people"], json!([]));
    assert_eq!(nobody["total"], 1);
}

#[tokio::test]
async fn all_people_are_listed_page_by_page_each_once() {
    let site = Site::open().await;
    for number in 1..=5 {
        // Two of them share a name: the page's border may fall between them.
        let name = format!("Person {}", number / 2);
        let person = json!({"number": number.to_string(), "name": name});
        site.post(Role::Operator, "/people", person)
            .await
            .expect(201);
    }
    let mut numbers = Vec::new();
    let mut address = "/people?limit=2".to_owned();
    loop {
        let page = site.get(Role::Viewer, &address).await.expect(200);
        for person in page["people"].as_array().unwrap() {
            numbers.push(person["number"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        address = format!("/people?limit=2&after={next}");
    }
    numbers.sort();
    assert_eq!(numbers, ["1", "2", "3", "4", "5"]);
}

#[tokio::test]
async fn a_number_that_somebody_has_is_refused() {
    let site = Site::open().await;
    site.post(Role::Operator, "/people", ada())
        .await
        .expect(201);
    let mut other = ada();
    other["details"] = json!({});
    let answer = site.post(Role::Operator, "/people", other).await;
    let problem = answer.expect(409);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert!(
        problem["title"].as_str().unwrap().contains("17"),
        "{problem}"
    );
}

#[tokio::test]
async fn what_cannot_be_a_number_a_name_or_a_time_is_refused_by_field() {
    let site = Site::open().await;
    for (change, field) in [
        (json!({"number": "1,2"}), "number"),
        (json!({"name": "  "}), "name"),
        (
            json!({"valid_from": "2026-03-02T00:00:00Z",
            "valid_until": "2026-03-01T00:00:00Z"}),
            "valid_until",
        ),
        (
            json!({"places": {"allowed": "only",
            "access_points": ["00000000-0000-0000-0000-000000000000"]}}),
            "places",
        ),
    ] {
        let mut person = ada();
        let fields = change.as_object().unwrap().clone();
        person.as_object_mut().unwrap().extend(fields);
        let answer = site.post(Role::Operator, "/people", person).await;
        assert_eq!(answer.wrong_field(), field);
    }
}

#[tokio::test]
async fn the_identity_number_is_masked_for_an_operator_and_survives_an_edit() {
    let site = Site::open().await;
    let person = id(&site.post(Role::Admin, "/people", ada()).await.expect(201));
    let address = format!("/people/{person}");
    assert_eq!(
        site.get(Role::Viewer, &address).await.expect(200)["details"],
        Value::Null
    );
    let mut shown = site.get(Role::Operator, &address).await.expect(200);
    assert_eq!(shown["details"]["identity_number"], "XXXX XXXX 9010");
    shown["details"]["phone"] = json!("556");
    site.put(Role::Operator, &address, shown).await.expect(200);
    let whole = site.get(Role::Admin, &address).await.expect(200);
    assert_eq!(whole["details"]["identity_number"], "123456789010");
    assert_eq!(whole["details"]["phone"], "556");
}

#[tokio::test]
async fn an_identity_number_with_a_wrong_check_digit_is_refused_by_field() {
    let site = Site::open().await;
    let with = |number: &str| {
        let mut person = ada();
        person["details"]["identity_number"] = json!(number);
        person
    };
    for slip in ["123456789012", "1234 5678 0910", "2234-5678-9010"] {
        let answer = site.post(Role::Operator, "/people", with(slip)).await;
        assert_eq!(answer.wrong_field(), "details.identity_number", "{slip}");
    }
    // Another country's number carries no such digit.
    site.post(Role::Operator, "/people", with("K 123-456"))
        .await
        .expect(201);
}

#[tokio::test]
async fn an_identity_number_is_one_persons_however_it_is_written() {
    let site = Site::open().await;
    site.post(Role::Operator, "/people", ada())
        .await
        .expect(201);
    let other = json!({"number": "18", "name": "Charles Babbage",
        "details": {"identity_number": "1234 5678 9010"}});
    let answer = site.post(Role::Operator, "/people", other).await;
    assert_eq!(answer.wrong_field(), "details.identity_number");
    assert!(answer.text().contains("17"), "{}", answer.text());
}

#[tokio::test]
async fn an_operator_finds_a_person_by_the_whole_identity_number_and_a_viewer_does_not() {
    let site = Site::open().await;
    site.post(Role::Operator, "/people", ada())
        .await
        .expect(201);
    let address = "/people?text=1234%205678%209010";
    let found = site.get(Role::Operator, address).await.expect(200);
    assert_eq!(found["people"][0]["number"], "17");
    let details = &found["people"][0]["details"];
    assert_eq!(details["identity_number"], "XXXX XXXX 9010");
    let nobody = site.get(Role::Viewer, address).await.expect(200);
    assert_eq!(nobody["people"], json!([]));
}

#[tokio::test]
async fn suspending_stands_in_the_log_with_its_author() {
    let site = Site::open().await;
    let person = id(&site
        .post(Role::Operator, "/people", ada())
        .await
        .expect(201));
    let address = format!("/people/{person}");
    let suspended = site
        .post(Role::Operator, &format!("{address}/suspend"), json!({}))
        .await;
    assert_eq!(suspended.expect(200)["status"], "suspended");
    let log = site
        .get(Role::Auditor, "/log?kind=act&limit=1")
        .await
        .expect(200);
    let entry = &log["entries"][0];
    assert_eq!(entry["record"]["act"]["act"], "person_suspended");
    assert_eq!(entry["record"]["act"]["person"]["name"], "Ada Lovelace");
    assert_eq!(entry["author"]["name"], "Admin");
    site.post(Role::Operator, &format!("{address}/activate"), json!({}))
        .await
        .expect(200);
    assert_eq!(
        site.get(Role::Viewer, &address).await.expect(200)["status"],
        "active"
    );
}

#[tokio::test]
async fn whoever_saves_a_form_meanwhile_does_not_undo_a_suspension() {
    let site = Site::open().await;
    let person = id(&site
        .post(Role::Operator, "/people", ada())
        .await
        .expect(201));
    let address = format!("/people/{person}");
    for round in 0..20 {
        let mut form = ada();
        form["name"] = json!(format!("Ada {round}"));
        let suspend = format!("{address}/suspend");
        let (saved, suspended) = tokio::join!(
            site.put(Role::Operator, &address, form),
            site.post(Role::Operator, &suspend, json!({})),
        );
        saved.expect(200);
        suspended.expect(200);
        let now = site.get(Role::Viewer, &address).await.expect(200);
        assert_eq!(now["status"], "suspended");
        assert_eq!(now["name"], format!("Ada {round}"));
        site.post(Role::Operator, &format!("{address}/activate"), json!({}))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn deleting_a_person_takes_templates_and_photographs_and_leaves_the_log() {
    let site = Site::open().await;
    let person = id(&site
        .post(Role::Operator, "/people", ada())
        .await
        .expect(201));
    let faces = format!("/people/{person}/faces");
    let jpeg = [0xff, 0xd8, 0xff, 0xe0];
    site.upload(Role::Operator, &faces, &[("images", "a.jpg", &jpeg)])
        .await
        .expect(200);
    let address = format!("/people/{person}");
    let shown = site.get(Role::Viewer, &address).await.expect(200);
    let photo = format!("/pictures/{}", shown["photo"].as_str().unwrap());
    assert_eq!(site.get(Role::Viewer, &photo).await.status, 200);

    site.delete(Role::Operator, &address).await.expect(403);
    site.delete(Role::Admin, &address).await.expect(204);
    site.get(Role::Viewer, &address).await.expect(404);
    site.get(Role::Viewer, &photo).await.expect(404);
    assert!(site.played.gallery.lock().unwrap().is_empty());
    let about = format!("/log?person={person}");
    let log = site.get(Role::Auditor, &about).await.expect(200);
    let newest = &log["entries"][0]["record"]["act"];
    assert_eq!(newest["act"], "person_deleted");
    assert_eq!(newest["person"]["deleted"], true);
    assert_eq!(newest["person"]["name"], "");
}
