//! /users, /tokens

use crate::support::{PASSWORD, Site, id};
use serde_json::json;
use store::Role;

#[tokio::test]
async fn an_invited_user_is_listed_and_active_once_a_password_is_set() {
    let site = Site::open().await;
    let token = site.invited("Ada", "operator").await;
    let ada = |users: serde_json::Value| users.as_array().unwrap()[0].clone();
    let before = ada(site.get(Role::Admin, "/users").await.expect(200));
    assert_eq!(
        (&before["name"], &before["active"]),
        (&json!("Ada"), &json!(false))
    );
    let accept = json!({"token": token, "password": PASSWORD});
    site.browser()
        .post("/invitations/accept", accept)
        .await
        .expect(200);
    let after = ada(site.get(Role::Admin, "/users").await.expect(200));
    assert_eq!(after["active"], true);
    let again = json!({"name": "ADA", "role": "viewer"});
    site.post(Role::Admin, "/users", again).await.expect(409);
}

#[tokio::test]
async fn a_disabled_user_is_signed_out_at_once_and_stays_listed() {
    let site = Site::open().await;
    let mut browser = site.signed_in("Ada", "operator").await;
    let users = site.get(Role::Admin, "/users").await.expect(200);
    let address = format!("/users/{}", id(&users[0]));
    let change = json!({"role": "operator", "disabled": true});
    site.put(Role::Admin, &address, change).await.expect(200);
    browser.get("/live").await.expect(401);
    browser.sign_in("Ada", PASSWORD).await.expect(401);
    site.post(Role::Admin, &format!("{address}/invite"), json!({}))
        .await
        .expect(409);
}

#[tokio::test]
async fn a_smaller_role_counts_from_the_next_request_on() {
    let site = Site::open().await;
    let mut browser = site.signed_in("Ada", "auditor").await;
    browser.get("/log").await.expect(200);
    let users = site.get(Role::Admin, "/users").await.expect(200);
    let change = json!({"role": "viewer", "disabled": false});
    site.put(Role::Admin, &format!("/users/{}", id(&users[0])), change)
        .await
        .expect(200);
    browser.get("/log").await.expect(403);
}

#[tokio::test]
async fn the_last_administrator_who_can_sign_in_stays() {
    let site = Site::open().await;
    site.signed_in("Ada", "admin").await;
    let users = site.get(Role::Admin, "/users").await.expect(200);
    let ada = format!("/users/{}", id(&users[0]));
    for change in [
        json!({"role": "operator", "disabled": false}),
        json!({"role": "admin", "disabled": true}),
    ] {
        site.put(Role::Admin, &ada, change).await.expect(409);
    }
    site.signed_in("Bob", "admin").await;
    let change = json!({"role": "operator", "disabled": false});
    site.put(Role::Admin, &ada, change).await.expect(200);
}

#[tokio::test]
async fn a_new_link_sets_a_new_password_and_the_old_one_holds_until_then() {
    let site = Site::open().await;
    site.signed_in("Ada", "viewer").await;
    let users = site.get(Role::Admin, "/users").await.expect(200);
    let address = format!("/users/{}/invite", id(&users[0]));
    let invited = site
        .post(Role::Admin, &address, json!({}))
        .await
        .expect(200);
    let mut browser = site.browser();
    browser.sign_in("Ada", PASSWORD).await.expect(200);
    let accept = json!({"token": invited["invitation"]["token"], "password": "another password"});
    browser
        .post("/invitations/accept", accept)
        .await
        .expect(200);
    browser.sign_in("Ada", PASSWORD).await.expect(401);
    browser.sign_in("Ada", "another password").await.expect(200);
}

#[tokio::test]
async fn a_token_opens_what_its_role_may_until_it_is_revoked() {
    let site = Site::open().await;
    let mut admin = site.signed_in("Ada", "admin").await;
    let made = admin
        .post("/tokens", json!({"name": "Display", "role": "viewer"}))
        .await;
    let made = made.expect(201);
    let secret = made["secret"].as_str().unwrap();
    site.bearer(secret, "/live").await.expect(200);
    site.bearer(secret, "/users").await.expect(403);
    let listed = admin.get("/tokens").await;
    assert!(!listed.text().contains(secret));
    let address = format!("/tokens/{}", id(&made["token"]));
    admin.delete(&address).await.expect(204);
    admin.delete(&address).await.expect(204);
    site.bearer(secret, "/live").await.expect(401);
    site.bearer("not a secret", "/session").await.expect(401);
}

#[tokio::test]
async fn a_token_is_worth_no_more_than_its_maker_is_now() {
    let site = Site::open().await;
    site.signed_in("Grace", "admin").await;
    let mut ada = site.signed_in("Ada", "admin").await;
    let made = ada
        .post("/tokens", json!({"name": "Export", "role": "admin"}))
        .await
        .expect(201);
    let secret = made["secret"].as_str().unwrap();
    site.bearer(secret, "/users").await.expect(200);
    let me = ada.get("/session").await.expect(200);
    let address = format!("/users/{}", id(&me["me"]));
    let change = json!({"role": "auditor", "disabled": false});
    site.put(Role::Admin, &address, change).await.expect(200);
    site.bearer(secret, "/users").await.expect(403);
    site.bearer(secret, "/log").await.expect(200);
    let change = json!({"role": "auditor", "disabled": true});
    site.put(Role::Admin, &address, change).await.expect(200);
    site.bearer(secret, "/log").await.expect(401);
}
