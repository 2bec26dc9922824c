#![no_main]

#[path = "../../crates/server/src/fingers/registry_csv.rs"]
#[allow(dead_code)]
mod registry_csv;

/// As in the server, whose module this is.
const MODEL: &str = "gatebook-fingerprint/1";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drop(registry_csv::read(bytes)));
