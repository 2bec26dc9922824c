//! Alerts: pushed when raised, kept until somebody by name acknowledges them.

use crate::auth::{Operator, Viewer};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path, Query};
use crate::names::{Named, Names, hidden_from};
use crate::person::PersonBrief;
use crate::state::House;
use crate::text::line;
use crate::words::AlertKind;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{Acknowledgement, Act, Alert, AlertId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Most alerts in one answer.
const MOST: u32 = 500;

/// An alert.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AlertView {
    /// Identity.
    pub(crate) id: Uuid,
    /// What it is about.
    pub(crate) kind: AlertKind,
    /// When it was raised.
    pub(crate) raised_at: Timestamp,
    /// The log entry that raised it.
    pub(crate) event: Uuid,
    /// Where.
    pub(crate) access_point: Option<Named>,
    /// Which device.
    pub(crate) device: Option<Named>,
    /// Who.
    pub(crate) person: Option<PersonBrief>,
    /// Who acknowledged it; absent: nobody yet.
    pub(crate) acknowledged: Option<AcknowledgementView>,
}

/// Who acknowledged an alert.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AcknowledgementView {
    /// The operator.
    by: Named,
    /// When.
    at: Timestamp,
    /// What the operator wrote; may be empty.
    note: String,
}

/// Which alerts to list.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AlertsQuery {
    /// Only those nobody acknowledged.
    #[serde(default)]
    open: bool,
    /// At most this many, 1 to 500; 100 when absent.
    limit: Option<u32>,
}

/// What an operator says to an alert.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct Acknowledge {
    /// May be empty.
    #[serde(default)]
    note: String,
}

/// An alert with its names.
pub(crate) async fn alert_view(names: &mut Names, alert: Alert) -> Result<AlertView, ApiError> {
    let person = match alert.person {
        Some(id) => Some(names.person(id).await?),
        None => None,
    };
    Ok(AlertView {
        id: alert.id.0,
        kind: alert.kind.into(),
        raised_at: alert.raised_at,
        event: alert.event.0,
        access_point: alert.access_point.map(|id| names.access_point(id)),
        device: alert.device.map(|id| names.device(id)),
        person,
        acknowledged: alert.acknowledged.map(|said| AcknowledgementView {
            by: names.user(said.by),
            at: said.at,
            note: said.note,
        }),
    })
}

/// Several alerts with their names.
pub(crate) async fn alert_views(
    names: &mut Names,
    alerts: Vec<Alert>,
) -> Result<Vec<AlertView>, ApiError> {
    let people = alerts.iter().filter_map(|alert| alert.person);
    names.load_people(people).await?;
    let mut views = Vec::with_capacity(alerts.len());
    for alert in alerts {
        views.push(alert_view(names, alert).await?);
    }
    Ok(views)
}

/// Alerts, newest first. Role: viewer; those about duress: operator.
#[utoipa::path(get, path = "/alerts", tag = "alerts", params(AlertsQuery),
    responses((status = 200, body = Vec<AlertView>)))]
pub(crate) async fn list(
    Viewer(caller): Viewer,
    State(house): State<House>,
    Query(query): Query<AlertsQuery>,
) -> Result<Json<Vec<AlertView>>, ApiError> {
    let limit = query.limit.unwrap_or(100).clamp(1, MOST);
    let hidden = hidden_from(caller.role);
    let alerts = house.store.alerts(query.open, hidden, limit).await?;
    let mut names = Names::load(&house).await?;
    Ok(Json(alert_views(&mut names, alerts).await?))
}

/// Acknowledges an alert, once, by name. Role: operator.
#[utoipa::path(post, path = "/alerts/{id}/acknowledge", tag = "alerts",
    request_body = Acknowledge,
    params(("id" = Uuid, Path, description = "The alert")),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn acknowledge(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<Acknowledge>,
) -> Result<StatusCode, ApiError> {
    let alert = house.store.alert(AlertId(id)).await?;
    let alert = alert.ok_or_else(|| ApiError::not_found("this alert"))?;
    if alert.acknowledged.is_some() {
        let detail = "Somebody acknowledged this alert already; reload to see who.";
        return Err(ApiError::Conflict(detail.into()));
    }
    let acknowledgement = Acknowledgement {
        by: caller.user,
        at: house.clock.now(),
        note: line("note", &input.note)?,
    };
    let act = Act::AlertAcknowledged {
        alert: alert.id,
        acknowledgement,
    };
    house.act(caller.author(), act, Vec::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}
