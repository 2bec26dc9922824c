//! Orders to the bench, one a line, for programs that play a person at the sensor.

use anyhow::{Context, bail};
use r30x::{Baud, Confirmation};

use super::memory::{OnTheGlass, picture};
use super::{Bench, Fault};
use crate::prints::{self, Finger, NotAFinger};

/// The order of a line; what it answers is one line too.
///
/// | line | what happens |
/// |---|---|
/// | `finger FILE OWNER` | a finger as the PGM or PNG file shows it is put down |
/// | `print SEED NUMBER` | impression NUMBER of the synthetic finger SEED is put down |
/// | `thing FILE` / `thing` | something without features is put down |
/// | `lift` | what lies there is lifted |
/// | `fault stall N`, `noise N`, `loss N`, `bad-answer`, `bad-data`, `silence`, `stays-slow`, `lost-template`, `refuse HEX` | goes wrong once |
/// | `left-as BAUDCODE PASSWORD` | the speed and password that an earlier owner left |
/// | `stored` | which pages hold whose finger |
///
/// # Errors
/// When the line makes no sense, or its file is no picture.
pub fn obey(bench: &Bench, line: &str) -> anyhow::Result<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let done = || Ok("ok".to_owned());
    match words.as_slice() {
        ["finger", file, owner] => {
            let bytes = std::fs::read(file).with_context(|| format!("cannot read {file}"))?;
            bench
                .sensor()
                .put(OnTheGlass::finger(&picture(&bytes)?, owner));
            done()
        }
        ["print", seed, number] => {
            let image =
                Finger::new(seed.parse()?).impression(prints::Sensor::R307, number.parse()?);
            bench
                .sensor()
                .put(OnTheGlass::finger(&image, &format!("print-{seed}")));
            done()
        }
        ["thing", file] => {
            let bytes = std::fs::read(file).with_context(|| format!("cannot read {file}"))?;
            bench.sensor().put(OnTheGlass::thing(&picture(&bytes)?));
            done()
        }
        ["thing"] => {
            let image = NotAFinger::Stripes.on(prints::Sensor::R307, 1);
            bench.sensor().put(OnTheGlass::thing(&image));
            done()
        }
        ["lift"] => {
            bench.sensor().lift();
            done()
        }
        ["fault", kind @ ..] => {
            bench.sensor().expect(fault(kind)?);
            done()
        }
        ["left-as", code, password] => {
            let baud = Baud::of(code.parse()?).context("a speed is 1 to 12")?;
            bench.sensor().left_as(baud, password.parse()?);
            done()
        }
        ["stored"] => Ok(format!("{:?}", bench.sensor().stored())),
        _ => bail!("no such order: {line:?}"),
    }
}

fn fault(words: &[&str]) -> anyhow::Result<Fault> {
    Ok(match words {
        ["stall", after] => Fault::Stall(after.parse()?),
        ["noise", count] => Fault::Noise(count.parse()?),
        ["loss", count] => Fault::Loss(count.parse()?),
        ["bad-answer"] => Fault::BadAnswer,
        ["bad-data"] => Fault::BadData,
        ["silence"] => Fault::Silence,
        ["stays-slow"] => Fault::StaysSlow,
        ["lost-template"] => Fault::LostTemplate,
        ["refuse", code] => Fault::Refusal(Confirmation::from(u8::from_str_radix(code, 16)?)),
        _ => bail!("no such fault: {words:?}"),
    })
}
