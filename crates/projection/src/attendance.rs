//! Attendance days: a view of visits, so they never disagree with them.

use crate::Calendar;
use jiff::civil::Date;
use model::{ClockTime, PersonId, Settings, Timestamp, Visit, VisitState};
use std::collections::BTreeMap;

/// A person's day at the site. A visit belongs whole to the day of its arrival, so an exit after
/// midnight ends the night shift of the day before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Day {
    /// Who.
    pub person: PersonId,
    /// The day in the site's zone.
    pub date: Date,
    /// First arrival.
    pub arrival: Timestamp,
    /// Last departure. `None` while the person is inside, when the last exit is missing, and when
    /// there was only one sighting.
    pub departure: Option<Timestamp>,
}

/// The days that `visits` make up, by date and person. Withdrawn visits do not count.
///
/// To list the days of a range, pass all visits that began within it, from
/// [`Calendar::start_of`] the first day until before that of the day after the last.
pub fn days<'a>(visits: impl IntoIterator<Item = &'a Visit>, calendar: &Calendar) -> Vec<Day> {
    let mut grouped: BTreeMap<(Date, PersonId), Vec<&Visit>> = BTreeMap::new();
    for visit in visits {
        if visit.state != VisitState::Withdrawn {
            let date = calendar.date_of(visit.entered_at);
            grouped.entry((date, visit.person)).or_default().push(visit);
        }
    }
    let days = grouped.into_iter();
    days.filter_map(|((date, person), visits)| {
        Some(Day {
            person,
            date,
            arrival: visits.iter().map(|v| v.entered_at).min()?,
            departure: departure(&visits),
        })
    })
    .collect()
}

/// The last departure, unless the person is known to have come in (or was seen) after it.
fn departure(visits: &[&Visit]) -> Option<Timestamp> {
    let inside = |v: &&Visit| v.state == VisitState::Open && v.left_at.is_none();
    if visits.iter().any(inside) {
        return None;
    }
    let last_arrival = visits.iter().map(|v| v.entered_at).max()?;
    let left = visits.iter().filter_map(|v| v.left_at).max()?;
    (left > last_arrival).then_some(left)
}

/// A day against the site's times of work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DayRow {
    /// Minutes from arrival to departure; `None` without a departure.
    pub minutes: Option<u32>,
    /// Minutes after the start of work; 0 when in time or within the grace period.
    pub late_min: u32,
    /// Minutes before the end of work; 0 when not early, within the grace period, or without
    /// a departure.
    pub left_early_min: u32,
}

/// Holds a day against the site's times. Where work ends before it starts on the clock, it ends
/// on the next day.
#[must_use]
pub fn day_row(day: &Day, settings: &Settings, calendar: &Calendar) -> DayRow {
    let start = calendar.instant(day.date, settings.work_start.0);
    let end = end_of_work(day.date, settings, calendar);
    let beyond = |minutes: u32| {
        if minutes > u32::from(settings.grace_min) {
            minutes
        } else {
            0
        }
    };
    let late = start.map_or(0, |start| minutes_between(start, day.arrival));
    let early = day.departure.zip(end);
    DayRow {
        minutes: day.departure.map(|left| minutes_between(day.arrival, left)),
        late_min: beyond(late),
        left_early_min: beyond(early.map_or(0, |(left, end)| minutes_between(left, end))),
    }
}

fn end_of_work(date: Date, settings: &Settings, calendar: &Calendar) -> Option<Timestamp> {
    let ClockTime(end) = settings.work_end;
    let over_midnight = settings.work_end <= settings.work_start;
    let date = if over_midnight {
        date.tomorrow().ok()?
    } else {
        date
    };
    calendar.instant(date, end)
}

/// Whole minutes from one instant to a later one; 0 when it is not later.
fn minutes_between(from: Timestamp, to: Timestamp) -> u32 {
    let seconds = to.as_second().saturating_sub(from.as_second()).max(0);
    u32::try_from(seconds / 60).unwrap_or(u32::MAX)
}
