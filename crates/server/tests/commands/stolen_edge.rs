//! What somebody finds who carries an edge away: its disk, and its memory while it runs.

use crate::api::{Api, PASSWORD};
use crate::hosts::Private;
use crate::process::eventually;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use storage::{DataDir, Options, PictureFiles, SqlStore};
use store::{Accounts, People, Pictures};

/// Bytes by which a secret is recognised: enough that they are nowhere by chance.
const ENOUGH: usize = 24;

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

/// The middle of something large: its head may be like that of others.
fn middle(bytes: &[u8]) -> Vec<u8> {
    let at = bytes.len() / 2;
    bytes[at..bytes.len().min(at + ENOUGH)].to_vec()
}

/// Everything of the site that nobody may find, once its process has ended.
fn secrets_of(site: &Path) -> Secrets {
    let mut secrets = Secrets::new();
    let mut keep = |name: String, bytes: Vec<u8>| {
        assert!(
            bytes.len() >= ENOUGH.min(16),
            "{name} is too short to be looked for"
        );
        secrets.insert(name, bytes);
    };
    for file in ["site.key", "log.ed25519"] {
        let path = files_below(site)
            .into_iter()
            .find(|path| path.ends_with(file));
        keep(file.into(), fs::read(path.unwrap()).unwrap());
    }
    let key = fs::read_to_string(site.join("keys/link-ca.key.pem")).unwrap();
    keep("link authority".into(), middle(key.as_bytes()));
    let work = async {
        let data = DataDir::open(site).unwrap();
        let store = SqlStore::open(&data, Options::default()).await.unwrap();
        let pictures = PictureFiles::open(&data).unwrap();
        for user in store.users().await.unwrap() {
            keep(
                format!("hash of {}", user.name),
                user.password_hash.unwrap().into_bytes(),
            );
        }
        for (n, template) in store.face_templates().await.unwrap().iter().enumerate() {
            keep(format!("template {n}"), middle(&template.bytes));
        }
        let people = store
            .people(&store::PeopleQuery {
                limit: 100,
                ..Default::default()
            })
            .await
            .unwrap();
        for (n, photo) in people.iter().filter_map(|person| person.photo).enumerate() {
            keep(
                format!("photograph {n}"),
                middle(&pictures.get(photo).await.unwrap().unwrap()),
            );
        }
    };
    tokio::runtime::Runtime::new().unwrap().block_on(work);
    secrets
}

/// Looks at everybody's photograph, and enrols somebody with one of them.
fn work_through(edge: &str, api: &Api) {
    let people = api.get("people?limit=100");
    let people = people["people"].as_array().unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let mut last = None;
    for person in people {
        let Some(photo) = person["photo"].as_str() else {
            continue;
        };
        let file = scratch.path().join(photo);
        api.download(&format!("pictures/{photo}"), &file);
        last = Some(file);
    }
    let somebody = api.make("people", &json!({ "number": "900", "name": "Nina New" }));
    let id = somebody["id"].as_str().unwrap();
    let status = api.upload(
        &format!("people/{id}/photo"),
        "image",
        &last.expect("a photograph"),
    );
    assert_eq!(status, 200, "through {edge}");
}

#[test]
fn a_stolen_edge_yields_no_template_picture_key_or_password() {
    let private = Private::new(&DEMO);
    let mut serving = private.start();
    let edge = private.edge("front", &["--set", "http.tls=off"]);
    let body = json!({ "token": serving.secret(), "name": "warden", "password": PASSWORD });
    let api = Api::enter(&edge.serving.address, "invitations/accept", &body).unwrap();
    work_through(&edge.serving.address, &api);
    serving.stop().with(0);

    let mut secrets = secrets_of(private.data.path());
    assert!(secrets.keys().any(|name| name.starts_with("template")));
    assert!(secrets.keys().any(|name| name.starts_with("photograph")));
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
