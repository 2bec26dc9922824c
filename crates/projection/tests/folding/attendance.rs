use crate::world::*;
use jiff::civil::date;
use model::{ClockTime, Direction, Settings, Timestamp};
use projection::{Calendar, Day, day_row, days};

fn days_of(world: &World) -> Vec<(jiff::civil::Date, Timestamp, Option<Timestamp>)> {
    days(world.book.visits().values(), &world.calendar)
        .into_iter()
        .map(|d| (d.date, d.arrival, d.departure))
        .collect()
}

fn in_kolkata() -> World {
    World {
        calendar: Calendar::named("Asia/Kolkata").unwrap(),
        ..World::default()
    }
}

#[test]
fn a_day_lasts_from_the_first_arrival_to_the_last_departure() {
    let mut world = World::default();
    for (enter, leave) in [(9, 12), (13, 17)] {
        world.enter(7, enter * HOUR);
        world.leave(7, leave * HOUR);
    }
    let expected = (date(2026, 3, 2), at(9 * HOUR), Some(at(17 * HOUR)));
    assert_eq!(days_of(&world), [expected]);
}

#[test]
fn a_night_shift_belongs_to_the_day_of_its_entry() {
    let mut world = World::default();
    world.enter(7, 22 * HOUR);
    world.leave(7, DAY + 6 * HOUR);
    let expected = (date(2026, 3, 2), at(22 * HOUR), Some(at(DAY + 6 * HOUR)));
    assert_eq!(days_of(&world), [expected]);
}

#[test]
fn the_day_is_that_of_the_sites_zone() {
    let mut world = in_kolkata();
    world.enter(7, 20 * HOUR);
    assert_eq!(days_of(&world)[0].0, date(2026, 3, 3));
}

#[test]
fn somebody_inside_has_no_departure_though_they_left_before() {
    let mut world = World::default();
    world.enter(7, 9 * HOUR);
    world.leave(7, 12 * HOUR);
    world.enter(7, 13 * HOUR);
    assert_eq!(days_of(&world)[0].2, None);
}

#[test]
fn a_missing_exit_leaves_the_departure_open() {
    let mut world = World::default();
    world.enter(7, 9 * HOUR);
    world.leave(7, 12 * HOUR);
    world.enter(7, 13 * HOUR);
    world.enter(7, DAY + 9 * HOUR);
    assert_eq!(days_of(&world)[0].2, None);
}

#[test]
fn one_sighting_is_an_arrival_and_no_departure() {
    let mut world = World::default();
    world.sight(7, 9 * HOUR);
    assert_eq!(days_of(&world)[0].2, None);
    world.sight(7, 10 * HOUR);
    assert_eq!(days_of(&world)[0].2, Some(at(10 * HOUR)));
}

#[test]
fn an_operators_missed_entry_appears_in_the_day() {
    let mut world = World::default();
    world.add_missed(7, Direction::Entry, 8 * HOUR);
    assert_eq!(days_of(&world)[0].1, at(8 * HOUR));
}

#[test]
fn a_withdrawn_visit_is_no_attendance() {
    let mut world = World::default();
    let entry = world.enter(7, 9 * HOUR);
    world.not_this_person(entry, None);
    assert!(days_of(&world).is_empty());
}

fn row(arrival: i64, departure: Option<i64>, settings: &Settings) -> (Option<u32>, u32, u32) {
    let day = Day {
        person: who(7),
        date: date(2026, 3, 2),
        arrival: at(arrival),
        departure: departure.map(at),
    };
    let row = day_row(&day, settings, &Calendar::utc());
    (row.minutes, row.late_min, row.left_early_min)
}

#[test]
fn late_and_early_count_from_the_sites_times_once_the_grace_is_over() {
    let settings = Settings::default();
    let of = |arrival, departure| row(arrival, Some(departure), &settings);
    assert_eq!(of(9 * HOUR, 17 * HOUR), (Some(480), 0, 0));
    assert_eq!(of(9 * HOUR + 10, 17 * HOUR - 10), (Some(460), 0, 0));
    assert_eq!(of(9 * HOUR + 11, 17 * HOUR - 11), (Some(458), 11, 11));
    assert_eq!(row(8 * HOUR, None, &settings), (None, 0, 0));
}

#[test]
fn work_that_ends_before_it_starts_on_the_clock_ends_on_the_next_day() {
    let night = Settings {
        work_start: ClockTime(22 * 60),
        work_end: ClockTime(6 * 60),
        ..Settings::default()
    };
    let of = |departure| row(22 * HOUR, Some(departure), &night);
    assert_eq!(of(DAY + 6 * HOUR), (Some(480), 0, 0));
    assert_eq!(of(DAY + 5 * HOUR), (Some(420), 0, 60));
}

#[test]
fn a_zone_that_does_not_exist_is_refused_by_name() {
    let error = Calendar::named("Mars/Olympus").unwrap_err();
    assert!(error.to_string().contains("Mars/Olympus"));
}
