//! Fingers of the demo: synthetic ones, enrolled for some of its people, and pressed on a simulated sensor that hangs on
//! the server as a real one does.

use super::people::DemoPerson;
use super::places::SIDE_DOOR;
use crate::compose::Running;
use crate::fingers::EnrolledHere;
use anyhow::{Context, Result};
use fingerprint::GreyImage;
use model::FingerPosition;
use std::time::Duration;
use testkit::prints::{Finger, Image, Press, Sensor};
use testkit::sensor::{Bench, Model, OnTheGlass, Plugged};
use tokio_util::sync::CancellationToken;

/// Seeds of the fingers, one for each of the first people.
const SEEDS: [u64; 3] = [3, 8, 14];
/// The seed of a finger that is nobody's.
const STRANGER: u64 = 21;
/// Presses of people before a stranger presses: seldom enough that nothing is locked by it.
const BEFORE_A_STRANGER: u64 = 11;
/// Between two people at the sensor.
const BETWEEN: Duration = Duration::from_secs(20);
/// How long a finger stays: longer than its picture takes on the line.
const STAYS: Duration = Duration::from_secs(4);

/// A sensor that hangs on the server, until it is dropped.
pub struct SideDoor {
    bench: Bench,
    plugged: Plugged,
}

impl SideDoor {
    /// Plugs it in.
    ///
    /// # Errors
    /// When the system gives no pseudo-terminal.
    pub fn plug() -> Result<Self> {
        let bench = Bench::new(Model::R307);
        let plugged = bench.plug(None)?;
        Ok(Self { bench, plugged })
    }

    /// What the configuration says of it: a key and its value.
    pub fn setting(&self) -> (String, String) {
        let path = self.plugged.path().display();
        let sensor = format!(
            "[{{path = \"{path}\", access_point = \"{SIDE_DOOR}\", name = \"{SIDE_DOOR} sensor\"}}]"
        );
        ("fingers.sensors".to_owned(), sensor)
    }

    /// Until `stop`, those who have a finger press it in turn, and now and then a stranger does; while it is quiet,
    /// nobody.
    pub async fn run(self, quiet: bool, stop: CancellationToken) {
        tokio::select! {
            () = self.press_on(), if !quiet => {}
            () = stop.cancelled() => {}
        }
    }

    async fn press_on(&self) {
        for number in 3_u64.. {
            tokio::time::sleep(BETWEEN).await;
            let turn = usize::try_from(number).unwrap_or(0) % SEEDS.len();
            let seed = SEEDS.get(turn).copied().unwrap_or(STRANGER);
            self.press(seed, number).await;
            if number % BEFORE_A_STRANGER == 0 {
                tokio::time::sleep(BETWEEN).await;
                // Once more, as whoever is not recognised does.
                for number in [number, number + 1] {
                    self.press(STRANGER, number).await;
                    tokio::time::sleep(STAYS / 2).await;
                }
            }
        }
    }

    async fn press(&self, seed: u64, number: u64) {
        let Ok(image) = tokio::task::spawn_blocking(move || pressed(seed, number)).await else {
            return;
        };
        let finger = OnTheGlass::finger(&image, "somebody of the demo");
        self.bench.sensor().put(finger);
        tokio::time::sleep(STAYS).await;
        self.bench.sensor().lift();
    }
}

/// A careful press, a little different each time.
fn pressed(seed: u64, number: u64) -> Image {
    let off = f32::from(u8::try_from(number % 7).unwrap_or(0));
    let press = Press {
        shift: (3.0 * off, -2.0 * off),
        turn: 1.5 * off,
        ..Press::CAREFUL
    };
    Finger::new(seed).pressed(Sensor::R307, press, number)
}

/// Enrols a finger for each of the first people who has none, by three presses; how many have one.
///
/// # Errors
/// When the store refuses something.
pub async fn enrol(running: &Running, people: &[DemoPerson]) -> Result<usize> {
    let with_one = people.iter().zip(SEEDS);
    let count = with_one.len();
    for (person, seed) in with_one {
        let known = running.store.person_by_number(&person.number).await?;
        let known = known.context("somebody of the demo is missing")?;
        if !running
            .store
            .finger_templates_of(known.id)
            .await?
            .is_empty()
        {
            continue;
        }
        let position = FingerPosition::RightIndex;
        let enrolling = EnrolledHere::begin(&running.desk, known.id, position, false)?;
        for number in 0..3 {
            let image = tokio::task::spawn_blocking(move || pressed(seed, number)).await?;
            let image = GreyImage::new(image.width, image.height, image.dpi, image.pixels)?;
            enrolling.press(image).await?;
        }
        enrolling.keep().await?;
    }
    Ok(count)
}
