//! `cargo xtask tidy`: the rules of the house that no compiler checks.
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
        _ => {
            eprintln!("usage: cargo xtask tidy|notices");
            Ok(ExitCode::from(2))
        }
    }
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
