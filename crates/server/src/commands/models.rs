//! `gatebook models`.

use crate::cli::Models;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::models::{self, BLAZEFACE, Consent, FACE_API, Shelf, fetch, shipped};
use anyhow::{Context, Result, bail};
use api::ports::Clock;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use vision::models::{Card, Kind, Model, self_test, spoof_self_test};
use vision::{Engine, Setup};

pub async fn run(config: Config, command: Models) -> Result<ExitCode> {
    let shelf = Shelf::of(&config.data_dir);
    match command {
        Models::List => list(&config, &shelf)?,
        Models::Add { card, yes } => {
            let text = std::fs::read_to_string(&card);
            let text = text.with_context(|| card.display().to_string())?;
            let read = Card::read(&text).with_context(|| card.display().to_string())?;
            add(&shelf, (&text, read), &card, yes).await?;
        }
        Models::Pull { name: None, .. } => pullable()?,
        Models::Pull {
            name: Some(name),
            show: true,
            ..
        } => print!("{}", shipped::named(&name)?.0),
        Models::Pull {
            name: Some(name),
            yes,
            ..
        } => add(&shelf, shipped::named(&name)?, Path::new("."), yes).await?,
        Models::Remove { name } => remove(&config, &shelf, &name)?,
        Models::Verify { name } => return verify(&config, &shelf, name.as_deref()),
    }
    Ok(ExitCode::SUCCESS)
}

fn list(config: &Config, shelf: &Shelf) -> Result<()> {
    let vision = &config.vision;
    let used = |name: &str| {
        if vision.uses(name) { "in use" } else { "" }
    };
    println!("{:<20} {:<10} {:<8} licence", "name", "kind", "");
    for (name, kind) in [(BLAZEFACE, "detector"), (FACE_API, "embedder")] {
        println!("{name:<20} {kind:<10} {:<8} MIT, embedded", used(name));
    }
    for (name, kept) in shelf.list()? {
        let kept = match kept {
            Ok(kept) => kept,
            Err(error) => {
                println!("{name:<20} WRONG: {error:#}");
                continue;
            }
        };
        let card = kept.card;
        let agreed = kept.consent.map_or_else(
            || "put here by hand".into(),
            |consent| format!("agreed {}", consent.at),
        );
        println!(
            "{:<20} {:<10} {:<8} {}, {agreed}",
            card.name,
            kind(card.kind),
            used(&card.name),
            card.licence
        );
    }
    Ok(())
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Yunet => "detector",
        Kind::Embedder => "embedder",
        Kind::Spoof => "spoof",
    }
}

/// The line of the configuration that uses a model.
fn used_by(card: &Card) -> String {
    let name = &card.name;
    match card.kind {
        Kind::Yunet | Kind::Embedder => format!("vision.{} = \"{name}\"", kind(card.kind)),
        Kind::Spoof => format!("vision.spoof = [\"{name}\"]"),
    }
}

fn pullable() -> Result<()> {
    for (_, card) in shipped::all()? {
        println!("{:<20} {:<10} {}", card.name, kind(card.kind), card.licence);
    }
    println!(
        "`gatebook models pull NAME` fetches one, checks its SHA-256 and asks for consent to its licence."
    );
    Ok(())
}

/// Adds the model of a card: as it is written, and as it is read. Its file may be beside `path`.
async fn add(shelf: &Shelf, (text, card): (&str, Card), path: &Path, yes: bool) -> Result<()> {
    if [BLAZEFACE, FACE_API].contains(&card.name.as_str()) {
        bail!(
            "{} is the name of an embedded model: give the card another",
            card.name
        );
    }
    println!("{} ({}), from {}", card.name, kind(card.kind), card.source);
    println!("Licence: {}", card.licence);
    let consent = Consent {
        licence: card.licence.clone(),
        at: SystemClock.now(),
        how: agreed(yes)?.into(),
    };
    let progress = |size: u64| {
        if std::io::stderr().is_terminal() {
            eprint!("\r{} kB", size >> 10);
        }
    };
    let file = fetch(&card.source, path, progress).await?;
    let model = Model::new(card, file.clone())?;
    // A file that no engine can be made of is not kept.
    Engine::of(&with(&Setup::default(), &model))?;
    shelf.add(text, &model, &file, &consent)?;
    let name = &model.card.name;
    let setting = used_by(&model.card);
    println!("Added. `gatebook models verify {name}` tries it; {setting} uses it.");
    Ok(())
}

/// How consent was given.
fn agreed(yes: bool) -> Result<&'static str> {
    if yes {
        return Ok("by --yes");
    }
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to agree to the licence: add --yes if you do");
    }
    print!("Do you agree to this licence? Write yes: ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() != "yes" {
        bail!("not agreed: nothing was fetched");
    }
    Ok("asked")
}

fn remove(config: &Config, shelf: &Shelf, name: &str) -> Result<()> {
    if config.vision.uses(name) {
        bail!("{name} is in use: change vision.detector, vision.embedder or vision.spoof first");
    }
    shelf.remove(name)?;
    println!("Removed {name}.");
    Ok(())
}

/// `setup` with `model` in the place it is made for.
fn with(setup: &Setup, model: &Model) -> Setup {
    let mut setup = setup.clone();
    match model.card.kind {
        Kind::Yunet => setup.detector = Some(model.clone()),
        Kind::Embedder => setup.embedder = Some(model.clone()),
        Kind::Spoof => setup.spoof = vec![model.clone()],
    }
    setup
}

fn verify(config: &Config, shelf: &Shelf, name: Option<&str>) -> Result<ExitCode> {
    let base = Setup {
        runtime: models::runtime(&config.vision),
        ..Setup::default()
    };
    let mut tried = vec![("the embedded models".to_owned(), Ok(base.clone()))];
    for (name, _) in shelf.list()? {
        let setup = shelf.load(&name).map(|model| with(&base, &model));
        tried.push((name, setup));
    }
    if let Some(name) = name {
        tried.retain(|(tried, _)| tried == name);
        if tried.is_empty() {
            bail!("there is no model {name:?} here");
        }
    }
    let mut wrong = 0;
    for (name, setup) in tried {
        match setup.and_then(|setup| tried_out(&setup)) {
            Ok(report) => println!("  ok     {name}: {report}"),
            Err(error) => {
                wrong += 1;
                println!("  WRONG  {name}: {error:#}");
            }
        }
    }
    Ok(ExitCode::from(u8::from(wrong > 0)))
}

/// What the test of the models of `setup` says.
fn tried_out(setup: &Setup) -> Result<String> {
    let engine = Engine::of(setup)?;
    Ok(if engine.spoof().is_some() {
        spoof_self_test(&engine)?
    } else {
        self_test(&engine)?
    })
}
