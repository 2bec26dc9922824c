//! /visits, /presence, /people/{id}/visits

use crate::support::{Passing, at};
use model::Direction;
use serde_json::json;
use store::Role;

#[tokio::test]
async fn somebody_who_came_in_is_inside_until_the_exit() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ada = passing.person("1", "Ada").await;
    let entry = passing
        .pass(&ada, Direction::Entry, "2026-03-02T03:30:00Z")
        .await;
    let inside = site.get(Role::Viewer, "/presence").await.expect(200);
    assert_eq!(inside["total"], 1);
    let hall = &inside["areas"][0];
    assert_eq!(hall["area"]["name"], "Hall");
    assert_eq!(hall["people"][0]["person"]["name"], "Ada");
    assert_eq!(hall["people"][0]["evidence"], entry.to_string());

    let exit = passing
        .pass(&ada, Direction::Exit, "2026-03-02T04:30:00Z")
        .await;
    let inside = site.get(Role::Viewer, "/presence").await.expect(200);
    assert_eq!(inside["total"], 0);
    assert_eq!(inside["areas"][0]["people"], json!([]));
    let visits = site
        .get(Role::Auditor, &format!("/people/{ada}/visits"))
        .await
        .expect(200);
    assert_eq!(visits[0]["state"], "closed");
    assert_eq!(visits[0]["exit"], exit.to_string());
    assert_eq!(visits[0]["left_at"], "2026-03-02T04:30:00Z");
    assert_eq!(visits[0]["entered_through"]["id"], passing.entry);
    assert_eq!(visits[0]["left_through"]["id"], passing.exit);
    let csv = site
        .get(Role::Auditor, &format!("/visits.csv?person={ada}"))
        .await;
    let csv = csv.text();
    let row = csv.lines().nth(1).unwrap();
    assert!(row.starts_with("1,Ada,Hall,"), "{row}");
    assert!(row.ends_with(",closed"), "{row}");
}

#[tokio::test]
async fn visits_are_listed_newest_first_and_page_by_page() {
    let passing = Passing::open().await;
    let ada = passing.person("1", "Ada").await;
    for day in 1..=3 {
        passing
            .pass(&ada, Direction::Entry, &format!("2026-03-0{day}T03:30:00Z"))
            .await;
        passing
            .pass(&ada, Direction::Exit, &format!("2026-03-0{day}T04:30:00Z"))
            .await;
    }
    let site = &passing.site;
    site.played.set(at("2026-03-04T00:00:00Z"));
    let first = site.get(Role::Auditor, "/visits?limit=2").await.expect(200);
    assert_eq!(first[0]["entered_at"], "2026-03-03T03:30:00Z");
    assert_eq!(first[1]["entered_at"], "2026-03-02T03:30:00Z");
    let rest = site
        .get(Role::Auditor, "/visits?limit=2&before=2026-03-02T03:30:00Z")
        .await;
    let rest = rest.expect(200);
    assert_eq!(rest.as_array().unwrap().len(), 1);
    assert_eq!(rest[0]["entered_at"], "2026-03-01T03:30:00Z");
    assert_eq!(
        site.get(Role::Auditor, "/visits?open=true")
            .await
            .expect(200),
        json!([])
    );
}
