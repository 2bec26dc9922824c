//! A site with something in every table.

use std::path::Path;

use model::*;
use storage::{DataDir, Options, SqlStore};
use store::{
    Accounts, ApiToken, Append, Book, Devices, FaceTemplate, FingerTemplate, Heard, IncidentReport,
    Ingest, Invitation, LedgerRows, NetworkCamera, People, PeopleQuery, Projected, Put, Role,
    Session, Settlement, StrangerSeen, Strangers, Subject, User, VisitFilter, Write,
};

use crate::make::*;
use crate::sign;

pub async fn open(dir: &Path) -> SqlStore {
    let dir = DataDir::open(dir).unwrap();
    SqlStore::open(&dir, Options::default()).await.unwrap()
}

/// Something in every table.
pub async fn live(store: &SqlStore) {
    let alice = person("17", "Alïce \\ \"Arden\"\t\n\r\u{8}\u{b}\u{c}");
    let hall = area("Hall");
    let point = access_point("Door", hall.id);
    let reader = device("reader", point.id);
    places(store, (&hall, &point, &reader)).await;
    registry(store, &alice, &point).await;
    accounts(store).await;
    heard(store, reader.id).await;
    for n in 0..40 {
        let event = passage(Direction::Entry, Some(alice.id), after(n * 60));
        let event = with_tag(event, "CD34", n % 2 == 0);
        let event = Append::entry(entry(Record::Access(event)));
        store.append(event).await.unwrap();
    }
    let pressed = Append::entry(by_finger(alice.id));
    store.append(pressed).await.unwrap();
    sign_twice(store).await;
}

async fn places(store: &SqlStore, (hall, point, reader): (&Area, &AccessPoint, &Device)) {
    let gate = Gate {
        id: new_id(),
        name: "Gate 1".to_owned(),
        controller_address: "127.0.0.11".parse().ok(),
        camera_address: "::1".parse().ok(),
        topic_prefix: None,
        controller: reader.id,
        camera: reader.id,
        entry: point.id,
        exit: point.id,
    };
    let mut camera = device("North camera", point.id);
    camera.kind = DeviceKind::NetworkCamera;
    let address = NetworkCamera {
        device: camera.id,
        address: "rtsp://192.0.2.9/stream".to_owned(),
        user: "gate".to_owned(),
        password: "secret".to_owned(),
        frames_per_second: 5,
        main_address: Some("rtsp://192.0.2.9/main".to_owned()),
    };
    let settings = Settings {
        site_name: "North".to_owned(),
        ..Settings::default()
    };
    let founding = with(vec![
        Write::Area(Put::Add(hall.clone())),
        Write::AccessPoint(Put::Add(point.clone())),
        Write::Device(Put::Add(reader.clone())),
        Write::DevicePassword(reader.id, "hash".to_owned()),
        Write::Device(Put::Add(camera)),
        Write::NetworkCamera(address),
        Write::Gate(Put::Add(gate)),
        Write::Settings(settings),
    ]);
    store.append(founding).await.unwrap();
}

/// Somebody with a tag, a face and a finger, in a place where fingers are locked.
async fn registry(store: &SqlStore, alice: &Person, point: &AccessPoint) {
    let shown = face(alice.id);
    let template = FaceTemplate {
        credential: shown.id,
        person: alice.id,
        model: "test/1".to_owned(),
        bytes: vec![1, 0, 255],
    };
    let finger = Credential {
        kind: CredentialKind::Finger {
            position: FingerPosition::RightThumb,
            impressions: vec![FingerImpression {
                picture: Some(new_id()),
                quality: 61,
            }],
            model: "test/1".to_owned(),
        },
        ..face(alice.id)
    };
    let impression = FingerTemplate {
        credential: finger.id,
        person: alice.id,
        impression: 0,
        model: "test/1".to_owned(),
        duress: true,
        bytes: vec![7; 300],
    };
    let lock = FingerLock {
        subject: FingerSubject::AccessPoint {
            access_point: point.id,
        },
        since: noon(),
        failures: 5,
    };
    let known = with(vec![
        Write::Person(Put::Add(alice.clone())),
        Write::Credential(assigned(alice.id, "AB12"), None),
        Write::Credential(shown, Some(template)),
        Write::Credential(finger, None),
        Write::FingerTemplates(vec![impression]),
        Write::LockFingers(lock),
    ]);
    store.append(known).await.unwrap();
    let stranger = StrangerSeen {
        picture: new_id(),
        face: new_id(),
        stranger: new_id(),
        at: noon(),
        model: "test/1".to_owned(),
        template: vec![9; 16],
    };
    store.keep_stranger(&stranger).await.unwrap();
}

