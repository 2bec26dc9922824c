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
fn packets_of_classic_boards() {
    replay(targets::classic_packets, "classic_packets");
}

#[test]
fn lines_of_classic_boards() {
    replay(targets::classic_lines, "classic_lines");
}

#[test]
fn registries_on_cards() {
    replay(targets::card_people, "card_people");
}

#[test]
fn logs_on_cards() {
    replay(targets::card_log, "card_log");
}

#[test]
fn reports_of_native_devices() {
    replay(targets::native_report, "native_report");
}

#[test]
fn packets_of_a_broker() {
    replay(targets::broker_packets, "broker_packets");
}

#[test]
fn messages_that_a_broker_delivered() {
    replay(targets::broker_message, "broker_message");
}

#[test]
fn beginnings_of_pictures() {
    replay(targets::jpeg_start, "jpeg_start");
}
