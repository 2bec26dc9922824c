//! /areas, /access-points, /settings, /gates

use crate::support::{Passing, Site, id};
use serde_json::{Value, json};
use store::Role;

#[tokio::test]
async fn an_area_is_removed_once_no_access_point_leads_into_it() {
    let Passing {
        site,
        area,
        entry,
        exit,
    } = Passing::open().await;
    let address = format!("/areas/{area}");
    site.delete(Role::Admin, &address).await.expect(409);
    for point in [entry, exit] {
        site.delete(Role::Admin, &format!("/access-points/{point}"))
            .await
            .expect(204);
    }
    site.delete(Role::Admin, &address).await.expect(204);
    assert_eq!(
        site.get(Role::Viewer, "/areas").await.expect(200),
        json!([])
    );
    let log = site.get(Role::Auditor, "/log?limit=1").await.expect(200);
    assert_eq!(log["entries"][0]["record"]["act"]["act"], "area_removed");
}

#[tokio::test]
async fn an_access_point_asks_for_each_factor_once() {
    let Passing {
        site, area, entry, ..
    } = Passing::open().await;
    let address = format!("/access-points/{entry}");
    let point = json!({"name": "Door", "direction": "entry", "area": area,
        "factors": ["face_match", "tag", "tag"]});
    let changed = site.put(Role::Admin, &address, point).await.expect(200);
    assert_eq!(changed["factors"], json!(["tag", "face_match"]));
    let nowhere = json!({"name": "Door", "direction": "entry", "area": entry});
    assert_eq!(
        site.put(Role::Admin, &address, nowhere).await.wrong_field(),
        "area"
    );
    let sideways = json!({"name": "Door", "direction": "sideways", "area": area});
    site.put(Role::Admin, &address, sideways).await.expect(400);
    site.delete(Role::Operator, &address).await.expect(403);
}

#[tokio::test]
async fn what_an_access_point_makes_of_liveness_stays_until_it_is_changed() {
    let Passing {
        site, area, entry, ..
    } = Passing::open().await;
    let address = format!("/access-points/{entry}");
    let shown = site.get(Role::Viewer, "/access-points").await.expect(200);
    assert_eq!(shown[0]["liveness"], "not_asked");
    let mut point = json!({"name": "Door", "direction": "entry", "area": area,
        "liveness": "required"});
    let changed = site.put(Role::Admin, &address, point.clone()).await;
    assert_eq!(changed.expect(200)["liveness"], "required");
    // A program that does not know of it does not switch it off.
    point.as_object_mut().unwrap().remove("liveness");
    let kept = site.put(Role::Admin, &address, point.clone()).await;
    assert_eq!(kept.expect(200)["liveness"], "required");
    point["liveness"] = json!("sometimes");
    site.put(Role::Admin, &address, point).await.expect(400);
}

#[tokio::test]
async fn settings_take_effect_at_once_and_refuse_a_zone_that_does_not_exist() {
    let site = Site::open().await;
    let mut settings = site.get(Role::Viewer, "/settings").await.expect(200);
    settings["time_zone"] = json!("Asia/Kolkata");
    site.put(Role::Admin, "/settings", settings.clone())
        .await
        .expect(200);
    let shown = site.get(Role::Viewer, "/settings").await.expect(200);
    assert_eq!(shown["time_zone"], "Asia/Kolkata");
    settings["time_zone"] = json!("Mars/Olympus");
    let refused = site.put(Role::Admin, "/settings", settings).await;
    assert_eq!(refused.wrong_field(), "time_zone");
}

fn gate(passing: &Passing, name: &str, controller: &str, camera: &str) -> Value {
    json!({"name": name, "controller_address": controller, "camera_address": camera,
        "entry": passing.entry, "exit": passing.exit})
}

#[tokio::test]
async fn a_gate_comes_and_goes_with_its_two_boards() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let north = gate(&passing, "North", "192.0.2.1", "192.0.2.2");
    let added = site.post(Role::Admin, "/gates", north).await.expect(201);
    let devices = site.get(Role::Auditor, "/devices").await.expect(200);
    let kinds: Vec<_> = devices
        .as_array()
        .unwrap()
        .iter()
        .map(|d| &d["kind"])
        .collect();
    assert_eq!(kinds, ["classic_camera", "classic_controller"]);
    assert_eq!(devices[0]["gate"]["name"], "North");
    let board = format!("/devices/{}", id(&devices[0]));
    site.delete(Role::Admin, &board).await.expect(409);
    site.delete(Role::Admin, &format!("/gates/{}", id(&added)))
        .await
        .expect(204);
    assert_eq!(
        site.get(Role::Auditor, "/devices").await.expect(200),
        json!([])
    );
}

#[tokio::test]
async fn a_gate_behind_a_broker_has_a_prefix_of_its_own_and_needs_no_address() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let gate = |name: &str, prefix: &str| json!({"name": name, "topic_prefix": prefix, "entry": passing.entry, "exit": passing.exit});
    let north = site.post(Role::Admin, "/gates", gate("North", " gates/north/ "));
    let north = north.await.expect(201);
    assert_eq!(north["topic_prefix"], "gates/north");
    assert_eq!(north["controller_address"], Value::Null);
    for wrong in [
        "gates/north",
        "gates/+",
        "gates//east",
        "/east",
        "$SYS/east",
    ] {
        let refused = site.post(Role::Admin, "/gates", gate("East", wrong)).await;
        assert_eq!(refused.wrong_field(), "topic_prefix", "{wrong}");
    }
    let unreachable = site.post(Role::Admin, "/gates", gate("East", " "));
    assert_eq!(unreachable.await.wrong_field(), "controller_address");
    let east = site.post(Role::Admin, "/gates", gate("East", "gates/east"));
    east.await.expect(201);
}

#[tokio::test]
async fn an_address_belongs_to_one_gate_however_it_is_written() {
    let passing = Passing::open().await;
    let site = &passing.site;
    let north = gate(&passing, "North", "192.0.2.1", "192.0.2.1");
    site.post(Role::Admin, "/gates", north).await.expect(201);
    let same = gate(&passing, "South", "192.0.2.9", "::ffff:192.0.2.1");
    let refused = site.post(Role::Admin, "/gates", same).await;
    assert_eq!(refused.wrong_field(), "camera_address");
    let mut reversed = gate(&passing, "South", "192.0.2.9", "192.0.2.8");
    reversed["exit"] = reversed["entry"].clone();
    let refused = site.post(Role::Admin, "/gates", reversed).await;
    assert_eq!(refused.wrong_field(), "exit");
}
