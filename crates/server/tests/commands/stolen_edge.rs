//! What somebody finds who carries an edge away: its disk, and its memory while it runs.

use crate::api::{Api, PASSWORD};
use crate::hosts::Private;
use crate::pressing::{STRANGER, press};
use crate::process::eventually;
use crate::station::Station;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::CredentialKind;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use storage::{DataDir, Options, PictureFiles, SqlStore};
use store::{Accounts, People, Pictures, Strangers};

/// Bytes by which a secret is recognised: enough that they are nowhere by chance.
const ENOUGH: usize = 24;
/// Different ones among them, and how often one is another than the one before: a picture of a finger has few greys.
const VARIED: usize = 4;
const CHANGES: usize = 8;

/// A site with people who have faces, without its simulated gates.
const DEMO: [&str; 7] = [
    "demo",
    "--keep",
    "--quiet",
    "--classic-mqtt",
    "127.0.0.1:0",
    "--classic-http",
    "127.0.0.1:0",
];

/// What must not be found, by name.
type Secrets = BTreeMap<String, Vec<u8>>;

/// Those of `secrets` that stand in the process's memory.
fn in_memory(process: u32, secrets: &Secrets) -> Vec<String> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut found = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split_once(' ').unwrap().0.split_once('-').unwrap();
        let [from, to] = [from, to].map(|end| u64::from_str_radix(end, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // Some mappings are of the kernel and cannot be read.
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            found.extend(names_in(&bytes, secrets));
        }
    }
    found
}

fn names_in(bytes: &[u8], secrets: &Secrets) -> Vec<String> {
    let stands = |secret: &[u8]| {
        let first = secret[0];
        let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == first);
        starts
            .map(|(at, _)| &bytes[at..])
            .any(|rest| rest.starts_with(secret))
    };
    let held = secrets.iter().filter(|(_, secret)| stands(secret));
    held.map(|(name, _)| name.clone()).collect()
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// Something from the middle of something large: its head may be like that of others, and so may be a stretch of it in
/// which little happens.
fn middle(bytes: &[u8]) -> Vec<u8> {
    let varied = |part: &&[u8]| {
        let changes = part.windows(2).filter(|two| two[0] != two[1]).count();
        changes >= CHANGES && part.iter().collect::<BTreeSet<_>>().len() >= VARIED
    };
    let mut parts = bytes[bytes.len() / 2..].windows(ENOUGH);
    let found = parts.find(varied).expect("something to be recognised by");
    found.to_vec()
}

/// Keeps what must not be found.
fn keep(secrets: &mut Secrets, name: String, bytes: &[u8]) {
    assert!(
        bytes.len() >= ENOUGH.min(16),
        "{name} is too short to be looked for"
    );
    secrets.insert(name, bytes.to_vec());
}

/// Keeps the middle of something large, and of how it stands in a text.
fn keep_large(secrets: &mut Secrets, name: &str, bytes: &[u8]) {
    keep(secrets, name.to_owned(), &middle(bytes));
    let text = STANDARD.encode(bytes);
    let in_text = format!("{name} as text");
    keep(secrets, in_text, &middle(text.as_bytes()));
}

/// Everything of the site that nobody may find, once its process has ended.
fn secrets_of(site: &Path) -> Secrets {
    let mut secrets = Secrets::new();
    for file in ["site.key", "log.ed25519"] {
        let path = files_below(site)
            .into_iter()
            .find(|path| path.ends_with(file));
        keep(&mut secrets, file.into(), &fs::read(path.unwrap()).unwrap());
    }
    let key = fs::read(site.join("keys/link-ca.key.pem")).unwrap();
    keep(&mut secrets, "link authority".into(), &middle(&key));
    let work = async {
        let data = DataDir::open(site).unwrap();
        let store = SqlStore::open(&data, Options::default()).await.unwrap();
        let pictures = PictureFiles::open(&data).unwrap();
        accounts_of(&store, &mut secrets).await;
        people_of(&store, &pictures, &mut secrets).await;
        strangers_of(&store, &pictures, &mut secrets).await;
    };
    tokio::runtime::Runtime::new().unwrap().block_on(work);
    secrets
}

async fn accounts_of(store: &impl Accounts, secrets: &mut Secrets) {
    for user in store.users().await.unwrap() {
        let hash = user.password_hash.unwrap();
        keep(secrets, format!("hash of {}", user.name), hash.as_bytes());
    }
    for token in store.tokens().await.unwrap() {
        keep(
            secrets,
            format!("digest of token {}", token.name),
            &token.token,
        );
    }
}

