//! /session, /invitations

use crate::support::{PASSWORD, Site, at};
use serde_json::json;
use store::Role;

#[tokio::test]
async fn the_first_one_time_link_makes_an_administrator_who_chooses_a_name() {
    let site = Site::open().await;
    let mut browser = site.browser();
    let before = browser.get("/session").await.expect(200);
    assert_eq!(before["me"], json!(null));
    assert_eq!(before["setup"]["has_admin"], false);

    let token = site.first_link().await;
    let check = browser
        .post("/invitations/check", json!({"token": token}))
        .await
        .expect(200);
    assert_eq!(check["first"], true);
    assert_eq!(check["role"], "admin");
    let accept = json!({"token": token, "name": "Grace", "password": PASSWORD});
    let answer = browser.post("/invitations/accept", accept).await;
    assert_eq!(answer.expect(200)["me"]["name"], "Grace");
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("gatebook=") && cookie.contains("HttpOnly; SameSite=Strict"));
    assert_eq!(answer.headers["cache-control"], "no-store");

    let after = browser.get("/session").await.expect(200);
    assert_eq!(after["me"]["role"], "admin");
    assert_eq!(after["setup"]["has_admin"], true);
    let log = site
        .get(Role::Auditor, "/log?kind=act&limit=1")
        .await
        .expect(200);
    assert_eq!(log["entries"][0]["record"]["act"]["act"], "signed_in");
}

#[tokio::test]
async fn a_one_time_link_works_once_and_not_for_ever() {
    let site = Site::open().await;
    let token = site.invited("Ada", "viewer").await;
    let mut browser = site.browser();
    let short = json!({"token": token, "password": "too short"});
    assert_eq!(
        browser
            .post("/invitations/accept", short)
            .await
            .wrong_field(),
        "password"
    );
    let accept = json!({"token": token, "password": PASSWORD});
    browser
        .post("/invitations/accept", accept.clone())
        .await
        .expect(200);
    browser
        .post("/invitations/accept", accept)
        .await
        .expect(404);

    let late = site.invited("Bob", "viewer").await;
    site.played.set(at("2026-03-06T05:00:00Z"));
    let check = json!({"token": late});
    site.browser()
        .post("/invitations/check", check)
        .await
        .expect(404);
}

#[tokio::test]
async fn somebody_invited_later_cannot_choose_another_name() {
    let site = Site::open().await;
    site.signed_in("Ada", "admin").await;
    let token = site.invited("Bob", "viewer").await;
    let accept = json!({"token": token, "name": "Ada", "password": PASSWORD});
    let view = site
        .browser()
        .post("/invitations/accept", accept)
        .await
        .expect(200);
    assert_eq!(view["me"]["name"], "Bob");
}

#[tokio::test]
async fn signing_in_and_out_begins_and_ends_a_session() {
    let site = Site::open().await;
    site.signed_in("Ada", "viewer").await;
    let mut browser = site.browser();
    browser.get("/live").await.expect(401);
    browser.sign_in(" ada ", PASSWORD).await.expect(200);
    browser.get("/live").await.expect(200);
    let kept = browser.cookies.clone();
    browser.delete("/session").await.expect(204);
    assert!(browser.cookies.is_empty());
    // The old cookie opens nothing any more, even where somebody kept it.
    browser.cookies = kept;
    browser.get("/live").await.expect(401);
}

#[tokio::test]
async fn a_session_ends_after_a_week() {
    let site = Site::open().await;
    let mut browser = site.signed_in("Ada", "viewer").await;
    site.played.set(at("2026-03-09T04:59:00Z"));
    browser.get("/live").await.expect(200);
    site.played.set(at("2026-03-09T05:00:01Z"));
    browser.get("/live").await.expect(401);
}

#[tokio::test]
async fn a_screen_on_the_wall_stays_signed_in_while_its_page_is_open_and_not_for_ever() {
    let site = Site::open().await;
    let mut browser = site.signed_in("Ada", "viewer").await;
    let asked = browser.get("/session").await;
    asked.expect(200);
    assert!(
        !asked.headers.contains_key("set-cookie"),
        "nothing to renew"
    );
    let mut now = at("2026-03-02T05:00:00Z");
    for _ in 0..60 {
        now = now
            .checked_add(jiff::SignedDuration::from_hours(6 * 24))
            .unwrap();
        site.played.set(now);
        let asked = browser.get("/session").await;
        assert_eq!(asked.expect(200)["me"]["name"], "Ada");
        let cookie = asked.headers["set-cookie"].to_str().unwrap();
        assert!(cookie.contains("Max-Age=604800") || now > at("2027-02-20T00:00:00Z"));
    }
    site.played.set(at("2027-03-02T05:00:01Z"));
    assert_eq!(browser.get("/session").await.expect(200)["me"], json!(null));
}

#[tokio::test]
async fn somebody_changes_the_own_password_and_all_other_sessions_end() {
    let site = Site::open().await;
    let mut elsewhere = site.signed_in("Ada", "viewer").await;
    let mut browser = site.browser();
    browser.sign_in("Ada", PASSWORD).await.expect(200);
    let new = "another long pass phrase";
    let change = |current: &str, password: &str| json!({"current": current, "password": password});
    let wrong = browser
        .put("/session/password", change("not the password", new))
        .await;
    assert_eq!(wrong.wrong_field(), "current");
    let short = browser
        .put("/session/password", change(PASSWORD, "short"))
        .await;
    assert_eq!(short.wrong_field(), "password");
    elsewhere.get("/live").await.expect(200);

    let changed = browser
        .put("/session/password", change(PASSWORD, new))
        .await
        .expect(200);
    assert_eq!(changed["me"]["name"], "Ada");
    elsewhere.get("/live").await.expect(401);
    browser.get("/live").await.expect(200);
    site.browser().sign_in("Ada", PASSWORD).await.expect(401);
    site.browser().sign_in("Ada", new).await.expect(200);
}

#[tokio::test]
async fn a_change_by_cookie_needs_the_csrf_value() {
    let site = Site::open().await;
    let mut browser = site.signed_in("Ada", "admin").await;
    let area = json!({"name": "Hall"});
    let told = std::mem::take(&mut browser.csrf);
    browser.post("/areas", area.clone()).await.expect(403);
    browser.csrf = "0".repeat(64);
    browser.post("/areas", area.clone()).await.expect(403);
    browser.csrf = told;
    browser.post("/areas", area).await.expect(201);
}

#[tokio::test]
async fn a_wrong_password_says_nothing_about_the_name_and_soon_waits() {
    let site = Site::open().await;
    site.signed_in("Ada", "viewer").await;
    let mut browser = site.browser();
    let known = browser.sign_in("Ada", "wrong").await.expect(401);
    let unknown = browser.sign_in("Nobody", "wrong").await.expect(401);
    assert_eq!(known, unknown);
    for _ in 0..4 {
        browser.sign_in("Ada", "wrong").await.expect(401);
    }
    let waiting = browser.sign_in("Ada", PASSWORD).await;
    waiting.expect(429);
    assert_eq!(waiting.headers["retry-after"], "1");
    assert_eq!(waiting.headers["content-type"], "application/problem+json");
    site.played.set(at("2026-03-02T05:00:02Z"));
    browser.sign_in("Ada", PASSWORD).await.expect(200);
}
