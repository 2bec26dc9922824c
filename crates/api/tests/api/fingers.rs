//! /people/{id}/fingers, /fingers, /prints

use crate::support::{PNG, Passing, Site, at, ended, id};
use model::{
    AccessEvent, AccessPointId, FingerLock, FingerMode, FingerPosition, FingerResult, FingerScore,
    FingerSighting, FingerSubject, MatchRate, Notice, Outcome, PersonId, PictureId, Record, Score,
};
use serde_json::{Value, json};
use store::{Book as _, People as _, Pictures as _, Role, Write};

const WHEN: &str = "2026-03-02T04:00:00Z";

async fn ada(site: &Site) -> String {
    let ada = json!({"number": "17", "name": "Ada"});
    id(&site.post(Role::Operator, "/people", ada).await.expect(201))
}

async fn begun(site: &Site, person: &str, duress: bool) -> String {
    let begin = json!({"position": "right_index", "duress": duress});
    let address = format!("/people/{person}/fingers/enrolments");
    id(&site.post(Role::Operator, &address, begin).await.expect(201))
}

async fn pressed(site: &Site, enrolment: &str, image: &[u8]) -> Value {
    let address = format!("/fingers/enrolments/{enrolment}/image");
    let parts: [(&str, &str, &[u8]); 2] = [("image", "press.png", image), ("dpi", "", b"500")];
    site.upload(Role::Operator, &address, &parts)
        .await
        .expect(200)
}

/// An enrolled right index finger.
async fn enrolled(site: &Site, person: &str, duress: bool) -> Value {
    let enrolment = begun(site, person, duress).await;
    for _ in 0..3 {
        pressed(site, &enrolment, PNG).await;
    }
    let finish = format!("/fingers/enrolments/{enrolment}/finish");
    site.post(Role::Operator, &finish, Value::Null)
        .await
        .expect(201)
}

#[tokio::test]
async fn a_finger_is_enrolled_press_by_press_and_kept_when_it_is_finished() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let enrolment = begun(&site, &person, false).await;
    let first = pressed(&site, &enrolment, PNG).await;
    assert_eq!(first["taken"], true);
    assert_eq!(first["enrolment"]["done"], 1);
    let picture = first["picture"].as_str().unwrap();
    assert!(picture.starts_with("data:image/png;base64,"));
    let other = pressed(&site, &enrolment, b"another finger, other").await;
    assert_eq!(other["advice"], "other_finger");
    assert_eq!(other["enrolment"]["done"], 1);
    let finish = format!("/fingers/enrolments/{enrolment}/finish");
    let finish = || site.post(Role::Operator, &finish, Value::Null);
    finish().await.expect(409);
    assert!(site.store.finger_templates().await.unwrap().is_empty());
    for _ in 0..2 {
        pressed(&site, &enrolment, PNG).await;
    }
    let finger = finish().await.expect(201);
    assert_eq!(finger["position"], "right_index");
    assert_eq!(finger["duress"], false);
    assert_eq!(site.store.finger_templates().await.unwrap().len(), 3);
    assert_eq!(site.played.fingers.gallery.lock().unwrap().len(), 1);
    finish().await.expect(404);
    let print = finger["impressions"][0]["picture"].as_str().unwrap();
    let shown = site.get(Role::Auditor, &format!("/prints/{print}")).await;
    assert_eq!(shown.body, PNG);
    site.get(Role::Viewer, &format!("/prints/{print}"))
        .await
        .expect(403);
    // A print is no picture for everybody.
    site.get(Role::Admin, &format!("/pictures/{print}"))
        .await
        .expect(404);
}

