//! Writes synthetic fingerprints as PGM files, to look at, and says how long each took.
//!
//! `cargo run --release -p gatebook-testkit --example prints -- FOLDER [SEED]`

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use testkit::prints::{Class, Finger, NotAFinger, Press, Sensor};

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().context("usage: prints FOLDER [SEED]")?);
    let seed: u64 = arguments.next().map_or(Ok(1), |text| text.parse())?;
    std::fs::create_dir_all(&folder)?;
    for class in Class::ALL {
        let began = Instant::now();
        let finger = Finger::of(class, seed);
        let made = began.elapsed();
        let began = Instant::now();
        let small = finger.impression(Sensor::R307, 0);
        println!(
            "{class:?}: finger {made:.0?}, R307 impression {:.0?}",
            began.elapsed()
        );
        std::fs::write(folder.join(format!("{class:?}-r307-0.pgm")), small.to_pgm())?;
        for number in 1..3 {
            let image = finger.impression(Sensor::R307, number).to_pgm();
            std::fs::write(folder.join(format!("{class:?}-r307-{number}.pgm")), image)?;
        }
        let desk = finger.pressed(Sensor::DESK, Press::CAREFUL, 0).to_pgm();
        std::fs::write(folder.join(format!("{class:?}-desk.pgm")), desk)?;
    }
    for kind in NotAFinger::ALL {
        let image = kind.on(Sensor::R307, seed).to_pgm();
        std::fs::write(folder.join(format!("not-{kind:?}.pgm")), image)?;
    }
    Ok(())
}
