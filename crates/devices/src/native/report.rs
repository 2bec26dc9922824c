//! What a native device says: one JSON object per observation.

use crate::classic::device_time::{FIRST_POSSIBLE_YEAR, FUTURE_TOLERANCE};
use crate::fingers::Press;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Device, DeviceTime, ObservationDraft, PictureId, Sighting, SourceKey, TagText};
use serde::Deserialize;

/// The largest report, in bytes.
pub const MAX_REPORT_BYTES: usize = 8 * 1024;

/// The highest sequence number: JSON numbers are exact up to here in every language.
pub const MAX_SEQUENCE: u64 = (1 << 53) - 1;

const MAX_BOOT_ID: usize = 64;
const MAX_TEXT: usize = 128;

/// Where an observation stands in its device's own count, and when the device says it was.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Mark {
    /// Chosen anew by the device at each start; 1 to 64 visible ASCII characters.
    pub boot_id: String,
    /// Counts up from 1 within one `boot_id`, without gaps.
    pub sequence: u64,
    /// RFC 3339; absent or null when the device has no clock.
    #[serde(default)]
    pub time: Option<String>,
    /// Whether the device's clock was set from a trusted source.
    #[serde(default)]
    pub synced: bool,
    /// Whether the observation was stored offline and is sent later.
    #[serde(default)]
    pub deferred: bool,
}

/// What was seen.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(tag = "saw", rename_all = "snake_case")]
pub enum Saw {
    /// A tag was read.
    Tag {
        /// Upper-case hex.
        tag: String,
    },
    /// A finger was matched to a person number.
    Finger {
        /// The person number.
        number: String,
    },
    /// A picture was asked for and will follow.
    PictureRequested,
}

/// A report as sent to `observation`.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Report {
    /// Its place in the device's count.
    #[serde(flatten)]
    pub mark: Mark,
    /// What was seen.
    #[serde(flatten)]
    pub saw: Saw,
}

/// Why a report was refused for good.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReportError {
    /// Longer than [`MAX_REPORT_BYTES`].
    #[error("the report is longer than {MAX_REPORT_BYTES} bytes")]
    TooLong,
    /// Not the JSON object of the profile.
    #[error("the report is not understood: {0}")]
    NotUnderstood(String),
    /// A boot id that is empty, too long or not visible ASCII.
    #[error("boot_id must be 1 to {MAX_BOOT_ID} visible ASCII characters")]
    BootId,
    /// A sequence of 0 or above [`MAX_SEQUENCE`].
    #[error("sequence must be 1 to {MAX_SEQUENCE}")]
    Sequence,
    /// An empty or overlong tag or person number.
    #[error("{0} must be 1 to {MAX_TEXT} characters")]
    Text(&'static str),
}

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// When it is not what the profile describes; what was sent is not repeated in the text.
    pub fn read(bytes: &[u8]) -> Result<Self, ReportError> {
        if bytes.len() > MAX_REPORT_BYTES {
            return Err(ReportError::TooLong);
        }
        let report: Self = serde_json::from_slice(bytes).map_err(|e| {
            ReportError::NotUnderstood(format!("{:?} error at column {}", e.classify(), e.column()))
        })?;
        report.mark.check()?;
        Ok(report)
    }

    /// The observation this report is.
    ///
    /// # Errors
    /// When the tag or the person number is empty or too long.
    pub fn draft(
        self,
        device: &Device,
        received_at: Timestamp,
        raw: &[u8],
    ) -> Result<ObservationDraft, ReportError> {
        let sighting = match self.saw {
            Saw::Tag { tag } => Sighting::Tag {
                tag: TagText::new(short(&tag, "tag")?).ok_or(ReportError::Text("tag"))?,
            },
            Saw::Finger { number } => Sighting::Finger {
                number: short(&number, "number")?.to_owned(),
                stamp: String::new(),
            },
            Saw::PictureRequested => Sighting::PictureRequested,
        };
        Ok(self.mark.draft(device, sighting, received_at, raw))
    }
}

impl Mark {
    /// Whether the device counts as the profile asks.
    ///
    /// # Errors
    /// When the boot id or the sequence is out of range.
    pub fn check(&self) -> Result<(), ReportError> {
        let visible = self.boot_id.bytes().all(|b| b.is_ascii_graphic());
        if self.boot_id.is_empty() || self.boot_id.len() > MAX_BOOT_ID || !visible {
            return Err(ReportError::BootId);
        }
        if self.sequence == 0 || self.sequence > MAX_SEQUENCE {
            return Err(ReportError::Sequence);
        }
        Ok(())
    }

    /// The observation of a picture that is stored already.
    #[must_use]
    pub fn picture(
        self,
        device: &Device,
        picture: PictureId,
        received_at: Timestamp,
    ) -> ObservationDraft {
        self.draft(device, Sighting::Picture { picture }, received_at, &[])
    }

