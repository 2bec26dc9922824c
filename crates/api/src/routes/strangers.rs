//! Strangers: who was seen and is like nobody enrolled, kept for a configured time.

pub(crate) mod known;

use crate::acts::to_the_end;
use crate::auth::Operator;
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path, Query};
use crate::routes::faces::LARGEST_IMAGE;
use crate::state::House;
use crate::upload::Upload;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{Act, Author, EventId, PictureId, StrangerId};
use serde::{Deserialize, Serialize};
use store::{Stranger, StrangerSeen, Write};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Most strangers in one answer.
const MOST: u32 = 200;
/// Strangers shown as alike.
const ALIKE: usize = 10;

/// Somebody who is like nobody enrolled.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct StrangerView {
    /// Identity.
    id: Uuid,
    /// When they were seen first, of what is still kept.
    first_seen: Timestamp,
    /// When they were seen last.
    last_seen: Timestamp,
    /// How often they were seen.
    times: u64,
    /// The newest face, cut out of a picture.
    face: Uuid,
}

/// A passage of a stranger.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SightingView {
    /// When.
    at: Timestamp,
    /// The face, cut out of the picture.
    face: Uuid,
    /// The picture of the passage.
    picture: Uuid,
    /// The event; absent while it is not decided.
    event: Option<Uuid>,
}

/// A stranger who may be the one looked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AlikeView {
    /// The stranger.
    stranger: StrangerView,
    /// Likeness, -1 to 1.
    score: f64,
}

/// Which strangers to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StrangerSearch {
    /// Only the one on this picture of a passage.
    picture: Option<Uuid>,
    /// At most this many, 1 to 200; 50 when absent.
    limit: Option<u32>,
}

/// One image.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "describes the multipart body in the OpenAPI document only"
)]
pub(crate) struct StrangerImage {
    /// JPEG or PNG.
    #[schema(value_type = String, format = Binary)]
    image: Vec<u8>,
}

impl From<Stranger> for StrangerView {
    fn from(stranger: Stranger) -> Self {
        Self {
            id: stranger.id.0,
            first_seen: stranger.first_seen,
            last_seen: stranger.last_seen,
            times: stranger.times,
            face: stranger.face.0,
        }
    }
}

/// Strangers, whoever was seen last first; or the one on a picture. Role: operator.
#[utoipa::path(get, path = "/strangers", tag = "people", params(StrangerSearch),
    responses((status = 200, body = Vec<StrangerView>)))]
pub(crate) async fn list(
    _: Operator,
    State(house): State<House>,
    Query(search): Query<StrangerSearch>,
) -> Result<Json<Vec<StrangerView>>, ApiError> {
    let Some(picture) = search.picture else {
        let limit = search.limit.unwrap_or(50).clamp(1, MOST);
        let found = house.store.strangers(limit).await?;
        return Ok(Json(found.into_iter().map(StrangerView::from).collect()));
    };
    let found = match house.store.stranger_on(PictureId(picture)).await? {
        Some(stranger) => house.store.find_stranger(stranger).await?,
        None => None,
    };
    Ok(Json(found.into_iter().map(StrangerView::from).collect()))
}

/// Where and when a stranger was seen, newest first. Role: operator.
#[utoipa::path(get, path = "/strangers/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The stranger")),
    responses((status = 200, body = Vec<SightingView>), (status = 404, body = Problem)))]
pub(crate) async fn show(
    _: Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Json<Vec<SightingView>>, ApiError> {
    let seen = sightings(&house, StrangerId(id)).await?;
    let view = |(seen, event): (StrangerSeen, Option<EventId>)| SightingView {
        at: seen.at,
        face: seen.face.0,
        picture: seen.picture.0,
        event: event.map(|event| event.0),
    };
    Ok(Json(seen.into_iter().map(view).collect()))
}

/// The strangers most alike the largest face of an image; keeps nothing of it. Role: operator.
#[utoipa::path(post, path = "/strangers/alike", tag = "people",
    request_body(content = StrangerImage, content_type = "multipart/form-data"),
    responses((status = 200, body = Vec<AlikeView>), (status = 422, body = Problem),
        (status = 503, body = Problem)))]
pub(crate) async fn alike(
    _: Operator,
    State(house): State<House>,
    mut upload: Upload,
) -> Result<Json<Vec<AlikeView>>, ApiError> {
    let image = upload.file("image")?.bytes;
    if image.len() > LARGEST_IMAGE {
        return Err(ApiError::field("image", "At most 12 MiB."));
    }
    let found = house.recognition.strangers_like(image, ALIKE).await;
    let found = found.ok_or(ApiError::Busy("face recognition"))?;
    let mut views = Vec::with_capacity(found.len());
    for (stranger, score) in found {
        if let Some(stranger) = house.store.find_stranger(stranger).await? {
            let stranger = StrangerView::from(stranger);
            let score = f64::from(score.0) / 1e6;
            views.push(AlikeView { stranger, score });
        }
    }
    Ok(Json(views))
}

/// Erases what is kept of a stranger, at once: templates and pictures. Events stay and show a gap. Role: operator.
#[utoipa::path(delete, path = "/strangers/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The stranger")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn forget(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let stranger = StrangerId(id);
    let mut seen = sightings(&house, stranger).await?;
    to_the_end(async move {
        // Whoever is seen meanwhile goes as well.
        while !seen.is_empty() {
            erase(&house, caller.author(), stranger, &seen).await?;
            seen = house.store.stranger(stranger).await?;
        }
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Erases those sightings: rows with the act, then gallery and files.
async fn erase(
    house: &House,
    author: Author,
    stranger: StrangerId,
    seen: &Sightings,
) -> Result<(), ApiError> {
    let pictures = pictures(seen);
    let act = Act::StrangerForgotten { stranger };
    let writes = vec![Write::EraseStranger(stranger, pictures.clone())];
    house.act(author, act, writes).await?;
    let recognition = &house.recognition;
    recognition.stranger_forgotten(stranger, &pictures).await;
    for (seen, _) in seen {
        remove(house, seen.picture).await;
        remove(house, seen.face).await;
    }
    Ok(())
}

/// Removes the file of a picture that no row names any more. What fails costs the others nothing: the sweep takes it.
async fn remove(house: &House, picture: PictureId) {
    if let Err(error) = house.pictures.remove(picture).await {
        tracing::warn!(%error, "a picture of a stranger is left");
    }
}

/// The pictures of the passages, which name the sightings.
fn pictures(seen: &Sightings) -> Vec<PictureId> {
    seen.iter().map(|(seen, _)| seen.picture).collect()
}

type Sightings = Vec<(StrangerSeen, Option<EventId>)>;

async fn sightings(house: &House, stranger: StrangerId) -> Result<Sightings, ApiError> {
    let seen = house.store.stranger(stranger).await?;
    if seen.is_empty() {
        return Err(ApiError::not_found("this stranger"));
    }
    Ok(seen)
}
