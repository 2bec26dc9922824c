//! A full disk: a real one, a small file system in memory. Mounting it takes root; without it the
//! tests say so and do nothing.

use crate::api::{Api, entries};
use crate::device_http::Device;
use crate::process::{Serving, eventually, run};
use serde_json::json;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::{TempDir, tempdir};

struct SmallDisk(TempDir);

impl SmallDisk {
    fn mounted(size: &str) -> Option<Self> {
        let dir = tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(dir.path());
        if mount.output().is_ok_and(|done| done.status.success()) {
            return Some(Self(dir));
        }
        eprintln!("SKIPPED: a small file system cannot be mounted here (it takes root)");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the space there is; the file to remove to give it back.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("something-large");
        let mut file = File::create(&path).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).output();
    }
}

#[test]
fn a_new_site_on_a_full_disk_says_so() {
    let Some(disk) = SmallDisk::mounted("24m") else {
        return;
    };
    disk.fill();
    run(
        disk.path(),
        &["serve", "--listen", "127.0.0.1:0", "--mqtt", "127.0.0.1:0"],
    )
    .with(73)
    .saying("no space left");
}

#[test]
fn a_disk_that_fills_up_refuses_devices_damages_nothing_and_goes_on_with_room() {
    let Some(disk) = SmallDisk::mounted("24m") else {
        return;
    };
    let mut serving = Serving::start(disk.path(), &[]);
    let device = Device::added(&Api::first(&mut serving));
    let before = entries(&serving);
    assert_eq!(device.report(&serving.address, 1).0, 200);

    let large = disk.fill();
    // What was written before leaves the database some pages to write into.
    let mut sequence = 1;
    let refused = eventually("a report is refused", || {
        sequence += 1;
        let (status, _) = device.report(&serving.address, sequence);
        (status != 200).then_some(status)
    });
    assert_eq!(refused, 503);
    // The journal is read beside the answer, and may come after it.
    eventually("it says why", || {
        serving.said().contains("no space left").then_some(())
    });

    fs::remove_file(large).unwrap();
    eventually("it goes on", || {
        (device.report(&serving.address, sequence).0 == 200).then_some(())
    });
    eventually("everything acknowledged is in the log", || {
        (entries(&serving) >= before + sequence).then_some(())
    });
    serving.stop().with(0);
    run(disk.path(), &["verify"])
        .with(0)
        .saying("The log verifies");
    assert_eq!(
        crate::verifying::entries_in(disk.path()),
        i64::try_from(before + sequence).unwrap()
    );
}

/// A PostgreSQL server of its own on a small disk.
struct SmallServer {
    disk: SmallDisk,
    url: String,
}

impl SmallServer {
    /// With room for its own files and little more.
    fn started() -> Option<Self> {
        let disk = SmallDisk::mounted("112m")?;
        let said = server("start", disk.path());
        assert!(said.status.success(), "{said:?}");
        let url = String::from_utf8(said.stdout).unwrap().trim().to_owned();
        Some(Self { disk, url })
    }
}

impl Drop for SmallServer {
    fn drop(&mut self) {
        server("stop", self.disk.path());
    }
}

fn server(what: &str, disk: &Path) -> Output {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/postgres.sh");
    Command::new(script)
        .arg(what)
        .arg(disk.join("server"))
        .output()
        .unwrap()
}

#[test]
fn a_server_whose_disk_fills_up_refuses_devices_is_named_on_the_page_and_goes_on_with_room() {
    let Some(small) = SmallServer::started() else {
        return;
    };
    let data = tempdir().unwrap();
    let there = format!("database.url={}", small.url);
    let mut serving = Serving::start(data.path(), &["--set", &there]);
    let api = Api::first(&mut serving);
    let device = Device::added(&api);
    let before = entries(&serving);
    assert_eq!(device.report(&serving.address, 1).0, 200);

    let large = small.disk.fill();
    let mut sequence = 1;
    let refused = eventually("a report is refused", || {
        sequence += 1;
        let (status, _) = device.report(&serving.address, sequence);
        (status != 200).then_some(status)
    });
    assert_eq!(refused, 503);
    // What stands is still shown; what would change it is refused with the reason.
    assert!(api.get("areas").to_string().contains("behind Door"));
    let (status, problem) = eventually("a change is refused", || {
        let name = json!({ "name": format!("hall {}", uuid::Uuid::new_v4()) });
        let (status, problem) = api.call("POST", "areas", Some(&name));
        (status >= 300).then_some((status, problem))
    });
    assert_eq!(status, 507, "{problem}");
    assert!(problem.to_string().contains("database server"), "{problem}");

    fs::remove_file(large).unwrap();
    eventually("it goes on", || {
        (device.report(&serving.address, sequence).0 == 200).then_some(())
    });
    eventually("everything acknowledged is in the log", || {
        (entries(&serving) >= before + sequence).then_some(())
    });
    serving.stop().with(0);
    run(data.path(), &["verify", "--set", &there])
        .with(0)
        .saying("The log verifies");
}
