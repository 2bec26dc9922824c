//! Everything in `fuzz/corpus/canonical`, cut off at every length.
#![allow(clippy::unwrap_used)]

#[path = "wire/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

#[test]
fn json_of_any_shape() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/canonical");
    for file in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for end in 0..=bytes.len() {
            targets::canonical(&bytes[..end]);
        }
    }
}