async fn people_of(store: &impl People, pictures: &impl Pictures, secrets: &mut Secrets) {
    let mut faces = Vec::new();
    store::face_templates(store, |page| faces.extend(page))
        .await
        .unwrap();
    for (n, template) in faces.iter().enumerate() {
        keep_large(secrets, &format!("template {n}"), &template.bytes);
    }
    for (n, template) in store.finger_templates().await.unwrap().iter().enumerate() {
        keep_large(secrets, &format!("finger template {n}"), &template.bytes);
    }
    let everybody = store::PeopleQuery {
        limit: 100,
        ..Default::default()
    };
    for (n, person) in (0..).zip(store.people(&everybody).await.unwrap()) {
        let photo = person.photo.map(|photo| (format!("photograph {n}"), photo));
        let credentials = store.credentials(person.id).await.unwrap();
        let prints = credentials.into_iter().flat_map(|one| match one.kind {
            CredentialKind::Finger { impressions, .. } => impressions,
            _ => Vec::new(),
        });
        let prints = prints.filter_map(|impression| impression.picture);
        let prints = prints
            .enumerate()
            .map(|(i, id)| (format!("print {n} {i}"), id));
        for (name, id) in photo.into_iter().chain(prints) {
            let bytes = pictures.get(id).await.unwrap().unwrap();
            keep_large(secrets, &name, &bytes);
        }
    }
}

async fn strangers_of(store: &impl Strangers, pictures: &impl Pictures, secrets: &mut Secrets) {
    for (n, seen) in store.strangers_seen().await.unwrap().iter().enumerate() {
        keep_large(secrets, &format!("stranger {n}'s template"), &seen.template);
        for (what, id) in [("face", seen.face), ("picture", seen.picture)] {
            let bytes = pictures.get(id).await.unwrap().unwrap();
            keep_large(secrets, &format!("stranger {n}'s {what}"), &bytes);
        }
    }
}

/// Works as people do: looks at everybody's photograph, enrols somebody by one of them and by a finger, takes the
/// registry of fingers along, makes a token, and opens a camera before which a stranger stands. What passed on the way.
fn work_through(api: &Api) -> Secrets {
    let mut passed = Secrets::new();
    let scratch = tempfile::tempdir().unwrap();
    let people = api.get("people?limit=100");
    let mut photographs = Vec::new();
    for person in people["people"].as_array().unwrap() {
        if let Some(photo) = person["photo"].as_str() {
            let file = scratch.path().join(photo);
            api.download(&format!("pictures/{photo}"), &file);
            photographs.push((person["id"].as_str().unwrap(), file));
        }
    }
    let (_, photograph) = photographs.first().expect("a photograph");
    let id = enrol(api, photograph);
    press_a_finger(api, &id, scratch.path(), &mut passed);
    let registry = scratch.path().join("fingers.csv");
    api.download("people/fingers/export?native=true", &registry);
    let rows = fs::read_to_string(registry).unwrap();
    // Those of people without a finger have no template.
    let longest = |row: &'_ str| {
        row.split(',')
            .max_by_key(|field| field.len())
            .map(str::to_owned)
    };
    let templates = rows.lines().filter_map(longest);
    let templates: Vec<_> = templates.filter(|field| field.len() > 4 * ENOUGH).collect();
    assert!(!templates.is_empty(), "no template went along: {rows}");
    for (n, template) in templates.iter().enumerate() {
        let name = format!("row {n} of the registry");
        keep(&mut passed, name, &middle(template.as_bytes()));
    }
    let token = json!({ "name": "payroll", "role": "auditor" });
    let token = api.make("tokens", &token)["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    keep(&mut passed, "token".into(), token.as_bytes());
    let (leaver, photograph) = photographs.last().expect("another one");
    assert_eq!(api.call("DELETE", &format!("people/{leaver}"), None).0, 204);
    stand_before_a_camera(api, &fs::read(photograph).unwrap(), &mut passed);
    passed
}

/// Enrols somebody by a photograph; who that is.
fn enrol(api: &Api, photograph: &Path) -> String {
    let somebody = api.make("people", &json!({ "number": "900", "name": "Nina New" }));
    let id = somebody["id"].as_str().unwrap().to_owned();
    let status = api.upload(&format!("people/{id}/photo"), "image", photograph);
    assert_eq!(status, 200);
    id
}

