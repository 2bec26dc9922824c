//! /devices, /station, /incidents

use crate::support::{Passing, Site, at, id};
use model::IncidentKind;
use serde_json::{Value, json};
use store::{Devices as _, Heard, IncidentReport, Role};

fn station(passing: &Passing) -> Value {
    json!({"kind": "camera_station", "name": "Hall webcam", "access_point": passing.entry,
        "silent_after_s": 60})
}

async fn refused(site: &Site, kind: IncidentKind) -> String {
    let report = IncidentReport {
        kind,
        address: Some("192.0.2.7".parse().unwrap()),
        device: None,
        reason: "no gate has this address".into(),
        remedy: "press allow".into(),
        at: site.now(),
    };
    site.store.report_incident(report).await.unwrap();
    let incidents = site.get(Role::Auditor, "/incidents").await.expect(200);
    let newest = incidents.as_array().unwrap().last().unwrap();
    id(newest)
}

#[tokio::test]
async fn a_device_is_silent_after_its_stated_time() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let device = site
        .post(Role::Admin, "/devices", station(&passing))
        .await
        .expect(201);
    assert_eq!(device["last_seen"], Value::Null);
    assert_eq!(device["silent"], false);
    let sign = Heard {
        device: id(&device).parse().unwrap(),
        at: site.now(),
    };
    site.store.heard(&[sign]).await.unwrap();
    for (now, silent) in [
        ("2026-03-02T05:01:00Z", false),
        ("2026-03-02T05:01:01Z", true),
    ] {
        site.played.set(at(now));
        let shown = site.get(Role::Auditor, "/devices").await.expect(200);
        assert_eq!(shown[0]["silent"], silent, "{now}");
    }
}

#[tokio::test]
async fn a_native_device_gets_a_password_that_only_its_hash_outlives() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let mut native = station(&passing);
    native["kind"] = json!("native");
    let odd = site.post(Role::Admin, "/devices", native.clone()).await;
    assert_eq!(odd.wrong_field(), "name");
    native["name"] = json!("door-1");
    let device = id(&site.post(Role::Admin, "/devices", native).await.expect(201));
    let answer = site
        .post(
            Role::Admin,
            &format!("/devices/{device}/password"),
            json!({}),
        )
        .await;
    let shown = answer.expect(200);
    assert_eq!(shown["name"], "door-1");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let (_, hash) = site.store.device_password("door-1").await.unwrap().unwrap();
    assert!(hash.starts_with("$argon2id$"));
    assert!(!hash.contains(shown["password"].as_str().unwrap()));
}

#[tokio::test]
async fn a_browser_becomes_a_camera_station_by_a_cookie_of_its_own() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let device = id(&site
        .post(Role::Admin, "/devices", station(&passing))
        .await
        .expect(201));
    let address = format!("/devices/{device}/station");
    site.post(Role::Auditor, &address, json!({}))
        .await
        .expect(403);
    let answer = site.post(Role::Operator, &address, json!({})).await;
    answer.expect(204);
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("gatebook-station="), "{cookie}");
    assert!(cookie.contains("HttpOnly"), "{cookie}");

    let mut switched_off = station(&passing);
    switched_off["disabled"] = json!(true);
    site.put(Role::Admin, &format!("/devices/{device}"), switched_off)
        .await
        .expect(200);
    site.post(Role::Operator, &address, json!({}))
        .await
        .expect(409);
}

#[tokio::test]
async fn a_refused_address_is_allowed_as_a_new_gate_and_the_other_board_joins_it() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let incident = refused(site, IncidentKind::AddressNotAllowed).await;
    let allow = json!({"allow": "new_gate", "name": "North", "entry": passing.entry,
        "exit": passing.exit});
    let address = format!("/incidents/{incident}/allow");
    site.post(Role::Operator, &address, allow.clone())
        .await
        .expect(403);
    let gate = site.post(Role::Admin, &address, allow).await.expect(200);
    assert_eq!(gate["controller_address"], "192.0.2.7");
    assert_eq!(gate["camera_address"], "192.0.2.7");
    assert_eq!(
        site.get(Role::Auditor, "/incidents").await.expect(200),
        json!([])
    );

    let report = IncidentReport {
        kind: IncidentKind::AddressNotAllowed,
        address: Some("192.0.2.8".parse().unwrap()),
        device: None,
        reason: "no gate has this address".into(),
        remedy: "press allow".into(),
        at: site.now(),
    };
    site.store.report_incident(report).await.unwrap();
    let incidents = site.get(Role::Auditor, "/incidents").await.expect(200);
    assert_eq!(incidents[0]["can_allow"], true);
    let join = json!({"allow": "existing_gate", "gate": id(&gate), "board": "camera"});
    let address = format!("/incidents/{}/allow", id(&incidents[0]));
    let gate = site.post(Role::Admin, &address, join).await.expect(200);
    assert_eq!(gate["controller_address"], "192.0.2.7");
    assert_eq!(gate["camera_address"], "192.0.2.8");
}

#[tokio::test]
async fn only_a_refused_address_can_be_allowed_and_any_incident_forgotten() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let incident = refused(site, IncidentKind::BadLine).await;
    let allow = json!({"allow": "new_gate", "name": "North", "entry": passing.entry,
        "exit": passing.exit});
    site.post(Role::Admin, &format!("/incidents/{incident}/allow"), allow)
        .await
        .expect(409);
    let address = format!("/incidents/{incident}");
    site.delete(Role::Operator, &address).await.expect(204);
    assert_eq!(
        site.get(Role::Auditor, "/incidents").await.expect(200),
        json!([])
    );
    let log = site.get(Role::Auditor, "/log?limit=1").await.expect(200);
    let entry = &log["entries"][0];
    assert_eq!(entry["record"]["act"]["act"], "incident_dismissed");
    assert_eq!(entry["author"]["name"], "Admin");
    let note = entry["record"]["act"]["note"].as_str().unwrap();
    assert!(note.contains("192.0.2.7"), "{note}");
    site.delete(Role::Operator, &address).await.expect(404);
}
