#![no_main]

#[path = "../../crates/r30x/tests/wire/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::r30x_packets(bytes));
