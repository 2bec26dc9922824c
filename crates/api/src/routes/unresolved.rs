//! Observations that became no event: shown to an operator instead of a guess.

use crate::auth::{Operator, Viewer};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path, Query};
use crate::names::{Named, Names};
use crate::state::House;
use crate::text::required;
use crate::words::UnresolvedReason;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{Act, Sighting};
use serde::{Deserialize, Serialize};
use store::{StoreError, StoredUnresolved, Write};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Most groups in one answer.
const MOST: u32 = 200;

/// A group of observations that became no event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct UnresolvedView {
    /// The number it is listed under.
    number: u64,
    /// Where.
    access_point: Named,
    /// When the first of them was received.
    at: Timestamp,
    /// Why.
    reason: UnresolvedReason,
    /// A picture among them, to look at.
    picture: Option<Uuid>,
    /// What was seen, in order of receipt.
    observations: Vec<ObservationView>,
    /// Whether an operator set the group aside.
    dismissed: bool,
}

/// One observation of an unresolved group.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ObservationView {
    /// Identity.
    id: Uuid,
    /// The device that saw it.
    device: Named,
    /// When the server received it.
    received_at: Timestamp,
    /// What was seen.
    saw: SawView,
}

/// What one device saw.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(tag = "saw", rename_all = "snake_case")]
pub(crate) enum SawView {
    /// A finger that the device matched to a person number.
    Finger {
        /// The person number.
        number: String,
    },
    /// A tag that was read.
    Tag {
        /// The tag's text.
        tag: String,
    },
    /// A face.
    Face,
    /// A finger that the house compared.
    Fingerprint,
    /// A picture was asked for.
    PictureRequested,
    /// A picture that arrived.
    Picture {
        /// The picture.
        picture: Uuid,
    },
    /// A classic controller's entry line.
    ClassicEntry {
        /// The person number on the line.
        number: String,
    },
    /// A classic controller's exit line.
    ClassicExit {
        /// The tag on the line.
        tag: String,
    },
}

/// Which groups to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UnresolvedQuery {
    /// Only groups with a smaller number, for the next page.
    before: Option<u64>,
    /// At most this many, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// Why an operator sets a group aside.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct Dismiss {
    /// What was found, without names: it stays in the log.
    note: String,
}

impl From<Sighting> for SawView {
    fn from(sighting: Sighting) -> Self {
        match sighting {
            Sighting::Finger { number, .. } => Self::Finger { number },
            Sighting::Tag { tag } => Self::Tag {
                tag: tag.as_str().to_owned(),
            },
            Sighting::Face(_) => Self::Face,
            Sighting::Fingerprint(_) => Self::Fingerprint,
            Sighting::PictureRequested => Self::PictureRequested,
            Sighting::Picture { picture } => Self::Picture { picture: picture.0 },
            Sighting::ClassicEntry(line) => Self::ClassicEntry {
                number: line.number,
            },
            Sighting::ClassicExit(line) => Self::ClassicExit {
                tag: line.tag.as_str().to_owned(),
            },
        }
    }
}

/// Unresolved groups, newest first. Role: viewer.
#[utoipa::path(get, path = "/unresolved", tag = "log", params(UnresolvedQuery),
    responses((status = 200, body = Vec<UnresolvedView>)))]
pub(crate) async fn list(
    _: Viewer,
    State(house): State<House>,
    Query(query): Query<UnresolvedQuery>,
) -> Result<Json<Vec<UnresolvedView>>, ApiError> {
    let limit = query.limit.unwrap_or(50).clamp(1, MOST);
    let groups = house.store.unresolved(query.before, limit).await?;
    let names = Names::load(&house).await?;
    let mut views = Vec::with_capacity(groups.len());
    for group in groups {
        views.push(view(&house, &names, group).await?);
    }
    Ok(Json(views))
}

async fn view(
    house: &House,
    names: &Names,
    group: StoredUnresolved,
) -> Result<UnresolvedView, ApiError> {
    let mut observations = Vec::new();
    for id in group.unresolved.observations {
        let found = match house.store.observation(id).await {
            // The group says so as its reason.
            Err(error) if error.is_damage() => continue,
            found => found?,
        };
        if let Some((observation, _raw)) = found {
            observations.push(ObservationView {
                id: id.0,
                device: names.device(observation.device),
                received_at: observation.received_at,
                saw: observation.sighting.into(),
            });
        }
    }
    Ok(UnresolvedView {
        number: group.number,
        access_point: names.access_point(group.unresolved.access_point),
        at: group.unresolved.at,
        reason: group.unresolved.reason.into(),
        picture: group.unresolved.picture.map(|picture| picture.0),
        observations,
        dismissed: group.dismissed,
    })
}

/// Sets a group aside after somebody looked at it. Role: operator.
#[utoipa::path(post, path = "/unresolved/{number}/dismiss", tag = "log",
    request_body = Dismiss,
    params(("number" = u64, Path, description = "The number it is listed under")),
    responses((status = 204), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn dismiss(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(number): Path<u64>,
    Json(input): Json<Dismiss>,
) -> Result<StatusCode, ApiError> {
    let note = required("note", &input.note)?;
    let newest = house.store.unresolved(number.checked_add(1), 1).await?;
    let group = newest.into_iter().find(|group| group.number == number);
    let group = group.ok_or_else(|| ApiError::not_found("this unresolved group"))?;
    if group.dismissed {
        return Ok(StatusCode::NO_CONTENT);
    }
    let act = Act::UnresolvedDismissed {
        note: format!("{number}: {note}"),
    };
    let writes = vec![Write::DismissUnresolved(number)];
    match house.act(caller.author(), act, writes).await {
        // Somebody else was faster.
        Err(ApiError::Store(StoreError::Conflict { .. })) => {}
        done => drop(done?),
    }
    Ok(StatusCode::NO_CONTENT)
}
