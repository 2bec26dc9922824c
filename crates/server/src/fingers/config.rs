//! What is set about fingers before the start.

use anyhow::{Result, ensure};
use model::FingerMode;
use r30x::{Baud, Setup};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Fingers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FingersConfig {
    /// How often somebody else's finger may be taken for one that is enrolled, per search, above 0 to 0.1.
    pub false_match_rate: f64,
    /// Fingerprint sensors on this host.
    pub sensors: Vec<SensorConfig>,
}

impl Default for FingersConfig {
    fn default() -> Self {
        Self {
            false_match_rate: 1e-3,
            sensors: Vec::new(),
        }
    }
}

/// A fingerprint sensor on this host.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SensorConfig {
    /// Its line, such as `/dev/ttyUSB0`.
    pub path: PathBuf,
    /// The name of the access point where it stands.
    pub access_point: String,
    /// The name of its device; made of the path when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Baud to raise its line to, a multiple of 9,600 up to 115,200, which is taken when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baud: Option<u32>,
    /// How fingers are compared; as the access point's factors say when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<FingerMode>,
}

impl FingersConfig {
    /// Whether everything is in range.
    ///
    /// # Errors
    /// When it is not, naming the setting.
    pub fn check(&self) -> Result<()> {
        let rate = self.false_match_rate;
        ensure!(
            rate > 0.0 && rate <= 0.1,
            "fingers.false_match_rate is above 0 and at most 0.1, not {rate}"
        );
        for sensor in &self.sensors {
            sensor.setup()?;
        }
        let mut names: Vec<String> = self.sensors.iter().map(SensorConfig::device).collect();
        names.sort_unstable();
        names.dedup();
        ensure!(
            names.len() == self.sensors.len(),
            "fingers.sensors names two sensors alike: give them names"
        );
        Ok(())
    }
}

impl SensorConfig {
    /// A sensor that is used once.
    pub fn at(path: &Path, baud: Option<u32>) -> Self {
        Self {
            path: path.to_owned(),
            access_point: String::new(),
            name: None,
            baud,
            mode: None,
        }
    }

    /// The name of its device.
    pub fn device(&self) -> String {
        let end = self.path.file_name().unwrap_or(self.path.as_os_str());
        let made = || format!("sensor {}", end.to_string_lossy());
        self.name.clone().unwrap_or_else(made)
    }

    /// How it is met.
    ///
    /// # Errors
    /// When no sensor speaks at that speed.
    pub fn setup(&self) -> Result<Setup> {
        let mut setup = Setup::default();
        if let Some(rate) = self.baud {
            let code = u16::try_from(rate / 9_600).ok();
            let baud = code.filter(|_| rate % 9_600 == 0).and_then(Baud::of);
            let fits = baud.is_some();
            ensure!(
                fits,
                "fingers.sensors: {rate} baud is no speed of a sensor: 9,600 times 1 to 12"
            );
            setup.baud = baud.unwrap_or(setup.baud);
        }
        Ok(setup)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn set(key: &str, value: &str) -> anyhow::Result<Config> {
        Config::load(None, &[(key.into(), value.into())])
    }

    #[test]
    fn sensors_are_named_with_their_line_and_access_point() {
        let one = "[{path = \"/dev/ttyUSB0\", access_point = \"Door\", baud = 57600}]";
        let config = set("fingers.sensors", one).unwrap();
        assert_eq!(config.fingers.sensors[0].device(), "sensor ttyUSB0");
        let wrong = [
            "[{path = \"/dev/ttyUSB0\"}]",
            "[{path = \"/dev/ttyUSB0\", access_point = \"Door\", baud = 12345}]",
            "[{path = \"/dev/a\", access_point = \"D\"}, {path = \"/dev/a\", access_point = \"E\"}]",
        ];
        for wrong in wrong {
            let error = format!("{:#}", set("fingers.sensors", wrong).unwrap_err());
            assert!(error.contains("fingers.sensors"), "{error}");
        }
    }

    #[test]
    fn a_rate_at_which_everybody_matches_is_refused() {
        for wrong in ["0.0", "0.5", "-1.0"] {
            let error = set("fingers.false_match_rate", wrong).unwrap_err();
            assert!(error.to_string().contains("false_match_rate"));
        }
    }
}
