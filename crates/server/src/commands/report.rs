//! How an import's outcome is told.

use api::ports::ImportReport;
use std::process::ExitCode;

/// Prints what became of an import; exit code 1 when rows were refused.
pub fn tell(what: &str, report: &ImportReport) -> ExitCode {
    println!(
        "{what}: {} added, {} changed, {} known already; {} pictures taken over; {} rows refused",
        report.added,
        report.changed,
        report.unchanged,
        report.pictures,
        report.refused.len()
    );
    for row in &report.refused {
        println!("  line {}: {}", row.line, row.reason);
    }
    for remark in &report.remarks {
        println!("  {remark}");
    }
    ExitCode::from(u8::from(!report.refused.is_empty()))
}
