//! /api/openapi.json, /api/docs, and the headers that every answer carries.

use crate::support::Site;
use std::collections::BTreeSet;
use store::Role;

const REFRESH: &str = "the committed document is out of date; write it again: \
    cargo run --release -p gatebook-api > crates/api/openapi.json";

#[test]
fn the_committed_document_is_that_of_the_routes() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let committed = std::fs::read_to_string(file).unwrap();
    let now = serde_json::to_string_pretty(&api::openapi()).unwrap();
    assert!(committed.trim_end() == now, "{REFRESH}");
}

#[test]
fn every_operation_has_a_name_of_its_own_and_every_reference_leads_somewhere() {
    let document = serde_json::to_value(api::openapi()).unwrap();
    let text = document.to_string();
    let mut names = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} twice");
        }
    }
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        let schema = &document["components"]["schemas"][name];
        assert!(schema.is_object(), "{name} is nowhere");
    }
}

#[tokio::test]
async fn the_documentation_is_served_under_a_policy_without_inline_script() {
    let site = Site::open().await;
    let page = site.plain("/api/docs").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("/api/v1/people/{id}"));
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"));
    assert_eq!(
        site.plain("/api/docs/style.css").await.headers["content-type"],
        "text/css"
    );
    let document = site.plain("/api/openapi.json").await.expect(200);
    assert_eq!(document["openapi"], "3.1.0");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = Site::open().await;
    for answer in [
        site.get(Role::Viewer, "/live").await,
        site.get(Role::Viewer, "/users").await,
        site.plain("/api/openapi.json").await,
    ] {
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"));
    }
}
