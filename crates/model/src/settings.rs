//! What an administrator sets for the whole site.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A time of day in minutes after midnight, 0..=1439, in the site's time zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClockTime(pub u16);

/// Settings of the site, changed on the page without a restart.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Name of the site, shown in the page and signed into checkpoints' origin at first start.
    pub site_name: String,
    /// IANA name of the site's time zone.
    pub time_zone: String,
    /// When work starts.
    pub work_start: ClockTime,
    /// When work ends.
    pub work_end: ClockTime,
    /// Minutes after `work_start` that are not yet late (and before `work_end` not yet early).
    pub grace_min: u16,
    /// A visit open for longer than this many minutes raises "missing exit"; 0: never.
    pub visit_limit_min: u32,
    /// How many days templates and pictures of strangers are kept; 0: no template and no face, while the picture stays
    /// with its event. Settings from before this was asked do
    /// not begin to keep them.
    #[serde(default)]
    pub strangers_kept_days: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            site_name: String::from("Gatebook"),
            time_zone: String::from("UTC"),
            work_start: ClockTime(9 * 60),
            work_end: ClockTime(17 * 60),
            grace_min: 10,
            visit_limit_min: 16 * 60,
            strangers_kept_days: 30,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_before_do_not_begin_to_keep_strangers() {
        let before: Settings = serde_json::from_str(r#"{"site_name":"Court"}"#).unwrap();
        assert_eq!(before.strangers_kept_days, 0);
        assert_eq!(before.grace_min, Settings::default().grace_min);
    }
}
