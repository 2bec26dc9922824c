//! `gatebook models`: a site's own models, by their cards.

use crate::process::run;
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
fn serve(answers: Vec<Vec<u8>>) -> String {
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

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
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