    /// A finger that was put on a sensor of the device.
    #[must_use]
    pub fn press(self, device: &Device, received_at: Timestamp) -> Press {
        Press {
            device: device.id,
            access_point: device.access_point,
            device_time: self.device_time(received_at),
            key: SourceKey::Sequence {
                boot_id: self.boot_id,
                sequence: self.sequence,
            },
            received_at,
            deferred: self.deferred,
        }
    }

    fn draft(
        self,
        device: &Device,
        sighting: Sighting,
        received_at: Timestamp,
        raw: &[u8],
    ) -> ObservationDraft {
        ObservationDraft {
            raw: raw.to_vec(),
            ..self.press(device, received_at).seeing(sighting)
        }
    }

    fn device_time(&self, received_at: Timestamp) -> DeviceTime {
        let Some(text) = self
            .time
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
        else {
            return DeviceTime::Absent;
        };
        let latest = received_at
            .checked_add(FUTURE_TOLERANCE)
            .unwrap_or(received_at);
        match text.parse::<Timestamp>() {
            Ok(at) if at <= latest && year(at) >= FIRST_POSSIBLE_YEAR => DeviceTime::Claimed {
                at,
                synced: self.synced,
            },
            _ => DeviceTime::Impossible {
                text: text.chars().take(MAX_TEXT).collect(),
            },
        }
    }
}

fn year(at: Timestamp) -> i16 {
    at.to_zoned(TimeZone::UTC).year()
}

fn short<'t>(text: &'t str, what: &'static str) -> Result<&'t str, ReportError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_TEXT {
        return Err(ReportError::Text(what));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AccessPointId, DeviceId, DeviceKind};
    use proptest::prelude::*;

    fn device() -> Device {
        Device {
            id: DeviceId(Default::default()),
            name: "door-1".into(),
            kind: DeviceKind::Native,
            access_point: AccessPointId(Default::default()),
            silent_after_s: 0,
            disabled: false,
        }
    }

    fn now() -> Timestamp {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_tag_report_becomes_an_observation_with_its_own_count() {
        let raw = br#"{"boot_id":"b1","sequence":7,"time":"2026-03-02T11:59:58Z","synced":true,"saw":"tag","tag":"04a1"}"#;
        let draft = Report::read(raw)
            .unwrap()
            .draft(&device(), now(), raw)
            .unwrap();
        assert_eq!(
            draft.key,
            SourceKey::Sequence {
                boot_id: "b1".into(),
                sequence: 7
            }
        );
        assert_eq!(
            draft.sighting,
            Sighting::Tag {
                tag: TagText::new("04A1").unwrap()
            }
        );
        assert!(matches!(
            draft.device_time,
            DeviceTime::Claimed { synced: true, .. }
        ));
    }

    #[test]
    fn a_device_without_a_clock_or_with_a_wrong_one_is_heard_all_the_same() {
        let time = |time: &str| {
            let raw = format!(
                r#"{{"boot_id":"b","sequence":1,"time":{time},"saw":"picture_requested"}}"#
            );
            Report::read(raw.as_bytes())
                .unwrap()
                .draft(&device(), now(), b"")
                .unwrap()
                .device_time
        };
        assert_eq!(time("null"), DeviceTime::Absent);
        assert_eq!(
            time("\"1970-01-01T00:00:09Z\""),
            DeviceTime::Impossible {
                text: "1970-01-01T00:00:09Z".into()
            }
        );
        assert_eq!(
            time("\"noon\""),
            DeviceTime::Impossible {
                text: "noon".into()
            }
        );
    }

    #[test]
    fn a_report_that_does_not_count_is_refused() {
        let read = |text: &str| Report::read(text.as_bytes());
        assert_eq!(
            read(r#"{"boot_id":"","sequence":1,"saw":"tag","tag":"A"}"#),
            Err(ReportError::BootId)
        );
        assert_eq!(
            read(r#"{"boot_id":"b","sequence":0,"saw":"tag","tag":"A"}"#),
            Err(ReportError::Sequence)
        );
        assert!(matches!(
            read(r#"{"boot_id":"b","sequence":1}"#),
            Err(ReportError::NotUnderstood(_))
        ));
        let empty = read(r#"{"boot_id":"b","sequence":1,"saw":"tag","tag":" "}"#).unwrap();
        assert_eq!(
            empty.draft(&device(), now(), b""),
            Err(ReportError::Text("tag"))
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_and_never_a_panic(bytes: Vec<u8>) {
            let _ = Report::read(&bytes);
        }

        #[test]
        fn every_count_in_range_is_kept_exactly(sequence in 1..=MAX_SEQUENCE) {
            let raw = format!(r#"{{"boot_id":"b","sequence":{sequence},"saw":"finger","number":"7"}}"#);
            prop_assert_eq!(Report::read(raw.as_bytes()).unwrap().mark.sequence, sequence);
        }
    }
}
