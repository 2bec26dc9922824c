//! How repetitions from boards that do not count are recognised: by content.
//!
//! The live line and the row on the card of the same passage have the same key, so that
//! importing a card doubles nothing.

use super::device_time::{civil, exit_civil};
use super::line::{EntryLine, ExitLine};
use model::{DeviceTime, SourceKey};
use sha2::{Digest, Sha256};

/// A finger is stamped to the second but not with the date: the same stamp within this many
/// seconds is the same finger sent again, a day later it is not.
pub const STAMP_WINDOW_S: u32 = 60;

/// A line whose clock was not set is the same line only for this long.
pub const UNTIMED_WINDOW_S: u32 = 60;

/// A finger that a broker delivers again, after however long an outage. Its stamp is the same
/// finger's within half a day.
pub const BROKER_STAMP_WINDOW_S: u32 = 12 * 60 * 60;

/// A broker may deliver again what it was not acknowledged under the same packet id; it uses the
/// id for another message only after some 65,000 others.
pub const DELIVERY_WINDOW_S: u32 = 10 * 60;

/// A camera that missed the answer uploads the same bytes again within this many seconds.
pub const PICTURE_WINDOW_S: u32 = 10;

/// The key of an entry, live or from the card.
#[must_use]
pub fn entry(line: &EntryLine, time: &DeviceTime) -> SourceKey {
    content(
        "classic entry",
        &line.identifying_fields(),
        window(time, UNTIMED_WINDOW_S),
    )
}

/// The key of a live exit.
#[must_use]
pub fn exit(line: &ExitLine, time: &DeviceTime) -> SourceKey {
    let moment = civil(&line.date, &line.time).map_or_else(
        || format!("{} {}", line.date, line.time),
        |local| local.to_string(),
    );
    exit_at(&line.tag, &moment, time)
}

/// The key of an exit that the card notes in the row of its entry.
#[must_use]
pub fn exit_of_row(row: &EntryLine, time: &DeviceTime) -> SourceKey {
    let moment = exit_civil(&row.date, &row.entry_time, &row.exit_time).map_or_else(
        || format!("{} {}", row.date, row.exit_time),
        |local| local.to_string(),
    );
    exit_at(&row.tag, &moment, time)
}

/// The key of a finger.
#[must_use]
pub fn finger(stamp: &str) -> SourceKey {
    content("classic finger", &[stamp], Some(STAMP_WINDOW_S))
}

/// The key of a finger that a broker delivered at least once. Without a time in its stamp it is
/// told apart for as short a while as one that was never kept anywhere.
#[must_use]
pub fn delivered_finger(stamp: &str, timed: bool) -> SourceKey {
    let window = if timed {
        BROKER_STAMP_WINDOW_S
    } else {
        STAMP_WINDOW_S
    };
    content("classic finger", &[stamp], Some(window))
}

/// The key of something of which every occurrence is alike (a trigger), as a broker delivered it
/// under a packet id within a session.
#[must_use]
pub fn delivery(session: &str, topic: &str, packet_id: u16) -> SourceKey {
    content(
        "broker delivery",
        &[session, topic, &packet_id.to_string()],
        Some(DELIVERY_WINDOW_S),
    )
}

/// The key of an uploaded picture.
#[must_use]
pub fn picture(jpeg: &[u8]) -> SourceKey {
    content_of("classic picture", &[jpeg], Some(PICTURE_WINDOW_S))
}

/// The key of something of which every occurrence is alike (a trigger): never a repetition.
#[must_use]
pub fn never_repeated() -> SourceKey {
    let mut digest = [0; 32];
    // Without the system's randomness two occurrences could look alike, and the second would
    // count as a repetition: the time keeps them apart then.
    if getrandom::fill(&mut digest).is_err() {
        let now = jiff::Timestamp::now().as_nanosecond();
        digest = Sha256::digest(now.to_be_bytes()).into();
    }
    SourceKey::Content {
        digest,
        window_s: Some(1),
    }
}

