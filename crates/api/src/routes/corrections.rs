//! Corrections: appended, with reason and author; the original stays visible.

use crate::auth::Operator;
use crate::error::{ApiError, Problem};
use crate::extract::Json;
use crate::routes::places::find_access_point;
use crate::state::House;
use crate::text::required;
use crate::words;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{
    AccessPoint, AccessPointId, Correction, Direction, EventId, PersonId, Place, Record, VisitId,
    VisitState,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A correction to append.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "correction", rename_all = "snake_case")]
pub(crate) enum CorrectionInput {
    /// An event names the wrong person.
    NotThisPerson {
        /// The event.
        event: Uuid,
        /// Who it was instead, when known.
        #[serde(default)]
        instead: Option<Uuid>,
        /// Why.
        reason: String,
    },
    /// An entry or exit that no device saw.
    AddMissed {
        /// Who.
        person: Uuid,
        /// Where.
        access_point: Uuid,
        /// Entry or exit; at an access point with both, what the operator says.
        direction: words::Direction,
        /// When it happened; not in the future.
        at: Timestamp,
        /// Why.
        reason: String,
    },
    /// A visit that was left open.
    CloseVisit {
        /// The visit.
        visit: Uuid,
        /// When the person left; not before the entry, not in the future.
        at: Timestamp,
        /// Why.
        reason: String,
    },
}

/// Where a record stands in the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Recorded {
    /// Identity of the entry.
    event: Uuid,
    /// Its index in the log.
    index: u64,
}

/// Appends a correction. Role: operator.
#[utoipa::path(post, path = "/corrections", tag = "log", request_body = CorrectionInput,
    responses((status = 201, body = Recorded), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn append(
    Operator(caller): Operator,
    State(house): State<House>,
    Json(input): Json<CorrectionInput>,
) -> Result<(StatusCode, Json<Recorded>), ApiError> {
    let correction = checked(&house, input).await?;
    let record = Record::Correction(correction);
    let committed = house.record(caller.author(), record, Vec::new()).await?;
    let recorded = Recorded {
        event: committed.entry.id.0,
        index: committed.index,
    };
    Ok((StatusCode::CREATED, Json(recorded)))
}

async fn checked(house: &House, input: CorrectionInput) -> Result<Correction, ApiError> {
    match input {
        CorrectionInput::NotThisPerson {
            event,
            instead,
            reason,
        } => not_this_person(house, EventId(event), instead.map(PersonId), &reason).await,
        CorrectionInput::AddMissed {
            person,
            access_point,
            direction,
            at,
            reason,
        } => {
            let point = find_access_point(house, AccessPointId(access_point)).await?;
            known_person(house, "person", PersonId(person)).await?;
            not_in_the_future(house, at)?;
            Ok(Correction::AddMissed {
                person: PersonId(person),
                direction: way(&point, direction.into())?,
                place: place_of(house, &point).await?,
                at,
                reason: required("reason", &reason)?,
            })
        }
        CorrectionInput::CloseVisit { visit, at, reason } => {
            close_visit(house, VisitId(visit), at, &reason).await
        }
    }
}

async fn not_this_person(
    house: &House,
    event: EventId,
    instead: Option<PersonId>,
    reason: &str,
) -> Result<Correction, ApiError> {
    let stored = house.store.entry(event).await?;
    let stored = stored.ok_or_else(|| ApiError::not_found("this event"))?;
    let Record::Access(access) = &stored.entry.record else {
        let detail = "Choose an access event: only those name a person.";
        return Err(ApiError::field("event", detail));
    };
    if let Some(person) = instead {
        known_person(house, "instead", person).await?;
    }
    let uncorrected = stored.corrected_by.is_empty();
    if uncorrected && access.decision.person == instead {
        let detail = "The event says that already; choose somebody else.";
        return Err(ApiError::field("instead", detail));
    }
    Ok(Correction::NotThisPerson {
        event,
        instead,
        reason: required("reason", reason)?,
    })
}

async fn close_visit(
    house: &House,
    id: VisitId,
    at: Timestamp,
    reason: &str,
) -> Result<Correction, ApiError> {
    let visit = house.store.visit(id).await?;
    let visit = visit.ok_or_else(|| ApiError::not_found("this visit"))?;
    let open = matches!(visit.state, VisitState::Open | VisitState::ExitMissing);
    if !open {
        let detail = "The visit is closed already; reload to see by whom.";
        return Err(ApiError::Conflict(detail.into()));
    }
    not_in_the_future(house, at)?;
    if at < visit.entered_at {
        let detail = "Choose a time after the entry.";
        return Err(ApiError::field("at", detail));
    }
    Ok(Correction::CloseVisit {
        visit: id,
        at,
        reason: required("reason", reason)?,
    })
}

/// The direction of a missed passage: what the access point allows, and never both.
fn way(point: &AccessPoint, said: Direction) -> Result<Direction, ApiError> {
    let fits = point.direction == Direction::Both || point.direction == said;
    if said == Direction::Both || !fits {
        let detail = "Say entry or exit, as the access point allows.";
        return Err(ApiError::field("direction", detail));
    }
    Ok(said)
}

/// An access point as things stand now.
async fn place_of(house: &House, point: &AccessPoint) -> Result<Place, ApiError> {
    let points = house.store.access_points().await?;
    let leads_out =
        |other: &AccessPoint| other.area == point.area && other.direction == Direction::Exit;
    Ok(Place {
        access_point: point.id,
        direction: point.direction,
        area: point.area,
        area_has_exit: points.iter().any(leads_out),
    })
}

async fn known_person(house: &House, field: &str, id: PersonId) -> Result<(), ApiError> {
    match house.store.person(id).await? {
        Some(_) => Ok(()),
        None => Err(ApiError::field(field, "Choose somebody of the registry.")),
    }
}

fn not_in_the_future(house: &House, at: Timestamp) -> Result<(), ApiError> {
    if at > house.clock.now() {
        return Err(ApiError::field("at", "Choose a time that has passed."));
    }
    Ok(())
}
