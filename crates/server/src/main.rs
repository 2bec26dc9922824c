//! The `gatebook` binary.
fn main() {}
