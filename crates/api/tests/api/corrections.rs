//! /corrections

use crate::support::Passing;
use model::Direction;
use serde_json::{Value, json};
use store::Role;

#[tokio::test]
async fn an_event_that_names_the_wrong_person_is_amended_and_stays_visible() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ada = passing.person("1", "Ada").await;
    let bob = passing.person("2", "Bob").await;
    let event = passing
        .pass(&ada, Direction::Entry, "2026-03-02T03:30:00Z")
        .await;
    let amend = |instead: &str| {
        json!({"correction": "not_this_person", "event": event.to_string(),
            "instead": instead, "reason": "looked at the picture"})
    };
    site.post(Role::Auditor, "/corrections", amend(&bob))
        .await
        .expect(403);
    let same = site.post(Role::Operator, "/corrections", amend(&ada)).await;
    assert_eq!(same.wrong_field(), "instead");
    let done = site
        .post(Role::Operator, "/corrections", amend(&bob))
        .await
        .expect(201);

    let original = site
        .get(Role::Auditor, &format!("/log/{event}"))
        .await
        .expect(200);
    assert_eq!(original["record"]["passage"]["person"]["name"], "Ada");
    assert_eq!(original["corrected_by"], json!([done["event"]]));
    let inside = site.get(Role::Viewer, "/presence").await.expect(200);
    assert_eq!(inside["areas"][0]["people"][0]["person"]["name"], "Bob");
    let address = format!("/log/{}", done["event"].as_str().unwrap());
    let correction = site.get(Role::Auditor, &address).await.expect(200);
    assert_eq!(correction["record"]["correction"]["instead"]["name"], "Bob");
    assert_eq!(correction["author"]["name"], "Admin");
}

fn missed(passing: &Passing, person: &str, direction: &str, at: &str) -> Value {
    let point = match direction {
        "exit" => &passing.exit,
        _ => &passing.entry,
    };
    json!({"correction": "add_missed", "person": person, "access_point": point,
        "direction": direction, "at": at, "reason": "the gate was open"})
}

#[tokio::test]
async fn a_missed_exit_closes_the_visit_at_the_time_the_operator_says() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ada = passing.person("1", "Ada").await;
    passing
        .pass(&ada, Direction::Entry, "2026-03-02T03:30:00Z")
        .await;
    let exit = missed(&passing, &ada, "exit", "2026-03-02T04:00:00Z");
    site.post(Role::Operator, "/corrections", exit)
        .await
        .expect(201);
    let visits = site.get(Role::Auditor, "/visits").await.expect(200);
    assert_eq!(visits[0]["left_at"], "2026-03-02T04:00:00Z");
    assert_eq!(visits[0]["inside"], false);
}

#[tokio::test]
async fn a_missed_passage_in_the_future_or_the_wrong_way_is_refused() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ada = passing.person("1", "Ada").await;
    let future = missed(&passing, &ada, "entry", "2026-03-02T05:00:01Z");
    let refused = site.post(Role::Operator, "/corrections", future).await;
    assert_eq!(refused.wrong_field(), "at");
    for way in ["exit", "both"] {
        let mut wrong = missed(&passing, &ada, "entry", "2026-03-02T04:00:00Z");
        wrong["direction"] = json!(way);
        let refused = site.post(Role::Operator, "/corrections", wrong).await;
        assert_eq!(refused.wrong_field(), "direction", "{way}");
    }
    let mut silent = missed(&passing, &ada, "entry", "2026-03-02T04:00:00Z");
    silent["reason"] = json!("");
    let refused = site.post(Role::Operator, "/corrections", silent).await;
    assert_eq!(refused.wrong_field(), "reason");
}

#[tokio::test]
async fn a_visit_is_closed_once_and_not_before_it_began() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ada = passing.person("1", "Ada").await;
    passing
        .pass(&ada, Direction::Entry, "2026-03-02T03:30:00Z")
        .await;
    let visits = site.get(Role::Auditor, "/visits").await.expect(200);
    let close = |at: &str| {
        json!({"correction": "close_visit", "visit": visits[0]["id"], "at": at,
            "reason": "seen leaving"})
    };
    let early = site
        .post(
            Role::Operator,
            "/corrections",
            close("2026-03-02T03:29:59Z"),
        )
        .await;
    assert_eq!(early.wrong_field(), "at");
    site.post(
        Role::Operator,
        "/corrections",
        close("2026-03-02T04:30:00Z"),
    )
    .await
    .expect(201);
    let closed = site.get(Role::Auditor, "/visits").await.expect(200);
    assert_eq!(closed[0]["state"], "closed_by_operator");
    site.post(
        Role::Operator,
        "/corrections",
        close("2026-03-02T04:31:00Z"),
    )
    .await
    .expect(409);
}
