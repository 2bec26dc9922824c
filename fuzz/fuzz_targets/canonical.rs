#![no_main]

#[path = "../../crates/model/tests/wire/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::canonical(bytes));