#[tokio::test]
async fn an_enrolment_belongs_to_whoever_began_it_and_can_be_given_up() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let enrolment = begun(&site, &person, false).await;
    let address = format!("/fingers/enrolments/{enrolment}");
    site.get(Role::Operator, &address).await.expect(200);
    site.delete(Role::Operator, &address).await.expect(204);
    site.get(Role::Operator, &address).await.expect(404);
    site.delete(Role::Operator, &address).await.expect(404);
    assert!(
        site.store
            .credentials(person.parse().unwrap())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn what_is_no_finger_is_told_and_changes_nothing() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let enrolment = begun(&site, &person, false).await;
    let address = format!("/fingers/enrolments/{enrolment}/image");
    let send = |parts: Vec<(&'static str, &'static str, &'static [u8])>| {
        let (site, address) = (&site, &address);
        async move {
            site.upload(Role::Operator, address, &parts)
                .await
                .wrong_field()
        }
    };
    assert_eq!(send(vec![("image", "a.png", b"nothing")]).await, "image");
    assert_eq!(send(vec![]).await, "image");
    let half = vec![("image", "a.raw", PNG), ("width", "", &b"256"[..])];
    assert_eq!(send(half).await, "width");
    let wrong = vec![("image", "a.png", PNG), ("dpi", "", &b"many"[..])];
    assert_eq!(send(wrong).await, "dpi");
    let shown = site
        .get(Role::Operator, &format!("/fingers/enrolments/{enrolment}"))
        .await
        .expect(200);
    assert_eq!(shown["done"], 0);
    let begin = json!({"position": "third_eye"});
    let address = format!("/people/{person}/fingers/enrolments");
    let refused = site.post(Role::Operator, &address, begin).await;
    assert!(refused.status.is_client_error());
}

#[tokio::test]
async fn a_finger_is_enrolled_once_and_again_after_it_was_removed() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let finger = enrolled(&site, &person, false).await;
    let address = format!("/people/{person}/fingers/enrolments");
    let again = || site.post(Role::Operator, &address, json!({"position": "right_index"}));
    again().await.expect(409);
    let print: PictureId = finger["impressions"][0]["picture"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(site.pictures.get(print).await.unwrap().is_some());
    let credential = format!("/people/{person}/credentials/{}", id(&finger));
    site.delete(Role::Operator, &credential).await.expect(204);
    assert!(site.pictures.get(print).await.unwrap().is_none());
    assert!(site.store.finger_templates().await.unwrap().is_empty());
    assert!(site.played.fingers.gallery.lock().unwrap().is_empty());
    again().await.expect(201);
}

#[tokio::test]
async fn everything_of_a_finger_goes_with_its_person() {
    let site = Site::open().await;
    let person = ada(&site).await;
    let finger = enrolled(&site, &person, true).await;
    site.delete(Role::Admin, &format!("/people/{person}"))
        .await
        .expect(204);
    for impression in finger["impressions"].as_array().unwrap() {
        let print = impression["picture"].as_str().unwrap().parse().unwrap();
        assert!(site.pictures.get(print).await.unwrap().is_none());
    }
    assert!(site.store.finger_templates().await.unwrap().is_empty());
    assert!(site.played.fingers.gallery.lock().unwrap().is_empty());
}

#[tokio::test]
async fn whether_a_finger_is_of_duress_is_for_operators() {
    let site = Site::open().await;
    let person = ada(&site).await;
    enrolled(&site, &person, true).await;
    let address = format!("/people/{person}/fingers");
    let told =
        async |role| site.get(role, &address).await.expect(200)["fingers"][0]["duress"].clone();
    assert_eq!(told(Role::Operator).await, true);
    assert_eq!(told(Role::Auditor).await, Value::Null);
    let credentials = format!("/people/{person}/credentials");
    let credentials = site.get(Role::Auditor, &credentials).await;
    assert_eq!(credentials.expect(200)["credentials"][0]["kind"], "finger");
    assert!(!credentials.text().contains("duress"));
}

/// A passage by finger of `person`, as the pipeline appends it.
async fn passed(site: &Passing, person: &str, duress: bool, outcome: Outcome) {
    let who: PersonId = person.parse().unwrap();
    let before = site
        .passage(Some(who), model::Direction::Entry, WHEN, outcome, "")
        .await;
    let stored = site.site.store.entry(before).await.unwrap().unwrap();
    let Record::Access(event) = stored.entry.record else {
        panic!("a passage");
    };
    let mut event: AccessEvent = event;
    event.evidence.fingerprint = Some(FingerSighting {
        result: FingerResult::Matched,
        mode: FingerMode::Search,
        person: Some(who),
        position: Some(FingerPosition::LeftThumb),
        duress,
        presses: 2,
        score: Some(FingerScore {
            similarity: Score(4_500_000),
            rate: MatchRate {
                one_in: 100_000,
                measured: false,
            },
            allowed_one_in: 1_000,
        }),
        searched: 1,
        picture: Some(PictureId(uuid::Uuid::new_v4())),
    });
    site.site.append(Record::Access(event), Vec::new()).await;
}

