//! Enrolling a finger: a session in memory, press by press; nothing is kept before it is finished.

use crate::acts::to_the_end;
use crate::auth::Operator;
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::keeping::keep_finger;
use crate::names::Names;
use crate::person::PersonBrief;
use crate::ports::{EnrolledFinger, Enrolment, FingerFault, PressImage, Pressed};
use crate::routes::fingers::{FingerView, finger_view};
use crate::routes::people::find;
use crate::state::House;
use crate::upload::Upload;
use crate::words::{FingerPosition, PressAdvice};
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use model::{CredentialKind, DeviceId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Largest body of the route that takes an image, in bytes.
pub(crate) const BODY_LIMIT: usize = 17 * 1024 * 1024;
/// Pixels an inch where nothing is said.
const USUAL_DPI: u16 = 500;

/// Which finger is to be enrolled.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewEnrolment {
    /// Which one.
    position: FingerPosition,
    /// Whether it is marked for duress: its passage is granted, and operators are told silently.
    #[serde(default)]
    duress: bool,
}

/// An enrolment in progress.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EnrolmentView {
    /// Identity.
    id: Uuid,
    /// Whose finger.
    person: PersonBrief,
    /// Which one.
    position: FingerPosition,
    /// Whether it is to be marked for duress.
    duress: bool,
    /// Impressions that are needed.
    needed: u8,
    /// Impressions that were taken.
    done: u8,
    /// Whether it can be finished.
    complete: bool,
    /// Somebody else whose finger it is already: then it cannot be finished.
    belongs_to: Option<PersonBrief>,
    /// When it is given up unless something happens.
    expires_at: Timestamp,
}

/// What one press led to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PressView {
    /// Whether it was taken.
    taken: bool,
    /// What to do before the next one; absent: it was taken.
    advice: Option<PressAdvice>,
    /// What to tell whoever presses.
    sentence: String,
    /// How clear it is, 0 to 100; absent where no print was found.
    quality: Option<u8>,
    /// Its picture as a `data:` address (PNG).
    picture: String,
    /// The enrolment after it.
    enrolment: EnrolmentView,
}

/// A press.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "describes the multipart body in the OpenAPI document only"
)]
pub(crate) struct PressForm {
    /// PNG, TIFF or PGM; with `width` and `height`, one grey byte a pixel, 0 black, ridges dark.
    #[schema(value_type = String, format = Binary)]
    image: Vec<u8>,
    /// Pixels an inch, 100 to 2,000; 500 when absent.
    dpi: Option<u16>,
    /// Pixels in a row, of grey bytes.
    width: Option<u32>,
    /// Rows, of grey bytes.
    height: Option<u32>,
}

/// The sensor that a finger is pressed on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PressOn {
    /// The sensor, of GET /fingers/sensors.
    sensor: Uuid,
}

impl From<FingerFault> for ApiError {
    fn from(fault: FingerFault) -> Self {
        match fault {
            FingerFault::Gone => Self::not_found("this enrolment"),
            FingerFault::Busy => Self::Busy("enrolment of fingers"),
            FingerFault::Unusable(why) => Self::field("image", why),
            FingerFault::NotNow(why) => Self::Conflict(why),
        }
    }
}

/// Begins to enrol a finger. Role: operator.
///
/// It belongs to whoever began it, and is given up after ten minutes in which nothing happens.
#[utoipa::path(post, path = "/people/{id}/fingers/enrolments", tag = "fingers",
    request_body = NewEnrolment,
    params(("id" = Uuid, Path, description = "The person")),
    responses((status = 201, body = EnrolmentView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 503, body = Problem)))]
pub(crate) async fn begin(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<NewEnrolment>,
) -> Result<(StatusCode, Json<EnrolmentView>), ApiError> {
    let person = find(&house, PersonId(id)).await?.id;
    let position = input.position.into();
    let is_it = |kind: &CredentialKind| matches!(kind, CredentialKind::Finger { position: p, .. } if *p == position);
    let credentials = house.store.credentials(person).await?;
    if credentials.iter().any(|known| is_it(&known.kind)) {
        let detail = "This finger is enrolled already; remove it first.";
        return Err(ApiError::Conflict(detail.into()));
    }
    let fingers = &house.fingers;
    let enrolment = fingers.begin(caller.user, person, position, input.duress)?;
    let view = enrolment_view(&house, enrolment).await?;
    Ok((StatusCode::CREATED, Json(view)))
}

/// An enrolment of your own in progress. Role: operator.
#[utoipa::path(get, path = "/fingers/enrolments/{id}", tag = "fingers",
    params(("id" = Uuid, Path, description = "The enrolment")),
    responses((status = 200, body = EnrolmentView), (status = 404, body = Problem)))]
