//! /alerts

use crate::support::{Passing, id};
use serde_json::json;
use store::Role;

#[tokio::test]
async fn a_denied_passage_alerts_until_somebody_by_name_acknowledges_it() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let ada = passing.person("1", "Ada").await;
    let event = passing.denied(&ada, "2026-03-02T03:30:00Z").await;
    let open = site
        .get(Role::Viewer, "/alerts?open=true")
        .await
        .expect(200);
    assert_eq!(open[0]["event"], event.to_string());
    assert_eq!(open[0]["person"]["name"], "Ada");
    assert_eq!(open[0]["access_point"]["name"], "entry");

    let address = format!("/alerts/{}/acknowledge", id(&open[0]));
    site.post(Role::Viewer, &address, json!({}))
        .await
        .expect(403);
    site.post(Role::Operator, &address, json!({"note": "spoke to her"}))
        .await
        .expect(204);
    assert_eq!(
        site.get(Role::Viewer, "/alerts?open=true")
            .await
            .expect(200),
        json!([])
    );
    let all = site.get(Role::Viewer, "/alerts").await.expect(200);
    assert_eq!(all[0]["acknowledged"]["by"]["name"], "Admin");
    assert_eq!(all[0]["acknowledged"]["note"], "spoke to her");
    site.post(Role::Operator, &address, json!({}))
        .await
        .expect(409);
    let log = site
        .get(Role::Auditor, "/log?kind=act&limit=1")
        .await
        .expect(200);
    assert_eq!(log["entries"][0]["record"]["act"]["alert"], all[0]["id"]);
}
