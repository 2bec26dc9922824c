//! The day table: arrival, departure and hours of everybody, the absent included.

use crate::auth::Auditor;
use crate::csv;
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path, Query};
use crate::person::PersonBrief;
use crate::routes::visits::calendar;
use crate::state::House;
use axum::extract::State;
use axum::response::Response;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use model::{Person, PersonId, Settings};
use projection::{Calendar, Day, day_row};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use store::AttendanceDay;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Most days in one answer.
const MOST_DAYS: i32 = 92;

/// How a person's day stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DayState {
    /// Came, and no departure is known.
    Arrived,
    /// Came and left.
    Left,
    /// Did not come.
    Absent,
    /// Has not come, and the day is not over.
    Expected,
}

/// A person's day.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DayView {
    /// Who.
    person: PersonBrief,
    /// The day in the site's zone; an exit after midnight belongs to the day of its entry.
    date: Date,
    /// How it stands.
    state: DayState,
    /// First arrival.
    arrival: Option<Timestamp>,
    /// Last departure.
    departure: Option<Timestamp>,
    /// Minutes from arrival to departure.
    minutes: Option<u32>,
    /// Minutes late; 0 in time or within the grace period.
    late_min: u32,
    /// Minutes left early; 0 when not.
    left_early_min: u32,
}

/// The day table.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DayTable {
    /// First day.
    from: Date,
    /// Last day.
    to: Date,
    /// IANA name of the zone that says when a day begins.
    time_zone: String,
    /// By day, then name.
    rows: Vec<DayView>,
}

/// Which days to list: `date`, or `from` and `to`; today when all are absent.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DaysQuery {
    /// One day.
    date: Option<Date>,
    /// First day.
    from: Option<Date>,
    /// Last day, at most 92 days after the first.
    to: Option<Date>,
}

/// The day table of everybody. Role: auditor.
#[utoipa::path(get, path = "/attendance", tag = "attendance", params(DaysQuery),
    responses((status = 200, body = DayTable), (status = 422, body = Problem)))]
pub(crate) async fn table(
    _: Auditor,
    State(house): State<House>,
    Query(query): Query<DaysQuery>,
) -> Result<Json<DayTable>, ApiError> {
    Ok(Json(
        Table::load(&house)
            .await?
            .show(&house, &query, None)
            .await?,
    ))
}

/// A person's days, days without an arrival included. Role: auditor.
#[utoipa::path(get, path = "/people/{id}/attendance", tag = "people",
    params(("id" = Uuid, Path, description = "The person"), DaysQuery),
    responses((status = 200, body = DayTable), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn of_person(
    _: Auditor,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Query(query): Query<DaysQuery>,
) -> Result<Json<DayTable>, ApiError> {
    let person = house.store.person(PersonId(id)).await?;
    let person = person.ok_or_else(|| ApiError::not_found("this person"))?;
    let table = Table::load(&house).await?;
    Ok(Json(table.show(&house, &query, Some(person)).await?))
}

/// The day table as CSV. Role: auditor.
#[utoipa::path(get, path = "/attendance.csv", tag = "attendance", params(DaysQuery),
    responses((status = 200, body = String, content_type = "text/csv"),
        (status = 422, body = Problem)))]
pub(crate) async fn table_csv(
    _: Auditor,
    State(house): State<House>,
    Query(query): Query<DaysQuery>,
) -> Result<Response, ApiError> {
    let table = Table::load(&house).await?;
    let shown = table.show(&house, &query, None).await?;
    let mut rows = vec![csv::header(&[
        "number",
        "employee",
        "department",
        "date",
        "state",
        "in",
        "out",
        "working_hours",
        "late_min",
        "left_early_min",
    ])];
    rows.extend(shown.rows.iter().map(|row| table.csv_row(row)));
    let name = format!("attendance-{}-{}.csv", shown.from, shown.to);
    let text = csv::rows(&rows)?;
    Ok(csv::download(&name, futures::stream::iter([Ok(text)])))
}

/// What a day is held against.
struct Table {
    settings: Settings,
    calendar: Calendar,
    today: Date,
    now: Timestamp,
}

impl Table {
    async fn load(house: &House) -> Result<Self, ApiError> {
        let calendar = calendar(house).await?;
        let now = house.clock.now();
        Ok(Self {
            settings: house.store.settings().await?,
            today: calendar.date_of(now),
            calendar,
            now,
        })
    }

