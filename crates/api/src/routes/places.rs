//! Areas and the access points that lead into them.

use crate::acts::fresh;
use crate::auth::{Admin, Caller, Viewer};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::state::House;
use crate::text::required;
use crate::words::{Direction, Factor, LivenessPolicy};
use axum::extract::State;
use axum::http::StatusCode;
use model::{AccessPoint, AccessPointId, Act, Area, AreaId};
use serde::{Deserialize, Serialize};
use store::{Put, StoreError, Write};
use utoipa::ToSchema;
use uuid::Uuid;

/// A place people are inside of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AreaView {
    /// Identity.
    id: Uuid,
    /// Name, unique at the site.
    name: String,
}

/// A new or changed area.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct AreaInput {
    /// Name, unique at the site.
    name: String,
}

/// One side of a door, gate, turnstile or classroom.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AccessPointView {
    /// Identity.
    id: Uuid,
    /// Name, unique at the site.
    name: String,
    /// Direction.
    direction: Direction,
    /// The area it leads into or out of.
    area: Uuid,
    /// All factors that a passage must show; empty: any one is enough.
    factors: Vec<Factor>,
    /// What it makes of a face that is not known to be alive. Only camera stations can ask: whoever another camera
    /// sees counts as not established.
    liveness: LivenessPolicy,
}

/// A new or changed access point.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct AccessPointInput {
    /// Name, unique at the site.
    name: String,
    /// Direction.
    direction: Direction,
    /// The area it leads into or out of.
    area: Uuid,
    /// All factors that a passage must show; empty: any one is enough.
    #[serde(default)]
    factors: Vec<Factor>,
    /// What it makes of a face that is not known to be alive. Absent: as before; nothing is asked at a new one.
    #[serde(default)]
    liveness: Option<LivenessPolicy>,
}

impl From<Area> for AreaView {
    fn from(area: Area) -> Self {
        Self {
            id: area.id.0,
            name: area.name,
        }
    }
}

impl From<AccessPoint> for AccessPointView {
    fn from(point: AccessPoint) -> Self {
        Self {
            id: point.id.0,
            name: point.name,
            direction: point.direction.into(),
            area: point.area.0,
            factors: point.factors.into_iter().map(Factor::from).collect(),
            liveness: point.liveness.into(),
        }
    }
}

/// All areas by name. Role: viewer.
#[utoipa::path(get, path = "/areas", tag = "places",
    responses((status = 200, body = Vec<AreaView>)))]
pub(crate) async fn areas(
    _: Viewer,
    State(house): State<House>,
) -> Result<Json<Vec<AreaView>>, ApiError> {
    let areas = house.store.areas().await?;
    Ok(Json(areas.into_iter().map(AreaView::from).collect()))
}

/// Adds an area. Role: admin.
#[utoipa::path(post, path = "/areas", tag = "places", request_body = AreaInput,
    responses((status = 201, body = AreaView), (status = 409, body = Problem)))]
pub(crate) async fn add_area(
    Admin(caller): Admin,
    State(house): State<House>,
    Json(input): Json<AreaInput>,
) -> Result<(StatusCode, Json<AreaView>), ApiError> {
    let view = put_area(&house, &caller, None, input).await?;
    Ok((StatusCode::CREATED, view))
}

/// Changes an area. Role: admin.
#[utoipa::path(put, path = "/areas/{id}", tag = "places", request_body = AreaInput,
    params(("id" = Uuid, Path, description = "The area")),
    responses((status = 200, body = AreaView), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn change_area(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<AreaInput>,
) -> Result<Json<AreaView>, ApiError> {
    let before = find_area(&house, AreaId(id)).await?;
    put_area(&house, &caller, Some(before), input).await
}

/// Removes an area that no access point leads into. Role: admin.
#[utoipa::path(delete, path = "/areas/{id}", tag = "places",
    params(("id" = Uuid, Path, description = "The area")),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove_area(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let area = AreaId(id);
    find_area(&house, area).await?;
    let points = house.store.access_points().await?;
    if let Some(point) = points.iter().find(|point| point.area == area) {
        let by = format!("the access point {}", point.name);
        return Err(StoreError::InUse { by }.into());
    }
    let act = Act::AreaRemoved { area };
    house
        .act(caller.author(), act, vec![Write::RemoveArea(area)])
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// All access points by name. Role: viewer.
#[utoipa::path(get, path = "/access-points", tag = "places",
    responses((status = 200, body = Vec<AccessPointView>)))]
