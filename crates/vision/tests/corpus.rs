//! Every image in `fuzz/corpus/image` is read whole, and refused cut off at every length.
#![allow(clippy::unwrap_used)]

#[path = "wire/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

#[test]
fn images() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/image");
    let mut seeds = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        assert!(targets::image(&bytes), "{path:?}");
        for end in 0..bytes.len() {
            assert!(!targets::image(&bytes[..end]), "{path:?} cut to {end}");
        }
        seeds += 1;
    }
    assert!(seeds > 0);
}
