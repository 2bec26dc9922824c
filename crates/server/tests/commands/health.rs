//! What a site tells of itself without sign-in, and where.

use crate::api::{answer, ready};
use crate::process::{Serving, eventually};
use std::process::Command;
use tempfile::tempdir;

/// Status and text of an address.
fn get(url: &str) -> (u16, String) {
    let output = Command::new("curl")
        .args(["-s", "-w", "\n%{http_code}", url])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    (status.parse().unwrap(), body.to_owned())
}

#[test]
fn metrics_and_counts_are_told_at_an_address_of_their_own_alone() {
    let data = tempdir().unwrap();
    let serving = Serving::start(data.path(), &[]);
    eventually("the first checkpoint is measured", || {
        let (status, metrics) = get(&format!("{}/metrics", serving.metrics));
        (status == 200 && metrics.contains("gatebook_log_entries")).then_some(())
    });
    assert!(ready(&serving.metrics)["log_entries"].is_u64());

    let public = ready(&serving.address);
    assert_eq!(public["ready"], true);
    assert_eq!(public.get("log_entries"), None);
    let (status, page) = get(&format!("{}/metrics", serving.address));
    assert!(!page.contains("gatebook_"), "{status}: {page}");
    for address in [&serving.address, &serving.metrics] {
        assert_eq!(get(&format!("{address}/healthz")), (200, "ok\n".into()));
    }
    serving.stop().with(0);
}

#[test]
fn device_names_and_passwords_are_throttled_by_http_too() {
    let data = tempdir().unwrap();
    let serving = Serving::start(data.path(), &[]);
    let guess = || {
        let url = format!("{}/api/v1/devices/observations", serving.address);
        let mut curl = Command::new("curl");
        curl.args(["-s", "-w", "\n%{http_code}", "-u", "door:guess", "-d", "{}"]);
        answer(curl.arg(url)).0
    };
    let answers: Vec<u16> = (0..8).map(|_| guess()).collect();
    assert_eq!(answers[..5], [401; 5]);
    assert!(answers[5..].contains(&429), "{answers:?}");
    serving.stop().with(0);
}
