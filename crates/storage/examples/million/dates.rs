//! The days of the site: they end today, and it is noon now, when most people are inside.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A zone in which it is about noon.
pub fn zone_at_noon(now: Timestamp) -> String {
    let ahead = 12 - i32::from(now.to_zoned(TimeZone::UTC).hour());
    // The names of these zones count westwards.
    match ahead {
        0 => "Etc/GMT".to_owned(),
        east if east > 0 => format!("Etc/GMT-{east}"),
        west => format!("Etc/GMT+{}", -west),
    }
}

/// Midnight of the last `count` days on which people work, the last of which is today.
pub fn midnights(now: Timestamp, zone: &TimeZone, count: usize) -> Vec<Timestamp> {
    let today = now.to_zoned(zone.clone()).date();
    let works = |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    let earlier = std::iter::successors(today.yesterday().ok(), |day| day.yesterday().ok());
    let mut days: Vec<Date> = std::iter::once(today)
        .chain(earlier.filter(works))
        .take(count)
        .collect();
    days.reverse();
    let begin = |day: Date| day.to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    days.into_iter().filter_map(begin).collect()
}

/// So many seconds after an instant.
pub fn after(at: Timestamp, seconds: u64) -> Timestamp {
    at + SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0))
}
