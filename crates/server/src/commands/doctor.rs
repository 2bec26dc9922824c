//! `gatebook doctor`: what is wrong, and what to do.

use super::load;
use crate::cli::{Common, Listen};
use crate::config::Config;
use crate::links::connector;
use anyhow::Result;
use jiff::Timestamp;
use link::{Protocol, Role};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::ExitCode;
use storage::{Inspection, ServerAddress};
use store::StoreError;
use vision::{OnnxRuntimeSetting, Runtime};

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
    found.extend(database(&config)?);
    found.extend(ports(&config));
    found.push(clock(Timestamp::now()));
    found.extend(dialled(&config)?);
    found.extend(broker(&config)?);
    found.extend(models(&config));
    found.extend(roll_call(&config)?);
    found.extend(exposure(&config));
    found.push(decoders());
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

/// Only network cameras with H.264 or H.265 need it.
fn decoders() -> Verdict {
    match cameras::decoders().ffmpeg {
        Some(ffmpeg) => Well(format!(
            "H.264 and H.265 of network cameras are decoded by {}",
            ffmpeg.display()
        )),
        None => Mind(
            "no ffmpeg: network cameras by RTSP show nothing; install ffmpeg, or take their MJPEG"
                .into(),
        ),
    }
}

fn ports(config: &Config) -> Vec<Verdict> {
    let wanted = [
        ("pages and API", Some(config.http.listen)),
        ("MQTT gateway", config.mqtt.listen),
        ("MQTT gateway with TLS", config.mqtt.tls_listen),
        ("classic MQTT", config.classic.mqtt),
        ("metrics", config.metrics.listen),
        ("links", config.link.listen),
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

/// On the host of an edge or a worker: whether the private part takes its bundle.
fn dialled(config: &Config) -> Result<Option<Verdict>> {
    if config.link.api.is_none() && config.link.bundle.is_none() {
        return Ok(None);
    }
    let connector = match connector(config, Role::Edge, Protocol::Http, 0) {
        Ok(connector) => connector,
        Err(error) => return Ok(Some(Wrong(format!("{error:#}")))),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let address = connector.address();
    Ok(Some(match runtime.block_on(connector.connect()) {
        // The bundle of a worker may not speak what an edge does; it was known all the same.
        Ok(_) | Err(link::Error::WrongRole(_)) => {
            Well(format!("the private part at {address} takes link.bundle"))
        }
        Err(error) => Wrong(format!("link.api: {error}")),
    }))
}

/// Whether the site's own broker lets Gatebook in. It is asked under another client id, so that a
/// Gatebook that runs stays connected.
fn broker(config: &Config) -> Result<Option<Verdict>> {
    let (dialler, settings) = match crate::broker::configured(config) {
        Ok(Some(configured)) => configured,
        Ok(None) => return Ok(None),
        Err(error) => return Ok(Some(Wrong(format!("{error:#}")))),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let name = &settings.name;
    let checked = runtime.block_on(devices::broker::check(&dialler, &settings));
    Ok(Some(match checked {
        Ok(()) => Well(format!("the broker {name} lets Gatebook in")),
        Err(why) => Wrong(format!(
            "the broker {name}: {why}; see mqtt.broker in the configuration"
        )),
    }))
}

/// What is wrong with the database server, where there is one.
fn database(config: &Config) -> Result<Vec<Verdict>> {
    let Some(server) = config.database.server()? else {
        return Ok(Vec::new());
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(match runtime.block_on(server.inspect()) {
        Ok(found) => inspected(&server, &found),
        Err(StoreError::InUseElsewhere) => vec![Mind(format!("{server}: a Gatebook is using it"))],
        Err(error) => vec![Wrong(format!("{server}: {error}"))],
    })
}

fn inspected(server: &ServerAddress, found: &Inspection) -> Vec<Verdict> {
    let Inspection { version, .. } = found;
    let mut verdicts = vec![if found.new_enough {
        Well(format!("{server}: PostgreSQL {version} answers"))
    } else {
        Wrong(format!(
            "PostgreSQL {version} is too old: install 15 or later"
        ))
    }];
    if found.encoding != "UTF8" {
        verdicts.push(Wrong(format!(
            "the database keeps text as {}: CREATE DATABASE … ENCODING 'UTF8'",
            found.encoding
        )));
    }
    if !found.may_create {
        verdicts.push(Wrong(
            "this user may make no tables: GRANT CREATE ON SCHEMA public TO the user".into(),
        ));
    }
    if !found.durable {
        verdicts.push(Wrong(
            "the server has fsync or full_page_writes off: what it acknowledges does not survive a \
             failure of power"
                .into(),
        ));
    }
    if found.migrations > 0 {
        let count = found.migrations;
        verdicts.push(Mind(format!(
            "the next start brings the tables up to date ({count} steps)"
        )));
    }
    verdicts
}

/// Whether the cameras that look at a class are there.
fn roll_call(config: &Config) -> Result<Vec<Verdict>> {
    if config.vision.roll_call.is_empty() {
        return Ok(Vec::new());
    }
    let server = config.database.server()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let read = storage::devices_beside(&config.data_dir, server.as_ref());
    Ok(match runtime.block_on(read) {
        Ok(devices) => {
            let wrong = config.vision.no_cameras(&devices);
            wrong.into_iter().map(Wrong).collect()
        }
        Err(error) => vec![Mind(format!(
            "whether vision.roll_call names cameras cannot be told: {error}"
        ))],
    })
}

/// Which runtime and models recognition uses.
fn models(config: &Config) -> Vec<Verdict> {
    let vision = &config.vision;
    let (runtime, why) = Runtime::choose(&vision.onnx_runtime);
    let runs = format!("recognition runs on {runtime}");
    let runtime = match why {
        None => Well(runs),
        Some(why) if vision.onnx_runtime == OnnxRuntimeSetting::Auto => {
            Well(format!("{runs} ({why})"))
        }
        Some(why) => Wrong(format!(
            "{runs}, for vision.onnx_runtime does not load: {why}"
        )),
    };
    let setup = crate::models::setup(config);
    let models = match setup {
        Ok(_) => Well(format!(
            "faces are found by {} and compared by {}",
            vision.detector, vision.embedder
        )),
        Err(error) => Wrong(format!("{error:#}")),
    };
    let spoof = crate::models::spoof_rule(config).ok().flatten();
    let spoof = spoof.map(|rule| {
        let establishes = if vision.spoof_establishes {
            ", which is enough where nothing is asked"
        } else {
            ""
        };
        Well(format!(
            "faces are held to be real or pictures by {}, real from {:.3}{establishes}",
            vision.spoof.join(" and "),
            rule.threshold()
        ))
    });
    [runtime, models].into_iter().chain(spoof).collect()
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
    if let Ok(Some(address)) = config.mqtt.broker.address()
        && !address.tls
        && !["localhost", "127.0.0.1", "::1"].contains(&address.host.as_str())
    {
        found.push(Mind(format!(
            "{address} is plain MQTT: passwords and what devices report can be read on the way; \
             mqtts:// encrypts"
        )));
    }
    if config.https() && config.http.names.is_empty() {
        found.push(Mind(
            "http.names is empty: name the host as people type it, or browsers will warn".into(),
        ));
    }
    found
}
