#![no_main]

#[path = "../../crates/ledger/tests/wire/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::checkpoint(bytes));