pub(crate) async fn access_points(
    _: Viewer,
    State(house): State<House>,
) -> Result<Json<Vec<AccessPointView>>, ApiError> {
    let points = house.store.access_points().await?;
    Ok(Json(
        points.into_iter().map(AccessPointView::from).collect(),
    ))
}

/// Adds an access point. Role: admin.
#[utoipa::path(post, path = "/access-points", tag = "places", request_body = AccessPointInput,
    responses((status = 201, body = AccessPointView), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn add_access_point(
    Admin(caller): Admin,
    State(house): State<House>,
    Json(input): Json<AccessPointInput>,
) -> Result<(StatusCode, Json<AccessPointView>), ApiError> {
    let view = put_access_point(&house, &caller, None, input).await?;
    Ok((StatusCode::CREATED, view))
}

/// Changes an access point; what the log recorded of it before stays. Role: admin.
#[utoipa::path(put, path = "/access-points/{id}", tag = "places",
    request_body = AccessPointInput,
    params(("id" = Uuid, Path, description = "The access point")),
    responses((status = 200, body = AccessPointView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change_access_point(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<AccessPointInput>,
) -> Result<Json<AccessPointView>, ApiError> {
    let before = find_access_point(&house, AccessPointId(id)).await?;
    put_access_point(&house, &caller, Some(before), input).await
}

/// Removes an access point that no device or gate refers to. Role: admin.
#[utoipa::path(delete, path = "/access-points/{id}", tag = "places",
    params(("id" = Uuid, Path, description = "The access point")),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn remove_access_point(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let access_point = AccessPointId(id);
    find_access_point(&house, access_point).await?;
    let act = Act::AccessPointRemoved { access_point };
    let writes = vec![Write::RemoveAccessPoint(access_point)];
    house.act(caller.author(), act, writes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The access point `id`.
///
/// # Errors
/// [`ApiError::NotFound`] when there is none.
pub(crate) async fn find_access_point(
    house: &House,
    id: AccessPointId,
) -> Result<AccessPoint, ApiError> {
    let points = house.store.access_points().await?;
    points
        .into_iter()
        .find(|point| point.id == id)
        .ok_or_else(|| ApiError::not_found("this access point"))
}

async fn find_area(house: &House, id: AreaId) -> Result<Area, ApiError> {
    let areas = house.store.areas().await?;
    areas
        .into_iter()
        .find(|area| area.id == id)
        .ok_or_else(|| ApiError::not_found("this area"))
}

async fn put_area(
    house: &House,
    caller: &Caller,
    before: Option<Area>,
    input: AreaInput,
) -> Result<Json<AreaView>, ApiError> {
    let area = Area {
        id: before.as_ref().map_or_else(fresh, |area| area.id),
        name: required("name", &input.name)?,
    };
    let act = Act::AreaPut { area: area.id };
    let writes = vec![Write::Area(Put::over(before, area.clone()))];
    house.act(caller.author(), act, writes).await?;
    Ok(Json(area.into()))
}

async fn put_access_point(
    house: &House,
    caller: &Caller,
    before: Option<AccessPoint>,
    input: AccessPointInput,
) -> Result<Json<AccessPointView>, ApiError> {
    let area = find_area(house, AreaId(input.area))
        .await
        .map_err(|_| ApiError::field("area", "Choose one of the site's areas."))?;
    let mut factors: Vec<_> = input.factors.into_iter().map(Into::into).collect();
    factors.sort_unstable();
    factors.dedup();
    let known = before.as_ref().map(|point| point.liveness);
    let liveness = input.liveness.map(Into::into).or(known).unwrap_or_default();
    let point = AccessPoint {
        id: before.as_ref().map_or_else(fresh, |point| point.id),
        name: required("name", &input.name)?,
        direction: input.direction.into(),
        area: area.id,
        factors,
        liveness,
    };
    let act = Act::AccessPointPut {
        access_point: point.id,
    };
    let writes = vec![Write::AccessPoint(Put::over(before, point.clone()))];
    house.act(caller.author(), act, writes).await?;
    Ok(Json(point.into()))
}