fn press_a_finger(api: &Api, person: &str, scratch: &Path, passed: &mut Secrets) {
    let begin = json!({ "position": "left_thumb", "duress": false });
    let begun = api.make(&format!("people/{person}/fingers/enrolments"), &begin);
    let enrolment = format!("fingers/enrolments/{}", begun["id"].as_str().unwrap());
    for number in 0..3 {
        let (image, file) = (press(STRANGER, number).to_pgm(), scratch.join("press.pgm"));
        fs::write(&file, &image).unwrap();
        let (status, pressed) = api.send(&format!("{enrolment}/image"), "image", &file);
        assert_eq!(
            (status, &pressed["taken"]),
            (200, &json!(true)),
            "{pressed}"
        );
        keep(passed, format!("press {number}"), &middle(&image));
    }
    api.make(&format!("{enrolment}/finish"), &Value::Null);
}

/// Shows a picture to a camera until whoever is on it was taken for a stranger, and looks at the stranger.
fn stand_before_a_camera(api: &Api, jpeg: &[u8], passed: &mut Secrets) {
    let points = api.get("access-points");
    let camera =
        json!({ "kind": "camera_station", "name": "Webcam", "access_point": points[0]["id"] });
    let camera = api.make("devices", &camera);
    let mut station = Station::connected(api, camera["id"].as_str().unwrap());
    let stranger = eventually("a stranger is seen", || {
        let seen = station.frame(jpeg);
        // On a busy machine a frame may be refused; another is sent.
        assert!(seen["frame"].is_string(), "{seen}");
        api.get("strangers").get(0).cloned()
    });
    keep_large(passed, "frame", jpeg);
    let id = stranger["id"].as_str().unwrap();
    api.get(&format!("strangers/{id}"));
}

#[test]
fn a_stolen_edge_yields_no_template_picture_key_or_password() {
    let private = Private::new(&DEMO);
    let mut serving = private.start();
    let edge = private.edge("front", &["--set", "http.tls=off"]);
    let body = json!({ "token": serving.secret(), "name": "warden", "password": PASSWORD });
    let api = Api::enter(&edge.serving.address, "invitations/accept", &body).unwrap();
    let passed = work_through(&api);
    serving.stop().with(0);

    let mut secrets = secrets_of(private.data.path());
    for kind in [
        "template",
        "finger template",
        "photograph",
        "print",
        "stranger",
        "digest of token",
    ] {
        let known = secrets.keys().any(|name| name.starts_with(kind));
        assert!(known, "the site has no {kind}");
    }
    secrets.extend(passed);
    secrets.insert("password".into(), PASSWORD.as_bytes().to_vec());
    secrets.insert("session".into(), api.cookie().into_bytes());

    // The test can fail: what the edge does hold is found in the same way.
    let bundle = fs::read(edge.disk.path().join("bundle.pem")).unwrap();
    let own: Secrets = [("its address".into(), private.link.clone().into_bytes())].into();
    assert_eq!(
        in_memory(edge.serving.id(), &own).first().unwrap(),
        "its address"
    );

    // Connections that were in use have ended after a while, and with them their buffers.
    let mut found = Vec::new();
    eventually("memory is clean", || {
        found = in_memory(edge.serving.id(), &secrets);
        if !found.is_empty() {
            eprintln!("still there: {found:?}");
        }
        found.is_empty().then_some(())
    });

    let files = files_below(edge.disk.path());
    assert_eq!(files, [edge.disk.path().join("bundle.pem")]);
    assert_eq!(names_in(&bundle, &secrets), [""; 0]);
}

#[test]
fn the_only_key_that_an_edge_makes_is_that_of_its_https() {
    let private = Private::new(&["serve", "--no-pages"]);
    let _serving = private.start();
    let edge = private.edge("front", &["--set", "http.tls=on"]);
    let ca = edge.disk.path().join("keys/ca.crt.pem");
    let answers = || {
        let mut curl = Command::new("curl");
        let url = format!("{}/healthz", edge.serving.address);
        let output = curl
            .args(["-s", "--cacert"])
            .arg(&ca)
            .arg(url)
            .output()
            .unwrap();
        (output.stdout == b"ok\n").then_some(())
    };
    eventually("it answers by HTTPS", answers);
    let mut files: Vec<_> = files_below(edge.disk.path())
        .into_iter()
        .map(|path| path.strip_prefix(edge.disk.path()).unwrap().to_owned())
        .collect();
    files.sort();
    let expected = ["bundle.pem", "keys/ca.crt.pem", "keys/ca.key.pem"];
    assert_eq!(files, expected.map(std::path::PathBuf::from));
}

#[test]
fn a_value_that_is_there_is_found() {
    let secrets: Secrets = [("k".into(), b"0123456789abcdef".to_vec())].into();
    assert_eq!(names_in(b"...0123456789abcdef..", &secrets), ["k"]);
    assert!(names_in(b"0123456789abcde", &secrets).is_empty());
}
