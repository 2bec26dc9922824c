//! /integrity, /checkpoint

use crate::support::{Site, id};
use serde_json::{Value, json};
use store::Role;

async fn verified(site: &Site) -> Value {
    let job = site.post(Role::Auditor, "/integrity/verify", json!({}));
    let job = job.await.expect(202);
    loop {
        let shown = site
            .get(Role::Auditor, &format!("/jobs/{}", id(&job)))
            .await;
        let shown = shown.expect(200);
        if shown["state"] == "done" {
            assert_eq!((&shown["done"], &shown["total"]), (&json!(3), &json!(3)));
            return site.get(Role::Auditor, "/integrity").await.expect(200);
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_verification_runs_in_the_background_and_its_findings_are_shown() {
    let site = Site::open().await;
    let before = site.get(Role::Auditor, "/integrity").await.expect(200);
    assert_eq!(before["last_verification"], Value::Null);
    assert_eq!(before["size"], 1);
    assert_eq!(before["root"].as_str().unwrap().len(), 64);
    let after = verified(&site).await;
    assert_eq!(after["last_verification"]["intact"], true);
    *site.played.findings.lock().unwrap() = vec!["entry 2 was changed".into()];
    let after = verified(&site).await;
    assert_eq!(after["last_verification"]["intact"], false);
    assert_eq!(
        after["last_verification"]["findings"],
        json!(["entry 2 was changed"])
    );
}

#[tokio::test]
async fn a_tree_that_contradicts_its_checkpoints_is_shown() {
    let site = Site::open().await;
    let shown = site.get(Role::Auditor, "/integrity").await.expect(200);
    assert_eq!(shown["contradiction"], Value::Null);
    *site.played.contradiction.lock().unwrap() = Some("they differ".into());
    let shown = site.get(Role::Auditor, "/integrity").await.expect(200);
    assert_eq!(shown["contradiction"], "they differ");
}

#[tokio::test]
async fn an_auditor_verifies_and_a_viewer_does_not() {
    let site = Site::open().await;
    site.post(Role::Viewer, "/integrity/verify", json!({}))
        .await
        .expect(403);
    let endless = json!({"checkpoint": "x".repeat(100_000)});
    let refused = site.post(Role::Auditor, "/integrity/verify", endless).await;
    assert_eq!(refused.wrong_field(), "checkpoint");
}

#[tokio::test]
async fn without_a_checkpoint_there_is_none_to_keep() {
    let site = Site::open().await;
    site.get(Role::Viewer, "/checkpoint").await.expect(404);
}
