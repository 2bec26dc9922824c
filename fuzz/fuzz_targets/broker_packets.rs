#![no_main]

#[path = "../../crates/devices/tests/wire/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::broker_packets(bytes));
