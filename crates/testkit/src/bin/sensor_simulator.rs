//! A fingerprint sensor on a pseudo-terminal, for tools that want a serial device.
//!
//! `sensor_simulator [--link PATH] [--model r307|odd-r307|r503] [--template 512|768|1536] [--real-time]`
//!
//! Prints `device PATH`, then obeys one order a line on standard input (see `testkit::sensor::obey`), and
//! `unplug`, `plug` and `quit`. Each is answered by one line: what was done, or `error` and why.

use std::path::PathBuf;

use anyhow::{Context, bail};
use testkit::sensor::{Bench, Model, Plugged, obey};
use tokio::io::{AsyncBufReadExt, BufReader};

struct Wishes {
    link: Option<PathBuf>,
    model: Model,
}

fn wishes(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Wishes> {
    let mut wishes = Wishes {
        link: None,
        model: Model::R307,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || {
            arguments
                .next()
                .with_context(|| format!("{argument} wants a value"))
        };
        match argument.as_str() {
            "--link" => wishes.link = Some(value()?.into()),
            "--model" => {
                wishes.model = match value()?.as_str() {
                    "r307" => Model::R307,
                    "odd-r307" => Model::ODD_R307,
                    "r503" => Model::R503,
                    other => bail!("no model {other:?}: r307, odd-r307 or r503"),
                }
            }
            "--template" => wishes.model.template = value()?.parse()?,
            "--real-time" => wishes.model.real_time = true,
            other => bail!("no option {other:?}: see the head of sensor_simulator.rs"),
        }
    }
    if ![512, 768, 1536].contains(&wishes.model.template) {
        bail!("a template has 512, 768 or 1536 bytes");
    }
    Ok(wishes)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Wishes { link, model } = wishes(std::env::args().skip(1))?;
    let bench = Bench::new(model);
    let plug = || bench.plug(link.as_deref());
    let mut plugged: Option<Plugged> = Some(plug()?);
    let say = |plugged: &Option<Plugged>| {
        let device = plugged.as_ref().map(|plugged| plugged.path().display());
        device.map_or_else(|| "unplugged".to_owned(), |path| format!("device {path}"))
    };
    println!("{}", say(&plugged));
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        match line.trim() {
            "quit" => break,
            "unplug" => plugged = None,
            "plug" => plugged = Some(plug()?),
            order => {
                match obey(&bench, order) {
                    Ok(answer) => println!("{answer}"),
                    Err(error) => println!("error {error:#}"),
                }
                continue;
            }
        }
        println!("{}", say(&plugged));
    }
    Ok(())
}
