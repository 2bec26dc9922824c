//! Roll calls: who is in the room that a camera looks at.

use crate::auth::Operator;
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::names::Names;
use crate::person::PersonBrief;
use crate::ports::RollCall;
use crate::routes::pictures::shown;
use crate::state::House;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use model::{DeviceId, PersonId, Score};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A roll that is called before a camera, or was.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RollCallView {
    /// When it was begun.
    begun_at: Timestamp,
    /// When it ends, or ended.
    until: Timestamp,
    /// Whether it ended.
    over: bool,
    /// Seconds it has gone on, at most those from its beginning to its end.
    seconds: f64,
    /// Seconds from its beginning to its end.
    of_seconds: f64,
    /// Pictures that were looked at so far.
    looks: u32,
    /// Who is there, in the order in which they were seen first.
    present: Vec<PresentView>,
    /// Faces that were not recognised.
    others: Vec<OtherView>,
}

/// Somebody who is there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PresentView {
    /// Who.
    person: PersonBrief,
    /// The number of the face, cut out of a picture of the camera.
    face: u32,
    /// When they were last seen.
    at: Timestamp,
    /// Likeness in the last picture that showed them, -1 to 1.
    score: Option<f64>,
}

/// A face that was not recognised.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OtherView {
    /// The number of the face, cut out of a picture of the camera.
    face: u32,
    /// Whether it is known to be nobody's who is enrolled.
    unknown: bool,
    /// The two people whom it is like, who cannot be told apart; absent: none such. Where it is not unknown either, it
    /// was not seen well enough yet.
    one_of: Option<Vec<PersonBrief>>,
    /// When it was last seen.
    at: Timestamp,
}

/// Calls the roll before a camera. Role: operator.
///
/// For a minute it looks at many faces, small ones too. What it sees is logged as ever.
#[utoipa::path(post, path = "/devices/{id}/roll-call", tag = "attendance",
    params(("id" = Uuid, Path, description = "The camera")),
    responses((status = 201, body = RollCallView), (status = 404, body = Problem)))]
pub(crate) async fn begin(
    _: Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<RollCallView>), ApiError> {
    let begun = house.cameras.call_roll(DeviceId(id));
    let begun = begun.ok_or_else(|| ApiError::not_found("this camera"))?;
    Ok((StatusCode::CREATED, Json(view(&house, begun).await?)))
}

/// The roll that was called last before a camera, and what it has found so far. Role: operator.
///
/// It is forgotten when Gatebook stops; the log is not. Without a body where none was called since.
#[utoipa::path(get, path = "/devices/{id}/roll-call", tag = "attendance",
    params(("id" = Uuid, Path, description = "The camera")),
    responses((status = 200, body = RollCallView), (status = 204, description = "None was called"),
        (status = 404, body = Problem)))]
pub(crate) async fn show(
    _: Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Response, ApiError> {
    let camera = DeviceId(id);
    if house.cameras.watch(camera).is_none() {
        return Err(ApiError::not_found("this camera"));
    }
    match house.cameras.roll_call(camera) {
        Some(called) => Ok(Json(view(&house, called).await?).into_response()),
        None => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

/// Ends a roll call before its minute is over. Role: operator.
#[utoipa::path(post, path = "/devices/{id}/roll-call/done", tag = "attendance",
    params(("id" = Uuid, Path, description = "The camera")),
    responses((status = 200, body = RollCallView), (status = 404, body = Problem)))]
pub(crate) async fn end(
    _: Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Json<RollCallView>, ApiError> {
    let ended = house.cameras.end_roll_call(DeviceId(id));
    let ended = ended.ok_or_else(|| ApiError::not_found("a roll call of this camera"))?;
    Ok(Json(view(&house, ended).await?))
}

/// A face of the roll that was called last, as JPEG. Role: operator.
#[utoipa::path(get, path = "/devices/{id}/roll-call/faces/{number}", tag = "attendance",
    params(("id" = Uuid, Path, description = "The camera"),
        ("number" = u32, Path, description = "The number of the face")),
    responses(
        (status = 200, description = "JPEG", content_type = "image/jpeg"),
        (status = 404, body = Problem),
    ))]
pub(crate) async fn face(
    _: Operator,
    State(house): State<House>,
    Path((id, number)): Path<(Uuid, u32)>,
) -> Result<Response, ApiError> {
    let jpeg = house.cameras.roll_call_face(DeviceId(id), number);
    let jpeg = jpeg.ok_or_else(|| ApiError::not_found("this face"))?;
    Ok(shown("image/jpeg", jpeg.to_vec()))
}

/// Everybody whose name is told.
fn whom(call: &RollCall) -> Vec<PersonId> {
    let named = call.faces.iter().filter_map(|face| face.person);
    let alike = call.faces.iter().filter_map(|face| face.one_of).flatten();
    named.chain(alike).collect()
}

async fn view(house: &House, call: RollCall) -> Result<RollCallView, ApiError> {
    let mut names = Names::load(house).await?;
    names.load_people(whom(&call)).await?;
    let (mut present, mut others) = (Vec::new(), Vec::new());
    for face in &call.faces {
        match face.person {
            Some(person) => present.push(PresentView {
                person: names.person(person).await?,
                face: face.number,
                at: face.at,
                score: face.score.map(Score::as_cosine),
            }),
            None => others.push(OtherView {
                face: face.number,
                unknown: face.unknown,
                one_of: match face.one_of {
                    Some([one, other]) => {
                        Some(vec![names.person(one).await?, names.person(other).await?])
                    }
                    None => None,
                },
                at: face.at,
            }),
        }
    }
    Ok(RollCallView {
        begun_at: call.begun_at,
        until: call
            .begun_at
            .checked_add(call.lasts)
            .unwrap_or(call.begun_at),
        over: call.gone_on >= call.lasts,
        seconds: call.gone_on.as_secs_f64(),
        of_seconds: call.lasts.as_secs_f64(),
        looks: call.looks,
        present,
        others,
    })
}
