#![no_main]

#[path = "../../crates/cameras/tests/wire/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::onvif_answers(bytes));
