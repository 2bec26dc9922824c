//! /attendance, /attendance.csv, /people/{id}/attendance

use crate::support::{Passing, at};
use model::Direction;
use serde_json::json;
use store::Role;

/// 2026-03-02 in Kolkata: Ada from 9:30 to 16:00, Bob not at all.
async fn monday() -> (Passing, String) {
    let passing = Passing::open().await;
    let ada = passing.person("1", "=Ada").await;
    passing.person("2", "Bob").await;
    passing
        .pass(&ada, Direction::Entry, "2026-03-02T04:00:00Z")
        .await;
    passing
        .pass(&ada, Direction::Exit, "2026-03-02T10:30:00Z")
        .await;
    passing.site.played.set(at("2026-03-03T00:00:00Z"));
    (passing, ada)
}

#[tokio::test]
async fn the_day_table_names_everybody_the_late_and_the_absent() {
    let (passing, _) = monday().await;
    let site = &passing.site;
    let table = site
        .get(Role::Auditor, "/attendance?date=2026-03-02")
        .await
        .expect(200);
    assert_eq!(table["time_zone"], "Asia/Kolkata");
    let [ada, bob] = table["rows"].as_array().unwrap().as_slice() else {
        panic!("two people: {table}");
    };
    assert_eq!(ada["state"], "left");
    assert_eq!(ada["minutes"], 390);
    assert_eq!(ada["late_min"], 30);
    assert_eq!(ada["left_early_min"], 60);
    assert_eq!(bob["state"], "absent");
    assert_eq!(bob["arrival"], json!(null));
}

#[tokio::test]
async fn a_day_that_is_not_over_expects_and_one_to_come_is_empty() {
    let (passing, _) = monday().await;
    let site = &passing.site;
    // 09:30 on the third in Kolkata.
    site.played.set(at("2026-03-03T04:00:00Z"));
    let today = site.get(Role::Auditor, "/attendance").await.expect(200);
    assert_eq!(today["from"], "2026-03-03");
    assert_eq!(today["rows"][0]["state"], "expected");
    let tomorrow = site
        .get(Role::Auditor, "/attendance?date=2026-03-04")
        .await
        .expect(200);
    assert_eq!(tomorrow["rows"], json!([]));
}

#[tokio::test]
async fn a_persons_days_run_over_a_range() {
    let (passing, ada) = monday().await;
    let address = format!("/people/{ada}/attendance?from=2026-03-01&to=2026-03-03");
    let table = passing.site.get(Role::Auditor, &address).await.expect(200);
    let states: Vec<_> = table["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["state"])
        .collect();
    assert_eq!(states, ["absent", "left", "expected"]);
    let year = "/attendance?from=2026-01-01&to=2026-12-31";
    let refused = passing.site.get(Role::Auditor, year).await;
    assert_eq!(refused.wrong_field(), "to");
    let backwards = passing
        .site
        .get(Role::Auditor, "/attendance?from=2026-03-02&to=2026-03-01");
    assert_eq!(backwards.await.wrong_field(), "to");
}

#[tokio::test]
async fn somebody_deleted_keeps_the_days_of_the_log_without_a_name() {
    let (passing, ada) = monday().await;
    let site = &passing.site;
    site.delete(Role::Admin, &format!("/people/{ada}"))
        .await
        .expect(204);
    let table = site
        .get(Role::Auditor, "/attendance?date=2026-03-02")
        .await
        .expect(200);
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["person"]["id"], ada.as_str());
    assert_eq!(rows[1]["person"]["deleted"], true);
    assert_eq!(rows[1]["minutes"], 390);
}

#[tokio::test]
async fn the_csv_has_local_times_and_runs_no_formula() {
    let (passing, _) = monday().await;
    let file = passing
        .site
        .get(Role::Auditor, "/attendance.csv?date=2026-03-02")
        .await;
    let text = file.text();
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].starts_with("number,employee,department,date,"),
        "{text}"
    );
    let row =
        "1,'=Ada,,2026-03-02,left,2026-03-02T09:30:00+05:30,2026-03-02T16:00:00+05:30,6:30,30,60";
    assert_eq!(lines[1], row);
    assert!(
        lines[2].starts_with("2,Bob,,2026-03-02,absent,,,"),
        "{text}"
    );
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
}
