//! /people/import, /people/export, /log/import

use crate::support::{Passing, Site, id};
use serde_json::json;
use store::Role;

#[tokio::test]
async fn a_card_file_is_imported_with_its_photographs_and_refused_rows_are_named() {
    let site = Site::open().await;
    let parts: [(&str, &str, &[u8]); 3] = [
        ("csv", "a_d.csv", b"1,Ada\n2,Bob\n"),
        ("photos", "1.jpg", b"x"),
        ("photos", "2.jpg", b"y"),
    ];
    let report = site
        .upload(Role::Admin, "/people/import", &parts)
        .await
        .expect(200);
    assert_eq!(report["added"], 2);
    assert_eq!(report["pictures"], 2);
    assert_eq!(
        report["refused"][0],
        json!({"line": 9, "reason": "too few fields"})
    );
    site.upload(Role::Operator, "/people/import", &parts)
        .await
        .expect(403);
    let without = site
        .upload(Role::Admin, "/people/import", &parts[1..])
        .await;
    assert_eq!(without.wrong_field(), "csv");
}

#[tokio::test]
async fn the_registry_is_exported_and_those_left_out_are_counted() {
    let site = Site::open().await;
    let file = site.get(Role::Admin, "/people/export").await;
    assert_eq!(file.status, 200);
    assert_eq!(file.text(), "1,Ada\n");
    assert_eq!(file.headers["x-gatebook-left-out"], "1");
    assert_eq!(
        file.headers["content-disposition"],
        "attachment; filename=\"a_d.csv\""
    );
    site.get(Role::Operator, "/people/export").await.expect(403);
}

#[tokio::test]
async fn a_cards_log_is_imported_for_a_gate_of_the_site() {
    let passing = Passing::open().await;
    let gate = json!({"name": "North", "controller_address": "192.0.2.1",
        "camera_address": "192.0.2.2", "entry": passing.entry, "exit": passing.exit});
    let gate = id(&passing
        .site
        .post(Role::Admin, "/gates", gate)
        .await
        .expect(201));
    let parts: [(&str, &str, &[u8]); 2] =
        [("gate", "", gate.as_bytes()), ("csv", "log.csv", b"a\n")];
    let report = passing
        .site
        .upload(Role::Operator, "/log/import", &parts)
        .await
        .expect(200);
    assert_eq!(report["added"], 1);
    let nowhere = passing
        .site
        .upload(Role::Operator, "/log/import", &parts[1..])
        .await;
    assert_eq!(nowhere.wrong_field(), "gate");
}
