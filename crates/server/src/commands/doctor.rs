//! `gatebook doctor`: what is wrong, and what to do.

use super::load;
use crate::cli::{Common, Listen};
use crate::config::Config;
use anyhow::Result;
use jiff::Timestamp;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;

/// Free bytes under which a site should not run on.
const LITTLE_SPACE: u64 = 1 << 30;

enum Verdict {
    Well(String),
    Mind(String),
    Wrong(String),
}
use Verdict::{Mind, Well, Wrong};

pub fn run(common: &Common) -> Result<ExitCode> {
    let config = match load(common, &Listen::default()) {
        Ok(config) => config,
        Err(error) => return Ok(tell(&[Wrong(format!("{error:#}"))])),
    };
    let mut found = vec![Well("the configuration is understood".into())];
    found.extend(data_directory(&config.data_dir));
    found.extend(keys(&config.data_dir.join("keys")));
    found.extend(ports(&config));
    found.push(clock(Timestamp::now()));
    found.extend(exposure(&config));
    Ok(tell(&found))
}

fn tell(found: &[Verdict]) -> ExitCode {
    let mut wrong = 0;
    for verdict in found {
        match verdict {
            Well(text) => println!("  ok     {text}"),
            Mind(text) => println!("  mind   {text}"),
            Wrong(text) => {
                wrong += 1;
                println!("  WRONG  {text}");
            }
        }
    }
    println!(
        "{}",
        if wrong == 0 {
            "Nothing is wrong."
        } else {
            "See the lines marked WRONG."
        }
    );
    ExitCode::from(u8::from(wrong > 0))
}

fn data_directory(dir: &Path) -> Vec<Verdict> {
    let shown = dir.display();
    if !dir.exists() {
        return vec![Mind(format!(
            "{shown} does not exist yet; `gatebook serve` makes it"
        ))];
    }
    let mut found = vec![match tempfile::tempfile_in(dir) {
        Ok(_) => Well(format!("{shown} can be written")),
        Err(e) => Wrong(format!(
            "{shown} cannot be written ({e}): give it to this user"
        )),
    }];
    found.extend(free_space(dir).map(|free| {
        let mb = free >> 20;
        if free < LITTLE_SPACE {
            Wrong(format!(
                "{mb} MB are free under {shown}: make room, pictures need it"
            ))
        } else {
            Well(format!("{mb} MB are free under {shown}"))
        }
    }));
    found
}

/// Free bytes by `df`, which knows every file system; `None` where it is missing.
fn free_space(dir: &Path) -> Option<u64> {
    let out = std::process::Command::new("df")
        .arg("-Pk")
        .arg(dir)
        .output()
        .ok()?;
    let text = String::from_utf8(out.stdout).ok()?;
    let kib: u64 = text
        .lines()
        .nth(1)?
        .split_whitespace()
        .nth(3)?
        .parse()
        .ok()?;
    kib.checked_mul(1024)
}

fn keys(dir: &Path) -> Vec<Verdict> {
    let Ok(files) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let open: Vec<String> = files
        .filter_map(Result::ok)
        .filter(|file| !file.file_name().to_string_lossy().ends_with(".crt.pem"))
        .filter(|file| {
            file.metadata()
                .is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
        })
        .map(|file| file.path().display().to_string())
        .collect();
    if open.is_empty() {
        return vec![Well(
            "keys are readable by their owner alone; back them up apart".into(),
        )];
    }
    open.iter()
        .map(|file| Wrong(format!("others can read {file}: chmod 600 {file}")))
        .collect()
}

fn ports(config: &Config) -> Vec<Verdict> {
    let wanted = [
        ("pages and API", Some(config.http.listen)),
        ("MQTT gateway", config.mqtt.listen),
        ("classic MQTT", config.classic.mqtt),
        ("classic upload", config.classic.http),
    ];
    wanted
        .into_iter()
        .filter_map(|(what, address)| Some(port(what, address?)))
        .collect()
}

fn port(what: &str, address: SocketAddr) -> Verdict {
    match TcpListener::bind(address) {
        Ok(_) => Well(format!("{what}: {address} is free")),
        Err(e) if e.kind() == std::io::ErrorKind::AddrInUse => Mind(format!(
            "{what}: {address} is in use: by a running Gatebook, or by another program"
        )),
        Err(e) => Wrong(format!("{what}: {address} cannot be opened: {e}")),
    }
}

fn clock(now: Timestamp) -> Verdict {
    // Built after this; an earlier clock was reset.
    if now.as_second() < 1_767_225_600 {
        return Wrong(format!(
            "the clock says {now}: set it (systemctl start systemd-timesyncd)"
        ));
    }
    Well(format!("the clock says {now}"))
}

fn exposure(config: &Config) -> Vec<Verdict> {
    let mut found = Vec::new();
    if config.classic.mqtt.is_some() || config.classic.http.is_some() {
        found.push(Mind(
            "classic listeners are on: boards are known by address alone, which is no \
             authentication; keep them on a network of their own"
                .into(),
        ));
    }
    if config.https() && config.http.names.is_empty() {
        found.push(Mind(
            "http.names is empty: name the host as people type it, or browsers will warn".into(),
        ));
    }
    found
}
