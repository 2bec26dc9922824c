//! Visits, and who is inside now.

use crate::auth::{Auditor, Viewer};
use crate::csv::{self, word};
use crate::error::ApiError;
use crate::extract::{Json, Path, Query};
use crate::names::{Named, Names};
use crate::passage::picture;
use crate::person::PersonBrief;
use crate::state::House;
use crate::words::VisitState;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{AreaId, Correction, EventId, PersonId, Record, Visit};
use projection::{Calendar, is_inside};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use store::VisitFilter;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Most visits in one answer.
const MOST: u32 = 500;
/// Most open visits that are looked at for presence; the store's own bound.
const MOST_OPEN: u32 = 5_000;

/// An entry and the exit that closes it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct VisitView {
    /// Identity.
    id: Uuid,
    /// Who.
    person: PersonBrief,
    /// Where.
    area: Named,
    /// The log entry that opened it.
    entry: Uuid,
    /// When it was opened.
    entered_at: Timestamp,
    /// The access point of the entry.
    entered_through: Option<Named>,
    /// The picture taken at the entry.
    entry_picture: Option<Uuid>,
    /// The log entry that closed it, or the last sighting where nobody sees people leave.
    exit: Option<Uuid>,
    /// When it was closed, or the last sighting.
    left_at: Option<Timestamp>,
    /// The access point of the exit or the last sighting; absent also where an operator closed it.
    left_through: Option<Named>,
    /// The picture taken at the exit.
    exit_picture: Option<Uuid>,
    /// How it stands.
    state: VisitState,
    /// Whether the person is inside now.
    inside: bool,
}

/// Which visits to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VisitsQuery {
    /// Of this person.
    person: Option<Uuid>,
    /// In this area.
    area: Option<Uuid>,
    /// Only open ones.
    #[serde(default)]
    open: bool,
    /// Only visits that began before this instant, for the next page.
    before: Option<Timestamp>,
    /// At most this many, 1 to 500; 100 when absent.
    limit: Option<u32>,
}

impl VisitsQuery {
    fn filter(&self, most: u32) -> VisitFilter {
        VisitFilter {
            person: self.person.map(PersonId),
            area: self.area.map(AreaId),
            open: self.open,
            seen_since: None,
            before: self.before,
            limit: self.limit.unwrap_or(most).clamp(1, MOST),
        }
    }
}

/// One page of a person's visits.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Only visits that began before this instant, for the next page.
    before: Option<Timestamp>,
    /// At most this many, 1 to 500; 100 when absent.
    limit: Option<u32>,
}

/// Who is inside now, with evidence.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct Presence {
    /// How many people in all areas together; somebody inside two areas counts once.
    pub(crate) total: u32,
    /// Per area, by name; areas that nobody is in are listed too.
    pub(crate) areas: Vec<AreaPresence>,
}

/// Who is inside an area now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AreaPresence {
    /// The area.
    area: Named,
    /// How many.
    count: u32,
    /// Who, longest first.
    people: Vec<PersonInside>,
}

/// Somebody inside, and what shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PersonInside {
    /// Who.
    person: PersonBrief,
    /// Since when.
    since: Timestamp,
    /// The last sighting, where sightings alone keep the visit open.
    last_seen: Option<Timestamp>,
    /// The visit.
    visit: Uuid,
    /// The log entry that shows it.
    evidence: Uuid,
}

/// Visits, newest first. Role: auditor.
#[utoipa::path(get, path = "/visits", tag = "visits", params(VisitsQuery),
    responses((status = 200, body = Vec<VisitView>)))]
pub(crate) async fn list(
    _: Auditor,
    State(house): State<House>,
    Query(query): Query<VisitsQuery>,
) -> Result<Json<Vec<VisitView>>, ApiError> {
    visit_views(&house, &query.filter(100)).await.map(Json)
}

/// Visits as CSV, newest first; at most 500, earlier ones with `before`. Role: auditor.
#[utoipa::path(get, path = "/visits.csv", tag = "visits", params(VisitsQuery),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub(crate) async fn list_csv(
    _: Auditor,
    State(house): State<House>,
    Query(query): Query<VisitsQuery>,
) -> Result<Response, ApiError> {
    let visits = visit_views(&house, &query.filter(MOST)).await?;
    let zone = calendar(&house).await?.zone().clone();
    let columns = [
        "number", "name", "area", "in", "in_at", "out", "out_at", "state",
    ];
    let mut rows = vec![csv::header(&columns)];
    for visit in &visits {
        rows.push(csv_row(visit, &zone)?);
    }
    let text = csv::rows(&rows)?;
    Ok(csv::download(
        "visits.csv",
        futures::stream::iter([Ok(text)]),
    ))
}

fn csv_row(visit: &VisitView, zone: &TimeZone) -> Result<Vec<String>, ApiError> {
    let time = |at| csv::local_time(at, zone);
    let name = |end: &Option<Named>| end.as_ref().map(|end| end.name.clone()).unwrap_or_default();
    Ok(vec![
        visit.person.number.clone(),
        visit.person.name.clone(),
        visit.area.name.clone(),
        time(visit.entered_at),
        name(&visit.entered_through),
        visit.left_at.map(time).unwrap_or_default(),
        name(&visit.left_through),
        word(&visit.state)?,
    ])
}

/// A person's visits, newest first. Role: auditor.
#[utoipa::path(get, path = "/people/{id}/visits", tag = "people",
    params(("id" = Uuid, Path, description = "The person"), PageQuery),
    responses((status = 200, body = Vec<VisitView>)))]
