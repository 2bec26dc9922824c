//! Pictures.

use crate::auth::Viewer;
use crate::error::{ApiError, Problem};
use crate::extract::Path;
use crate::state::House;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use model::PictureId;
use uuid::Uuid;

/// A picture as JPEG. Role: viewer.
///
/// Browsers keep it for an hour, and for this user only: a deleted picture must not live on.
#[utoipa::path(get, path = "/pictures/{id}", tag = "pictures",
    params(("id" = Uuid, Path, description = "The picture")),
    responses(
        (status = 200, description = "JPEG", content_type = "image/jpeg"),
        (status = 404, description = "Unknown or deleted", body = Problem),
    ))]
pub(crate) async fn show(
    _: Viewer,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Response, ApiError> {
    let picture = house.pictures.get(PictureId(id)).await?;
    let jpeg = picture.ok_or_else(|| ApiError::not_found("this picture"))?;
    let headers = [
        (CONTENT_TYPE, "image/jpeg"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_DISPOSITION, "inline"),
    ];
    Ok((headers, jpeg).into_response())
}
