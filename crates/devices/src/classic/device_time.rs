//! The time a classic board claims: local date and time of day without an offset.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use model::DeviceTime;

/// A claim this far after receipt is a wrong clock, not the future.
pub const FUTURE_TOLERANCE: SignedDuration = SignedDuration::from_mins(10);

/// Boards count from 1970 until NTP has answered; nothing was installed before this year.
pub const FIRST_POSSIBLE_YEAR: i16 = 2020;

/// What the board's date (`YYYY-MM-DD`) and time of day (`HH:MM:SS`) mean in the site's zone.
///
/// An hour that the zone has twice is taken as its first, one it skips as the hour after.
#[must_use]
pub fn claimed(date: &str, time: &str, zone: &TimeZone, received_at: Timestamp) -> DeviceTime {
    let (date, time) = (date.trim(), time.trim());
    if date.is_empty() && time.is_empty() {
        return DeviceTime::Absent;
    }
    civil(date, time)
        .and_then(|local| possible(local, zone, received_at))
        .map_or_else(
            || DeviceTime::Impossible {
                text: format!("{date} {time}").trim().to_owned(),
            },
            |at| DeviceTime::Claimed { at, synced: false },
        )
}

/// The last moment up to `received_at` (and a little beyond) at which the site's clocks showed a
/// time of day; `None` where it is none.
#[must_use]
pub fn last_at(time: &str, zone: &TimeZone, received_at: Timestamp) -> Option<Timestamp> {
    let time = parse_time(time)?;
    let latest = received_at.checked_add(FUTURE_TOLERANCE).ok()?;
    let today = latest.to_zoned(zone.clone()).date();
    [today, today.yesterday().ok()?]
        .into_iter()
        .filter_map(|date| date.to_datetime(time).to_zoned(zone.clone()).ok())
        .map(|local| local.timestamp())
        .find(|at| *at <= latest)
}

/// The local date and time, when both are well-formed.
#[must_use]
pub fn civil(date: &str, time: &str) -> Option<DateTime> {
    Some(parse_date(date)?.to_datetime(parse_time(time)?))
}

/// The local date and time of an exit of which the card keeps only the time of day: on the
/// day of the entry, or on the next when that would be before the entry.
#[must_use]
pub fn exit_civil(date: &str, entry_time: &str, exit_time: &str) -> Option<DateTime> {
    let exit = civil(date, exit_time)?;
    match civil(date, entry_time) {
        Some(entry) if exit < entry => exit.checked_add(1.day()).ok(),
        _ => Some(exit),
    }
}

fn possible(local: DateTime, zone: &TimeZone, received_at: Timestamp) -> Option<Timestamp> {
    let at = local.to_zoned(zone.clone()).ok()?.timestamp();
    let latest = received_at.checked_add(FUTURE_TOLERANCE).ok()?;
    (local.year() >= FIRST_POSSIBLE_YEAR && at <= latest).then_some(at)
}

fn parse_date(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", text.trim()).ok()
}

fn parse_time(text: &str) -> Option<Time> {
    Time::strptime("%H:%M:%S", text.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kolkata() -> TimeZone {
        TimeZone::get("Asia/Kolkata").unwrap()
    }

    fn noon() -> Timestamp {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_local_time_is_an_instant_in_the_sites_zone() {
        assert_eq!(
            claimed("2026-03-02", "09:15:30", &kolkata(), noon()),
            DeviceTime::Claimed {
                at: "2026-03-02T03:45:30Z".parse().unwrap(),
                synced: false
            }
        );
    }

    #[test]
    fn a_board_without_a_clock_claims_nothing_or_something_impossible() {
        let impossible = |text: &str| DeviceTime::Impossible {
            text: text.to_owned(),
        };
        assert_eq!(claimed("", "", &kolkata(), noon()), DeviceTime::Absent);
        assert_eq!(
            claimed("1970-01-01", "00:00:41", &kolkata(), noon()),
            impossible("1970-01-01 00:00:41")
        );
        assert_eq!(
            claimed("2026-02-30", "10:00:00", &kolkata(), noon()),
            impossible("2026-02-30 10:00:00")
        );
        assert_eq!(
            claimed("", "10:00:00", &kolkata(), noon()),
            impossible("10:00:00")
        );
        assert_eq!(
            claimed("2027-01-01", "10:00:00", &kolkata(), noon()),
            impossible("2027-01-01 10:00:00")
        );
    }

    #[test]
    fn a_clock_that_is_a_little_fast_is_still_a_claim() {
        assert!(matches!(
            claimed("2026-03-02", "17:38:00", &kolkata(), noon()),
            DeviceTime::Claimed { .. }
        ));
    }

    #[test]
    fn an_exit_before_its_entry_was_on_the_next_day() {
        assert_eq!(
            exit_civil("2026-03-02", "22:00:00", "06:00:00"),
            civil("2026-03-03", "06:00:00")
        );
        assert_eq!(
            exit_civil("2026-03-02", "08:00:00", "17:00:00"),
            civil("2026-03-02", "17:00:00")
        );
        assert_eq!(
            exit_civil("2026-03-02", "", "17:00:00"),
            civil("2026-03-02", "17:00:00")
        );
        assert_eq!(exit_civil("", "08:00:00", "17:00:00"), None);
    }
}