/// The same key, for the `occurrence`-th (from 0) equal row of one file: rows without a time
/// can be equal and yet be several passages.
#[must_use]
pub fn occurrence(key: SourceKey, occurrence: u32) -> SourceKey {
    match key {
        SourceKey::Content { digest, .. } if occurrence == 0 => SourceKey::Content {
            digest,
            window_s: None,
        },
        SourceKey::Content { digest, .. } => {
            content_of("occurrence", &[&digest, &occurrence.to_be_bytes()], None)
        }
        counted @ SourceKey::Sequence { .. } => counted,
    }
}

fn exit_at(tag: &str, moment: &str, time: &DeviceTime) -> SourceKey {
    let tag = tag.trim().to_ascii_uppercase();
    content(
        "classic exit",
        &[&tag, moment],
        window(time, UNTIMED_WINDOW_S),
    )
}

fn window(time: &DeviceTime, otherwise_s: u32) -> Option<u32> {
    match time {
        DeviceTime::Claimed { .. } => None,
        DeviceTime::Absent | DeviceTime::Impossible { .. } => Some(otherwise_s),
    }
}

fn content(what: &str, fields: &[&str], window_s: Option<u32>) -> SourceKey {
    let fields: Vec<&[u8]> = fields.iter().map(|field| field.as_bytes()).collect();
    content_of(what, &fields, window_s)
}

/// Each part is preceded by its length, so that no two lists of parts hash alike.
fn content_of(what: &str, parts: &[&[u8]], window_s: Option<u32>) -> SourceKey {
    let mut hash = Sha256::new();
    for part in std::iter::once(&what.as_bytes()).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    SourceKey::Content {
        digest: hash.finalize().into(),
        window_s,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classic::line::{entry_line, exit_line};

    fn claimed() -> DeviceTime {
        DeviceTime::Claimed {
            at: "2026-03-02T00:00:00Z".parse().unwrap(),
            synced: false,
        }
    }

    #[test]
    fn the_live_line_and_the_cards_row_of_one_entry_have_one_key() {
        let live =
            "\n7,Asha,,,,,,,Hill Road, Pune,4AB3,2026-03-02,22:15:30,,Monday,7_22:15:30.jpg\n";
        let row = "7,Asha,,,,,,,Hill Road, Pune,4AB3,2026-03-02,22:15:30,06:01:00,Monday,7_22:15:30.jpg\r\n";
        let (live, row) = (
            entry_line(live.as_bytes()).unwrap(),
            entry_line(row.as_bytes()).unwrap(),
        );
        assert_eq!(entry(&live, &claimed()), entry(&row, &claimed()));
    }

    #[test]
    fn the_live_exit_and_the_cards_exit_time_have_one_key_even_past_midnight() {
        let live = exit_line(b"4AB3,2026-03-03,06:01:00,Tuesday").unwrap();
        let row =
            entry_line(b"7,A,,,,,,,B,4ab3,2026-03-02,22:15:30,06:01:00,Monday,x.jpg").unwrap();
        assert_eq!(exit(&live, &claimed()), exit_of_row(&row, &claimed()));
    }

    #[test]
    fn a_line_without_a_time_is_known_only_for_a_short_while() {
        let line = entry_line(b"7,A,,,,,,,B,4AB3,,,,,x.jpg").unwrap();
        let SourceKey::Content { window_s, .. } = entry(&line, &DeviceTime::Absent) else {
            unreachable!("entries are known by content")
        };
        assert_eq!(window_s, Some(UNTIMED_WINDOW_S));
    }

    #[test]
    fn a_delivery_is_known_again_within_its_session_alone() {
        let key = |session, id| delivery(session, "gates/north/camera/trigger", id);
        assert_eq!(key("s1", 7), key("s1", 7));
        assert_ne!(key("s1", 7), key("s1", 8));
        assert_ne!(key("s1", 7), key("s2", 7));
    }

    #[test]
    fn two_triggers_are_never_alike() {
        assert_ne!(never_repeated(), never_repeated());
    }

    #[test]
    fn equal_untimed_rows_of_one_file_are_several_passages() {
        let key = finger("7_");
        assert_ne!(occurrence(key.clone(), 0), occurrence(key.clone(), 1));
        assert_eq!(occurrence(key.clone(), 1), occurrence(key, 1));
    }
}
