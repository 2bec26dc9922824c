//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//! `cargo xtask soak`: four cameras for half an hour against the built binary; `--minutes N --main --faces FOLDER`.
//! `cargo xtask notices`: writes `docs/notices-libraries.md`.
use std::process::ExitCode;

fn main() -> anyhow::Result<ExitCode> {
    let root = xtask::repository_root();
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy(&root),
        Some("notices") => {
            std::fs::write(
                root.join("docs/notices-libraries.md"),
                xtask::notices(&root)?,
            )?;
            Ok(ExitCode::SUCCESS)
        }
        Some("soak") => soak(&root),
        _ => {
            eprintln!("usage: cargo xtask tidy|notices|soak [--minutes N] [--main] --faces FOLDER");
            Ok(ExitCode::from(2))
        }
    }
}

/// The script is JavaScript, as what else drives the built binary from outside.
fn soak(root: &std::path::Path) -> anyhow::Result<ExitCode> {
    let status = std::process::Command::new("node")
        .arg(root.join("e2e/soak.mjs"))
        .args(std::env::args().skip(2))
        .status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

fn tidy(root: &std::path::Path) -> anyhow::Result<ExitCode> {
    let findings = xtask::tidy(root)?;
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: nothing to complain about");
        return Ok(ExitCode::SUCCESS);
    }
    println!("tidy: {} to put right", findings.len());
    Ok(ExitCode::FAILURE)
}