    async fn show(
        &self,
        house: &House,
        query: &DaysQuery,
        only: Option<Person>,
    ) -> Result<DayTable, ApiError> {
        let (from, to) = self.range(query)?;
        let id = only.as_ref().map(|person| person.id);
        let days = house.store.attendance(from, to, id).await?;
        let people = match only {
            Some(person) => vec![person],
            None => house.store.everybody().await?,
        };
        Ok(DayTable {
            from,
            to,
            time_zone: self.settings.time_zone.clone(),
            rows: self.rows(&people, days, from, to),
        })
    }

    fn range(&self, query: &DaysQuery) -> Result<(Date, Date), ApiError> {
        let from = query.from.or(query.date).unwrap_or(self.today);
        let to = query.to.or(query.date).unwrap_or(from);
        if to < from {
            let detail = "The last day must not be before the first.";
            return Err(ApiError::field("to", detail));
        }
        let days = (to - from).get_days();
        if days >= MOST_DAYS {
            let detail = format!("At most {MOST_DAYS} days at once; ask for less.");
            return Err(ApiError::field("to", detail));
        }
        Ok((from, to))
    }

    /// A row per person and day. Somebody deleted since has rows for the days of arrival only.
    fn rows(
        &self,
        people: &[Person],
        days: Vec<AttendanceDay>,
        from: Date,
        to: Date,
    ) -> Vec<DayView> {
        let mut came: BTreeMap<Date, HashMap<PersonId, AttendanceDay>> = BTreeMap::new();
        for day in days {
            came.entry(day.date).or_default().insert(day.person, day);
        }
        let mut rows = Vec::new();
        for date in from.series(1.day()).take_while(|date| *date <= to) {
            let mut arrived = came.remove(&date).unwrap_or_default();
            for person in people {
                match arrived.remove(&person.id) {
                    Some(day) => rows.push(self.present(PersonBrief::from(person), day)),
                    None => rows.extend(self.missing(person, date)),
                }
            }
            let mut deleted: Vec<_> = arrived.into_values().collect();
            deleted.sort_by_key(|day| day.person);
            let deleted = deleted.into_iter();
            rows.extend(deleted.map(|day| self.present(PersonBrief::deleted(day.person), day)));
        }
        rows
    }

    fn present(&self, person: PersonBrief, day: AttendanceDay) -> DayView {
        let day = Day {
            person: day.person,
            date: day.date,
            arrival: day.arrival,
            departure: day.departure,
        };
        let row = day_row(&day, &self.settings, &self.calendar);
        DayView {
            person,
            date: day.date,
            state: match day.departure {
                Some(_) => DayState::Left,
                None => DayState::Arrived,
            },
            arrival: Some(day.arrival),
            departure: day.departure,
            minutes: row.minutes,
            late_min: row.late_min,
            left_early_min: row.left_early_min,
        }
    }

    /// The row of somebody who did not come; `None` on days to come and on those on which the
    /// person could not have come.
    fn missing(&self, person: &Person, date: Date) -> Option<DayView> {
        let valid = self.valid_on(person, date);
        if date > self.today || !valid {
            return None;
        }
        let ended = self.calendar.instant(date, self.settings.work_end.0);
        let over = date < self.today || ended.is_some_and(|end| end <= self.now);
        Some(DayView {
            person: PersonBrief::from(person),
            date,
            state: if over {
                DayState::Absent
            } else {
                DayState::Expected
            },
            arrival: None,
            departure: None,
            minutes: None,
            late_min: 0,
            left_early_min: 0,
        })
    }

    fn valid_on(&self, person: &Person, date: Date) -> bool {
        let begun = person
            .valid_from
            .is_none_or(|from| self.calendar.date_of(from) <= date);
        let ended = person
            .valid_until
            .is_some_and(|until| self.calendar.date_of(until) < date);
        begun && !ended
    }

    fn csv_row(&self, row: &DayView) -> Vec<String> {
        let zone = self.calendar.zone();
        let time = |at: Option<Timestamp>| at.map(|at| csv::local_time(at, zone));
        let hours = row.minutes.map(|m| format!("{}:{:02}", m / 60, m % 60));
        vec![
            row.person.number.clone(),
            row.person.name.clone(),
            row.person.department.clone(),
            row.date.to_string(),
            state_word(row.state).to_owned(),
            time(row.arrival).unwrap_or_default(),
            time(row.departure).unwrap_or_default(),
            hours.unwrap_or_default(),
            row.late_min.to_string(),
            row.left_early_min.to_string(),
        ]
    }
}

fn state_word(state: DayState) -> &'static str {
    match state {
        DayState::Arrived => "arrived",
        DayState::Left => "left",
        DayState::Absent => "absent",
        DayState::Expected => "expected",
    }
}
