//! `gatebook people`.

use crate::card_pictures::Folder;
use crate::cli::People;
use crate::commands::{progress, report};
use crate::compose::Running;
use crate::config::Config;
use crate::fingers;
use anyhow::{Context, Result, anyhow};
use api::ports::CardFiles;
use model::{Author, PersonStatus, Timestamp};
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

pub async fn run(config: Config, people: People) -> Result<ExitCode> {
    let running = Running::start(config.without_ports()).await?;
    let done = match people {
        People::Import { csv, photos } => import(&running, &csv, photos.as_deref()).await,
        People::ImportFingers { csv } => import_fingers(&running, &csv).await,
        People::ExportFingers { native } => export_fingers(&running, native).await,
        People::Export { classic: true } => export_classic(&running).await,
        People::Export { classic: false } => export_all(&running).await,
    };
    let stopped = running.stop().await;
    let done = done?;
    stopped?;
    Ok(done)
}

async fn import(running: &Running, csv: &Path, photos: Option<&Path>) -> Result<ExitCode> {
    let bytes = std::fs::read(csv).with_context(|| format!("cannot read {}", csv.display()))?;
    let photos = Folder::open(photos).context("cannot read the folder of photographs")?;
    let tell = progress::on_terminal("people");
    let done = running
        .cards
        .import_people(bytes.into(), photos, Author::Console, tell)
        .await;
    Ok(report::tell("people", &done.map_err(|e| anyhow!(e))?))
}

/// The registry with every field, for a spreadsheet or another system.
async fn export_all(running: &Running) -> Result<ExitCode> {
    let mut out = csv::Writer::from_writer(std::io::stdout());
    out.write_record([
        "number",
        "name",
        "department",
        "status",
        "valid_from",
        "valid_until",
        "age",
        "gender",
        "birth_date",
        "identity_number",
        "phone",
        "address",
    ])?;
    for person in running.cards.everybody().await? {
        let (details, instant) = (&person.details, |at: Option<Timestamp>| {
            at.map_or_else(String::new, |at| at.to_string())
        });
        let status = match person.status {
            PersonStatus::Active => "active",
            PersonStatus::Suspended => "suspended",
        };
        out.write_record([
            &person.number,
            &person.name,
            &person.department,
            status,
            &instant(person.valid_from),
            &instant(person.valid_until),
            &details.age,
            &details.gender,
            &details.birth_date,
            &details.identity_number,
            &details.phone,
            &details.address,
        ])?;
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

async fn import_fingers(running: &Running, csv: &Path) -> Result<ExitCode> {
    let bytes = std::fs::read(csv).with_context(|| format!("cannot read {}", csv.display()))?;
    let shelf = running.desk.shelf();
    let tell = progress::on_terminal("rows");
    let done = fingers::import(shelf, bytes.into(), Author::Console, tell).await;
    Ok(report::tell("rows", &done.map_err(|e| anyhow!(e))?))
}

/// Fingers of duress stay: their mark must not be lost on the way.
async fn export_fingers(running: &Running, native: bool) -> Result<ExitCode> {
    let format = if native {
        fingers::Format::Native
    } else {
        fingers::Format::Iso
    };
    let (text, left_out) = fingers::export(&*running.store, format).await?;
    std::io::stdout().write_all(text.as_bytes())?;
    if left_out > 0 {
        eprintln!("left out: {left_out} fingers of duress");
    }
    Ok(ExitCode::SUCCESS)
}

async fn export_classic(running: &Running) -> Result<ExitCode> {
    let (text, missing) = running
        .cards
        .export_people()
        .await
        .map_err(|e| anyhow!(e))?;
    std::io::stdout().write_all(text.as_bytes())?;
    for person in &missing {
        eprintln!("left out: person number {person}");
    }
    Ok(ExitCode::from(u8::from(!missing.is_empty())))
}
