//! Everything in `fuzz/corpus` is taken apart here too, cut off at every length: machines without
//! libFuzzer notice when what was found once comes back.
#![allow(clippy::unwrap_used)]

#[path = "wire/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

fn replay(target: fn(&[u8]), corpus: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let mut seeds = 0;
    for file in fs::read_dir(folder.join(corpus)).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        for end in 0..=bytes.len() {
            target(&bytes[..end]);
        }
        seeds += 1;
    }
    assert!(seeds > 0, "no seeds for {corpus}");
}

#[test]
fn parts_of_mjpeg_streams() {
    replay(targets::mjpeg_parts, "mjpeg_parts");
}

#[test]
fn answers_of_onvif_cameras() {
    replay(targets::onvif_answers, "onvif_answers");
}
