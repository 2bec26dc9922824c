//! /people/import, /people/export, /log/import

use crate::support::{Passing, Site, ended, id};
use serde_json::{Value, json};
use store::Role;

#[tokio::test]
async fn a_card_file_is_imported_with_its_photographs_and_refused_rows_are_named() {
    let site = Site::open().await;
    let parts: [(&str, &str, &[u8]); 3] = [
        ("csv", "a_d.csv", b"1,Ada\n2,Bob\n"),
        ("photos", "1.jpg", b"x"),
        ("photos", "2.jpg", b"y"),
    ];
    let job = site
        .upload(Role::Admin, "/people/import", &parts)
        .await
        .expect(202);
    let job = ended(&site, Role::Admin, &job).await;
    assert_eq!(
        (&job["kind"], &job["state"]),
        (&json!("people_import"), &json!("done"))
    );
    let report = &job["report"];
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
    let job = passing
        .site
        .upload(Role::Operator, "/log/import", &parts)
        .await
        .expect(202);
    let job = ended(&passing.site, Role::Operator, &job).await;
    assert_eq!(job["report"]["added"], 1);
    let nowhere = passing
        .site
        .upload(Role::Operator, "/log/import", &parts[1..])
        .await;
    assert_eq!(nowhere.wrong_field(), "gate");
}

#[tokio::test]
async fn an_import_goes_on_by_itself_tells_how_far_it_is_and_is_the_only_one() {
    let site = Site::open().await;
    let parts: [(&str, &str, &[u8]); 1] = [("csv", "a_d.csv", b"1,Ada\n")];
    let held = site.played.imports.acquire().await.unwrap();
    let job = site
        .upload(Role::Admin, "/people/import", &parts)
        .await
        .expect(202);
    assert_eq!(job["state"], "running");
    let path = format!("/jobs/{}", id(&job));
    let shown = loop {
        let shown = site.get(Role::Auditor, &path).await.expect(200);
        if shown["done"] != 0 {
            break shown;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((&shown["done"], &shown["total"]), (&json!(1), &json!(2)));
    site.upload(Role::Admin, "/people/import", &parts)
        .await
        .expect(409);
    site.upload(Role::Operator, "/log/import", &parts)
        .await
        .expect(409);
    drop(held);
    let auditors = ended(&site, Role::Auditor, &job).await;
    assert_eq!(
        (&auditors["state"], &auditors["report"]),
        (&json!("done"), &Value::Null)
    );
    let listed = site.get(Role::Operator, "/jobs").await.expect(200);
    assert_eq!(listed[0]["report"]["added"], 1);
    site.get(Role::Viewer, "/jobs").await.expect(403);
    site.upload(Role::Admin, "/people/import", &parts)
        .await
        .expect(202);
}

#[tokio::test]
async fn an_import_that_fails_or_breaks_down_says_so_and_gives_its_turn_back() {
    let site = Site::open().await;
    for (csv, failure) in [
        ("broken", "the card is broken"),
        ("panic", "it was broken off before its end"),
    ] {
        let parts = [("csv", "a_d.csv", csv.as_bytes())];
        let job = site
            .upload(Role::Admin, "/people/import", &parts)
            .await
            .expect(202);
        let job = ended(&site, Role::Admin, &job).await;
        assert_eq!(
            (&job["state"], &job["failure"]),
            (&json!("failed"), &json!(failure))
        );
    }
}

#[tokio::test]
async fn a_job_from_before_a_restart_is_not_known_and_what_to_do_is_said() {
    let site = Site::open().await;
    let before = "/jobs/00000000-0000-0000-0000-000000000001";
    let problem = site.get(Role::Operator, before).await.expect(404);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("Begin it again")
    );
}

#[tokio::test]
async fn a_picture_larger_than_recognition_reads_is_refused_by_name() {
    let site = Site::open().await;
    let large = vec![0; 16 * 1024 * 1024 + 1];
    let parts: [(&str, &str, &[u8]); 2] =
        [("csv", "a_d.csv", b"1,Ada\n"), ("photos", "1.jpg", &large)];
    let refused = site.upload(Role::Admin, "/people/import", &parts).await;
    assert!(refused.text().contains("1.jpg"));
    assert_eq!(refused.wrong_field(), "photos");
}