async fn accounts(store: &SqlStore) {
    let user = User {
        id: new_id(),
        name: "Clerk".to_owned(),
        role: Role::Operator,
        disabled: false,
        password_hash: Some("hash".to_owned()),
    };
    let session = Session {
        token: [7; 32],
        subject: Subject::User(user.id),
        created_at: noon(),
        expires_at: after(60),
    };
    let invitation = Invitation {
        token: [8; 32],
        user: user.id,
        expires_at: after(60),
    };
    let token = ApiToken {
        id: new_id(),
        name: "payroll".to_owned(),
        role: Role::Auditor,
        token: [9; 32],
        made_by: user.id,
        made_at: noon(),
        revoked: false,
    };
    let let_in = with(vec![
        Write::User(Put::Add(user)),
        Write::Invitation(invitation),
        Write::Token(token),
    ]);
    store.append(let_in).await.unwrap();
    store.put_session(session).await.unwrap();
}

/// What a device reported, with a gap, and what went wrong with it.
async fn heard(store: &SqlStore, reader: DeviceId) {
    let sign = Heard {
        device: reader,
        at: after(9),
    };
    store.heard(&[sign]).await.unwrap();
    store.commit(counted(reader, "boot", 1)).await.unwrap();
    let last = store.commit(counted(reader, "boot", 5)).await.unwrap();
    let seen = last.observation;
    let group = Unresolved {
        observations: vec![seen.id],
        access_point: seen.access_point,
        at: seen.received_at,
        reason: UnresolvedReason::Orphan,
        picture: None,
    };
    store.settle(Settlement::Unresolved(group)).await.unwrap();
    let wrong = IncidentReport {
        kind: IncidentKind::BadLine,
        address: Some("127.0.0.11".parse().unwrap()),
        device: Some(reader),
        reason: "short".to_owned(),
        remedy: "look at the card".to_owned(),
        at: after(10),
    };
    store.report_incident(wrong).await.unwrap();
    let lost = Notice::PartLost {
        part: "front".to_owned(),
        since: after(11),
    };
    let told = Append::entry(entry(Record::Notice(lost)));
    store.append(told).await.unwrap();
}

/// Signs the log, lets it grow, and signs it again.
pub async fn sign_twice(store: &SqlStore) {
    sign(store).await;
    let more = Append::entry(act(Act::SettingsChanged));
    store.append(more).await.unwrap();
    sign(store).await;
}

/// What a site tells of itself.
pub async fn told(store: &SqlStore) -> String {
    let people = PeopleQuery {
        limit: 500,
        ..PeopleQuery::default()
    };
    let visits = VisitFilter {
        limit: 500,
        ..VisitFilter::default()
    };
    let unsettled = store.unsettled().await.unwrap();
    let log = (
        store.tree_head().await.unwrap(),
        store.checkpoints(9).await.unwrap(),
        unsettled.observations,
        store.unresolved(None, 9).await.unwrap(),
        store.visits(&visits).await.unwrap(),
        store.alerts(false, &[], 99).await.unwrap(),
        store.tags_out().await.unwrap(),
    );
    let mut faces = Vec::new();
    store::face_templates(store, |page| faces.extend(page))
        .await
        .unwrap();
    let registry = (
        store.people(&people).await.unwrap(),
        faces,
        store.finger_templates().await.unwrap(),
        store.finger_locks().await.unwrap(),
        store.strangers_seen().await.unwrap(),
        store.users().await.unwrap(),
        store.tokens().await.unwrap(),
    );
    let places = (
        store.gates().await.unwrap(),
        store.settings().await.unwrap(),
        store.device_statuses().await.unwrap(),
        store.network_cameras().await.unwrap(),
        store.incidents(9).await.unwrap(),
        store.session(&[7; 32], after(1)).await.unwrap(),
        store.invitation(&[8; 32]).await.unwrap(),
    );
    format!("{log:#?}\n{registry:#?}\n{places:#?}")
}