#[tokio::test]
async fn the_history_of_a_persons_fingers_tells_scores_and_to_operators_duress() {
    let site = Passing::open().await;
    let person = site.person("17", "Ada").await;
    passed(&site, &person, true, Outcome::Granted).await;
    passed(&site, &person, false, Outcome::Denied).await;
    let address = format!("/people/{person}/fingers/history");
    let answer = site.site.get(Role::Operator, &address).await.expect(200);
    assert_eq!(answer["next"], Value::Null);
    let seen = &answer["verifications"];
    assert_eq!(seen.as_array().unwrap().len(), 2);
    assert_eq!(seen[0]["outcome"], "denied");
    assert_eq!(seen[1]["duress"], true);
    let finger = &seen[1]["fingerprint"];
    assert_eq!(finger["position"], "left_thumb");
    assert_eq!(finger["presses"], 2);
    assert_eq!(finger["score"]["rate"], 1e-5);
    assert_eq!(finger["score"]["measured"], false);
    assert_eq!(finger["score"]["allowed"], 1e-3);
    let first = format!("{address}?limit=1");
    let first = site.site.get(Role::Auditor, &first).await.expect(200);
    assert_eq!(first["next"], seen[0]["index"]);
    let page = format!("{address}?limit=1&before={}", first["next"]);
    let page = site.site.get(Role::Auditor, &page).await.expect(200);
    let page = &page["verifications"];
    assert_eq!(page[0]["index"], seen[1]["index"]);
    assert_eq!(page[0]["duress"], Value::Null);
    site.site.get(Role::Viewer, &address).await.expect(403);
}

#[tokio::test]
async fn duress_is_told_to_operators_and_to_nobody_else_anywhere() {
    let site = Passing::open().await;
    let person = site.person("17", "Ada").await;
    passed(&site, &person, true, Outcome::Granted).await;
    let told = async |role| site.site.get(role, "/alerts?open=true").await.text();
    assert!(told(Role::Operator).await.contains("duress"));
    for role in [Role::Viewer, Role::Auditor] {
        for address in ["/alerts", "/live", "/log?limit=50"] {
            if (role, address) == (Role::Viewer, "/log?limit=50") {
                continue;
            }
            let answer = site.site.get(role, address).await;
            assert_eq!(answer.status.as_u16(), 200);
            assert!(!answer.text().contains("duress"), "{role:?} {address}");
        }
    }
    // Neither the proof, nor what was written to its alert, nor how many alerts there are.
    let history = format!("/people/{person}/fingers/history");
    let history = site.site.get(Role::Auditor, &history).await.expect(200);
    let event = history["verifications"][0]["event"].as_str().unwrap();
    let proof = format!("/log/{event}/proof");
    site.site.get(Role::Auditor, &proof).await.expect(403);
    let for_operators = site.site.get(Role::Operator, &proof).await.status;
    assert_ne!(for_operators.as_u16(), 403);
    let alerts = site.site.get(Role::Operator, "/alerts").await.expect(200);
    let of_duress = |alert: &&Value| alert["kind"] == "duress";
    let alert = alerts.as_array().unwrap().iter().find(of_duress).unwrap();
    let alert = alert["id"].as_str().unwrap();
    let acknowledge = format!("/alerts/{alert}/acknowledge");
    let note = json!({ "note": "He was forced" });
    site.site
        .post(Role::Operator, &acknowledge, note)
        .await
        .expect(204);
    let acts = site.site.get(Role::Auditor, "/log?kind=act").await.text();
    assert!(acts.contains("alert_acknowledged"));
    assert!(!acts.contains("forced") && !acts.contains(alert));
    let acts = site.site.get(Role::Operator, "/log?kind=act").await.text();
    assert!(acts.contains("forced") && acts.contains(alert));
    // The live page of an operator may be seen by whoever stands before it.
    let live = site.site.get(Role::Operator, "/live").await.expect(200);
    assert!(!live["feed"].to_string().contains("duress"));
    let viewed = site.site.get(Role::Viewer, "/live").await.expect(200);
    assert_eq!(viewed["feed"][0]["fingerprint"]["result"], "matched");
    assert_eq!(viewed["feed"][0]["fingerprint"]["score"], Value::Null);
    assert_eq!(viewed["feed"][0]["fingerprint"]["picture"], Value::Null);
    assert_eq!(viewed["feed"][0]["picture"], Value::Null);
}

