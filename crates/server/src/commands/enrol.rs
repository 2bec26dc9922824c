//! `gatebook enrol`: a finger, press by press, on a sensor that hangs on this host.

use crate::cli::Enrol;
use crate::compose::Running;
use crate::config::Config;
use crate::fingers::{EnrolledHere, PRESS_WITHIN, SensorConfig, position_of};
use anyhow::{Context, Result, bail, ensure};
use fingerprint::GreyImage;
use sensors::{FingerSensor, SerialSensor};
use std::process::ExitCode;

/// Presses after which it is given up.
const MOST_PRESSES: usize = 12;

pub async fn run(config: Config, asked: Enrol) -> Result<ExitCode> {
    let finger = position_of(&asked.finger);
    let finger = finger.context("--finger is right_thumb, right_index … left_ring, left_little")?;
    let setup = SensorConfig::at(&asked.sensor, asked.baud).setup()?;
    ensure!(
        asked.sensor.exists(),
        "there is no {}: is the sensor plugged in?",
        asked.sensor.display()
    );
    let running = Running::start(config.without_ports()).await?;
    let mut sensor = SerialSensor::new(&asked.sensor, setup);
    let done = async {
        let person = running.store.person_by_number(&asked.person).await?;
        let person = person.with_context(|| format!("there is no person {}", asked.person))?;
        println!("{}: press the finger on the sensor.", person.name);
        let here = EnrolledHere::begin(&running.desk, person.id, finger, asked.duress)?;
        enrol(here, &mut sensor).await
    };
    let done = done.await;
    let stopped = running.stop().await;
    done?;
    stopped?;
    Ok(ExitCode::SUCCESS)
}

async fn enrol(here: EnrolledHere, sensor: &mut SerialSensor) -> Result<()> {
    for _ in 0..MOST_PRESSES {
        let image = sensor.wait_for_finger(PRESS_WITHIN).await?;
        let image = GreyImage::new(image.width, image.height, image.dpi, image.pixels)?;
        let pressed = here.press(image).await?;
        println!("{}", pressed.sentence);
        if pressed.enrolment.belongs_to.is_some() {
            bail!("nothing was kept");
        }
        if pressed.enrolment.done >= pressed.enrolment.needed {
            here.keep().await?;
            println!("Enrolled.");
            return Ok(());
        }
        sensor.wait_until_lifted(PRESS_WITHIN).await?;
    }
    bail!("given up after {MOST_PRESSES} presses; nothing was kept")
}