pub(crate) async fn show(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<Json<EnrolmentView>, ApiError> {
    let enrolment = house.fingers.enrolment(caller.user, id)?;
    enrolment_view(&house, enrolment).await.map(Json)
}

/// A press as an image. Role: operator.
#[utoipa::path(post, path = "/fingers/enrolments/{id}/image", tag = "fingers",
    request_body(content = PressForm, content_type = "multipart/form-data"),
    params(("id" = Uuid, Path, description = "The enrolment")),
    responses((status = 200, body = PressView), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn press(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    upload: Upload,
) -> Result<Json<PressView>, ApiError> {
    let image = press_image(upload)?;
    let pressed = house.fingers.press(caller.user, id, image).await?;
    press_view(&house, pressed).await.map(Json)
}

/// Waits up to 20 seconds for a press on a sensor of the server. Role: operator.
#[utoipa::path(post, path = "/fingers/enrolments/{id}/sensor", tag = "fingers",
    request_body = PressOn,
    params(("id" = Uuid, Path, description = "The enrolment")),
    responses((status = 200, body = PressView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn press_on(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<PressOn>,
) -> Result<Json<PressView>, ApiError> {
    let sensor = DeviceId(input.sensor);
    let pressed = house.fingers.press_on(caller.user, id, sensor).await?;
    press_view(&house, pressed).await.map(Json)
}

/// Keeps a complete enrolment, at once. Role: operator.
#[utoipa::path(post, path = "/fingers/enrolments/{id}/finish", tag = "fingers",
    params(("id" = Uuid, Path, description = "The enrolment")),
    responses((status = 201, body = FingerView), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn finish(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<FingerView>), ApiError> {
    // Whoever asked may not wait for it: a finger that is kept has to be known as well.
    to_the_end(async move {
        let EnrolledFinger { finger, turn } = house.fingers.complete(caller.user, id).await?;
        find(&house, finger.person).await?;
        let (rooms, now) = ((&*house.store, &*house.pictures), house.clock.now());
        let kept = keep_finger(rooms, &finger, caller.author(), now).await?;
        let view = finger_view(&kept.credential, &kept.templates, caller.role);
        let fingers = &house.fingers;
        fingers.enrolled(finger.position, kept.templates).await;
        drop(turn);
        // Kept: whoever ended it meanwhile ended nothing.
        let _ = fingers.end(caller.user, id);
        let view = view.ok_or_else(|| ApiError::Internal("a finger that is none".into()))?;
        Ok((StatusCode::CREATED, Json(view)))
    })
    .await
}

/// Ends an enrolment; nothing of it is kept. Role: operator.
#[utoipa::path(delete, path = "/fingers/enrolments/{id}", tag = "fingers",
    params(("id" = Uuid, Path, description = "The enrolment")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn cancel(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    house.fingers.end(caller.user, id)?;
    Ok(StatusCode::NO_CONTENT)
}

fn press_image(mut upload: Upload) -> Result<PressImage, ApiError> {
    let bytes = upload.file("image")?.bytes;
    let dpi = number(&upload, "dpi")?.map_or(Ok(USUAL_DPI), u16::try_from);
    let dpi = dpi.map_err(|_| ApiError::field("dpi", "100 to 2,000 pixels an inch."))?;
    let raw = match (number(&upload, "width")?, number(&upload, "height")?) {
        (Some(width), Some(height)) => Some((width, height)),
        (None, None) => None,
        _ => {
            let detail = "Give both width and height, or neither for a PNG, TIFF or PGM.";
            return Err(ApiError::field("width", detail));
        }
    };
    Ok(PressImage { bytes, raw, dpi })
}

fn number(upload: &Upload, field: &str) -> Result<Option<u32>, ApiError> {
    let text = upload.text(field).map(str::trim);
    let number = text.filter(|text| !text.is_empty()).map(str::parse);
    number
        .transpose()
        .map_err(|_| ApiError::field(field, "Send a whole number."))
}

async fn press_view(house: &House, pressed: Pressed) -> Result<PressView, ApiError> {
    Ok(PressView {
        taken: pressed.advice.is_none(),
        advice: pressed.advice.map(PressAdvice::from),
        sentence: pressed.sentence,
        quality: pressed.quality,
        picture: format!(
            "data:image/png;base64,{}",
            STANDARD.encode(&pressed.picture)
        ),
        enrolment: enrolment_view(house, pressed.enrolment).await?,
    })
}

async fn enrolment_view(house: &House, enrolment: Enrolment) -> Result<EnrolmentView, ApiError> {
    let mut names = Names::load(house).await?;
    let belongs_to = match enrolment.belongs_to {
        Some(person) => Some(names.person(person).await?),
        None => None,
    };
    Ok(EnrolmentView {
        id: enrolment.id,
        person: names.person(enrolment.person).await?,
        position: enrolment.position.into(),
        duress: enrolment.duress,
        needed: enrolment.needed,
        done: enrolment.done,
        complete: enrolment.done >= enrolment.needed && belongs_to.is_none(),
        belongs_to,
        expires_at: enrolment.expires_at,
    })
}
