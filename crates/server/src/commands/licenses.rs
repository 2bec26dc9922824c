//! `gatebook licenses`.

use anyhow::Result;
use std::process::ExitCode;

const OURS: &str = include_str!("../../../../LICENSE-MIT");
const MODELS: &str = include_str!("../../../../docs/notices-models.md");
const PAGE: &str = include_str!("../../../../docs/notices-page.md");
const LIBRARIES: &str = include_str!("../../../../docs/notices-libraries.md");

pub fn run() -> Result<ExitCode> {
    println!("Gatebook is licensed under MIT or Apache-2.0, at your choice.\n\n{OURS}");
    println!("{MODELS}\n\n{PAGE}\n\n{LIBRARIES}");
    Ok(ExitCode::SUCCESS)
}