pub(crate) async fn of_person(
    _: Auditor,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Vec<VisitView>>, ApiError> {
    let filter = VisitFilter {
        person: Some(PersonId(id)),
        before: query.before,
        limit: query.limit.unwrap_or(100).clamp(1, MOST),
        ..VisitFilter::default()
    };
    visit_views(&house, &filter).await.map(Json)
}

/// Who is inside now, each with the entry that shows it. Role: viewer.
#[utoipa::path(get, path = "/presence", tag = "visits",
    responses((status = 200, body = Presence)))]
pub(crate) async fn inside(
    _: Viewer,
    State(house): State<House>,
) -> Result<Json<Presence>, ApiError> {
    let mut names = Names::load(&house).await?;
    presence(&house, &mut names).await.map(Json)
}

/// Who is inside now.
pub(crate) async fn presence(house: &House, names: &mut Names) -> Result<Presence, ApiError> {
    let calendar = calendar(house).await?;
    let now = house.clock.now();
    let filter = VisitFilter {
        open: true,
        // Whoever was merely seen, and not today, is not inside: the store need not tell.
        seen_since: calendar.start_of(calendar.date_of(now)),
        limit: MOST_OPEN,
        ..VisitFilter::default()
    };
    let visits = house.store.visits(&filter).await?;
    let mut by_area: BTreeMap<AreaId, Vec<Visit>> = BTreeMap::new();
    for visit in visits {
        if is_inside(&visit, now, &calendar) {
            by_area.entry(visit.area).or_default().push(visit);
        }
    }
    let mut everybody: Vec<PersonId> = by_area.values().flatten().map(|v| v.person).collect();
    everybody.sort_unstable();
    everybody.dedup();
    names.load_people(everybody.iter().copied()).await?;
    let mut areas = Vec::new();
    for area in house.store.areas().await? {
        let visits = by_area.remove(&area.id).unwrap_or_default();
        areas.push(area_presence(names, area.id, visits).await?);
    }
    Ok(Presence {
        total: count(everybody.len()),
        areas,
    })
}

async fn area_presence(
    names: &mut Names,
    area: AreaId,
    mut visits: Vec<Visit>,
) -> Result<AreaPresence, ApiError> {
    visits.sort_by_key(|visit| (visit.entered_at, visit.id));
    let mut people = Vec::with_capacity(visits.len());
    for visit in visits {
        people.push(PersonInside {
            person: names.person(visit.person).await?,
            since: visit.entered_at,
            last_seen: visit.left_at,
            visit: visit.id.0,
            evidence: visit.exit.unwrap_or(visit.entry).0,
        });
    }
    Ok(AreaPresence {
        area: names.area(area),
        count: count(people.len()),
        people,
    })
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// The calendar of the site's zone.
pub(crate) async fn calendar(house: &House) -> Result<Calendar, ApiError> {
    let settings = house.store.settings().await?;
    Calendar::named(&settings.time_zone).map_err(|e| ApiError::Internal(e.to_string()))
}

async fn visit_views(house: &House, filter: &VisitFilter) -> Result<Vec<VisitView>, ApiError> {
    let visits = house.store.visits(filter).await?;
    let calendar = calendar(house).await?;
    let now = house.clock.now();
    let mut names = Names::load(house).await?;
    names
        .load_people(visits.iter().map(|visit| visit.person))
        .await?;
    let ends = ends(house, &visits).await?;
    let mut views = Vec::with_capacity(visits.len());
    for visit in visits {
        let inside = is_inside(&visit, now, &calendar);
        views.push(view(&mut names, &ends, visit, inside).await?);
    }
    Ok(views)
}

/// The entries that opened and closed visits.
async fn ends(house: &House, visits: &[Visit]) -> Result<HashMap<EventId, Record>, ApiError> {
    let named = visits
        .iter()
        .flat_map(|visit| [Some(visit.entry), visit.exit]);
    let named: Vec<EventId> = named.flatten().collect();
    let found = house.store.entries_of(&named).await?.into_iter();
    Ok(found
        .map(|stored| (stored.entry.id, stored.entry.record))
        .collect())
}

async fn view(
    names: &mut Names,
    ends: &HashMap<EventId, Record>,
    visit: Visit,
    inside: bool,
) -> Result<VisitView, ApiError> {
    let entry = shown_by(names, ends.get(&visit.entry));
    let exit = shown_by(names, visit.exit.and_then(|exit| ends.get(&exit)));
    Ok(VisitView {
        id: visit.id.0,
        person: names.person(visit.person).await?,
        area: names.area(visit.area),
        entry: visit.entry.0,
        entered_at: visit.entered_at,
        entered_through: entry.through,
        entry_picture: entry.picture,
        exit: visit.exit.map(|id| id.0),
        left_at: visit.left_at,
        left_through: exit.through,
        exit_picture: exit.picture,
        state: visit.state.into(),
        inside,
    })
}

/// What an entry of the log shows of one end of a visit.
#[derive(Default)]
struct End {
    through: Option<Named>,
    picture: Option<Uuid>,
}

fn shown_by(names: &Names, record: Option<&Record>) -> End {
    match record {
        Some(Record::Access(access)) => End {
            through: Some(names.access_point(access.place.access_point)),
            picture: picture(&access.evidence),
        },
        Some(Record::Correction(Correction::AddMissed { place, .. })) => End {
            through: Some(names.access_point(place.access_point)),
            picture: None,
        },
        _ => End::default(),
    }
}
