//! Incidents: refused connections, bad lines and failed uploads, and what to do about each.

use crate::auth::{Admin, Auditor, Caller, Operator};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::names::{Named, Names};
use crate::routes::gates::{self, GateInput, GateView};
use crate::state::House;
use crate::words::IncidentKind;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use model::{Act, Gate, GateId, Incident, IncidentId};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use store::Write;
use utoipa::ToSchema;
use uuid::Uuid;

/// Most incidents in one answer: as many as are kept.
const MOST: u32 = 1_000;

/// Something that was refused. Equal ones are counted.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct IncidentView {
    /// Identity.
    id: Uuid,
    /// What kind.
    kind: IncidentKind,
    /// Source address.
    #[schema(value_type = Option<String>)]
    address: Option<IpAddr>,
    /// The device, where it is known.
    device: Option<Named>,
    /// Why.
    reason: String,
    /// What to do about it.
    remedy: String,
    /// First seen.
    first_at: Timestamp,
    /// Last seen.
    last_at: Timestamp,
    /// How often.
    count: u64,
    /// Whether *allow* makes a board of a gate of its address.
    can_allow: bool,
}

/// Which board an address belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Board {
    /// The controller.
    Controller,
    /// The camera board.
    Camera,
}

/// How to allow an address.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "allow")]
pub(crate) enum AllowInput {
    /// As a new gate: both boards have the address until the other one's is allowed.
    NewGate {
        /// Name of the gate, unique at the site.
        name: String,
        /// Where its entries happen.
        entry: Uuid,
        /// Where its exits happen.
        exit: Uuid,
    },
    /// As a board of a gate that exists.
    ExistingGate {
        /// The gate.
        gate: Uuid,
        /// Which board.
        board: Board,
    },
}

/// Incidents, last seen first. Role: auditor.
#[utoipa::path(get, path = "/incidents", tag = "devices",
    responses((status = 200, body = Vec<IncidentView>)))]
pub(crate) async fn list(
    _: Auditor,
    State(house): State<House>,
) -> Result<Json<Vec<IncidentView>>, ApiError> {
    let incidents = house.store.incidents(MOST).await?;
    let names = Names::load(&house).await?;
    let view = |incident| view(&names, incident);
    Ok(Json(incidents.into_iter().map(view).collect()))
}

fn view(names: &Names, incident: Incident) -> IncidentView {
    IncidentView {
        id: incident.id.0,
        kind: incident.kind.into(),
        address: incident.address,
        device: incident.device.map(|id| names.device(id)),
        can_allow: can_allow(&incident),
        reason: incident.reason,
        remedy: incident.remedy,
        first_at: incident.first_at,
        last_at: incident.last_at,
        count: incident.count,
    }
}

fn can_allow(incident: &Incident) -> bool {
    incident.kind == model::IncidentKind::AddressNotAllowed && incident.address.is_some()
}

/// Forgets an incident; it comes back when it happens again. Role: operator.
#[utoipa::path(delete, path = "/incidents/{id}", tag = "devices",
    params(("id" = Uuid, Path, description = "The incident")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn forget(
    Operator(caller): Operator,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let incident = find(&house, IncidentId(id)).await?;
    let act = Act::IncidentDismissed {
        kind: incident.kind,
        address: incident.address,
        device: incident.device,
        reason: incident.reason,
    };
    let writes = vec![Write::ForgetIncident(incident.id)];
    house.act(caller.author(), act, writes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Allows the address of a refused connection as a board of a gate, at once. Role: admin.
#[utoipa::path(post, path = "/incidents/{id}/allow", tag = "devices",
    request_body = AllowInput,
    params(("id" = Uuid, Path, description = "The incident")),
    responses((status = 200, body = GateView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn allow(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<AllowInput>,
) -> Result<Json<GateView>, ApiError> {
    let incident = find(&house, IncidentId(id)).await?;
    let address = incident.address.filter(|_| can_allow(&incident));
    let address = address.ok_or_else(|| {
        ApiError::Conflict("Only a refused address can be allowed; follow the remedy.".into())
    })?;
    let forget = Write::ForgetIncident(incident.id);
    let gate = admit(&house, &caller, address, input, forget).await?;
    Ok(Json(gate.into()))
}

async fn admit(
    house: &House,
    caller: &Caller,
    address: IpAddr,
    input: AllowInput,
    forget: Write,
) -> Result<Gate, ApiError> {
    match input {
        AllowInput::NewGate { name, entry, exit } => {
            let input = GateInput {
                name,
                controller_address: Some(address),
                camera_address: Some(address),
                topic_prefix: None,
                entry,
                exit,
            };
            gates::create(house, caller, input, Some(forget)).await
        }
        AllowInput::ExistingGate { gate, board } => {
            let gate = gates::find(house, GateId(gate)).await;
            let gate = gate.map_err(|_| ApiError::field("gate", "Choose one of the site's."))?;
            let mut input = GateInput::from(&gate);
            match board {
                Board::Controller => input.controller_address = Some(address),
                Board::Camera => input.camera_address = Some(address),
            }
            gates::update(house, caller, gate, input, Some(forget)).await
        }
    }
}

async fn find(house: &House, id: IncidentId) -> Result<Incident, ApiError> {
    let incidents = house.store.incidents(MOST).await?;
    let incident = incidents.into_iter().find(|incident| incident.id == id);
    incident.ok_or_else(|| ApiError::not_found("this incident"))
}