#[tokio::test]
async fn an_operator_lifts_a_lock_once_and_it_stands_in_the_log() {
    let site = Passing::open().await;
    let person = site.person("17", "Ada").await;
    let access_point: AccessPointId = site.entry.parse().unwrap();
    let here = FingerSubject::AccessPoint { access_point };
    let hers = FingerSubject::Person {
        person: person.parse().unwrap(),
    };
    for subject in [here, hers] {
        let lock = FingerLock {
            subject,
            since: at(WHEN),
            failures: 5,
        };
        let notice = Notice::FingersLocked {
            subject,
            failures: 5,
        };
        site.site
            .append(Record::Notice(notice), vec![Write::LockFingers(lock)])
            .await;
    }
    let locks = site
        .site
        .get(Role::Auditor, "/fingers/locks")
        .await
        .expect(200);
    assert_eq!(locks.as_array().unwrap().len(), 2);
    let fingers = format!("/people/{person}/fingers");
    let fingers = site.site.get(Role::Auditor, &fingers).await.expect(200);
    assert_eq!(fingers["lock"]["failures"], 5);
    let lift = |subject: Value| {
        site.site
            .post(Role::Operator, "/fingers/locks/lift", subject)
    };
    lift(json!({})).await.expect(422);
    lift(json!({"access_point": site.entry, "person": person}))
        .await
        .expect(422);
    lift(json!({"access_point": site.entry})).await.expect(204);
    lift(json!({"access_point": site.entry})).await.expect(404);
    lift(json!({"person": person})).await.expect(204);
    assert_eq!(
        *site.site.played.fingers.unlocked.lock().unwrap(),
        [here, hers]
    );
    let log = site.site.get(Role::Auditor, "/log?limit=50").await.text();
    assert!(log.contains("fingers_unlocked") && log.contains("fingers_locked"));
}

#[tokio::test]
async fn a_press_is_taken_from_a_sensor_of_the_server() {
    let site = Passing::open().await;
    let person = site.person("17", "Ada").await;
    let device = json!({"name": "desk", "kind": "camera_station", "access_point": site.entry,
        "silent_after_s": 0});
    let device = site.site.post(Role::Admin, "/devices", device).await;
    let sensor = id(&device.expect(201));
    *site.site.played.fingers.sensor.lock().unwrap() = Some(sensor.parse().unwrap());
    let sensors = site
        .site
        .get(Role::Operator, "/fingers/sensors")
        .await
        .expect(200);
    assert_eq!(sensors[0]["id"], sensor);
    assert_eq!(sensors[0]["state"], "ready");
    let enrolment = begun(&site.site, &person, false).await;
    let address = format!("/fingers/enrolments/{enrolment}/sensor");
    let press = |sensor: &str| {
        site.site
            .post(Role::Operator, &address, json!({"sensor": sensor}))
    };
    assert_eq!(press(&sensor).await.expect(200)["enrolment"]["done"], 1);
    press(&person).await.expect(409);
}

#[tokio::test]
async fn the_registry_goes_out_and_comes_in_with_templates_for_admins() {
    let site = Site::open().await;
    let out = site.get(Role::Admin, "/people/fingers/export").await;
    assert_eq!(out.status.as_u16(), 200);
    assert_eq!(out.headers["x-gatebook-left-out"], "2");
    assert!(out.text().starts_with("number,native false"));
    let native = site
        .get(Role::Admin, "/people/fingers/export?native=true")
        .await;
    assert!(native.text().contains("native true"));
    site.get(Role::Operator, "/people/fingers/export")
        .await
        .expect(403);
    let send = async |csv: &[u8]| {
        let parts = [("csv", "fingers.csv", csv)];
        site.upload(Role::Admin, "/people/fingers/import", &parts)
            .await
    };
    let held = site.played.imports.acquire().await.unwrap();
    let job = send(b"number,name").await.expect(202);
    assert_eq!(
        (&job["kind"], &job["state"]),
        (&json!("fingers_import"), &json!("running"))
    );
    // There is one import at a time, of whatever.
    send(b"number,name").await.expect(409);
    let cards = [("csv", "a_d.csv", &b"1,Ada"[..])];
    site.upload(Role::Admin, "/people/import", &cards)
        .await
        .expect(409);
    drop(held);
    let done = ended(&site, Role::Admin, &job).await;
    assert_eq!(done["report"]["added"], 1);
    assert_eq!(done["report"]["refused"][0]["line"], 2);
    assert_eq!((&done["done"], &done["total"]), (&json!(1), &json!(2)));
    let wrong = send(b"nothing").await.expect(202);
    let wrong = ended(&site, Role::Admin, &wrong).await;
    assert_eq!(wrong["state"], "failed");
    assert_eq!(wrong["failure"], "the first line is another one");
}
