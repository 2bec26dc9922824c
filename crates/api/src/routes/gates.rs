//! Classic gates: a controller and its camera board, known by their addresses or by the topics under
//! which a broker has their messages.

use crate::acts::fresh;
use crate::auth::{Admin, Auditor, Caller};
use crate::error::{ApiError, Problem};
use crate::extract::{Json, Path};
use crate::routes::places::find_access_point;
use crate::state::House;
use crate::text::required;
use axum::extract::State;
use axum::http::StatusCode;
use model::{
    AccessPoint, AccessPointId, Act, Device, DeviceId, DeviceKind, Direction, Gate, GateId,
    TopicPrefix,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use store::{Put, Write};
use utoipa::ToSchema;
use uuid::Uuid;

/// How long the boards of a new gate may be silent before they alert, in seconds. A board is
/// heard at least once in a keep-alive of 60 s.
const SILENT_AFTER_S: u32 = 180;

/// A classic gate. Addresses and topics tell gates apart; they prove nothing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct GateView {
    /// Identity.
    id: Uuid,
    /// Name, unique at the site.
    name: String,
    /// The controller's source address, where it connects to Gatebook itself.
    #[schema(value_type = Option<String>)]
    controller_address: Option<IpAddr>,
    /// The camera board's source address; may equal the controller's. Without it no pictures are taken.
    #[schema(value_type = Option<String>)]
    camera_address: Option<IpAddr>,
    /// The topic prefix under which a broker has its messages, such as `gates/north`.
    topic_prefix: Option<String>,
    /// The controller.
    controller: Uuid,
    /// The camera board.
    camera: Uuid,
    /// Where its entries happen.
    entry: Uuid,
    /// Where its exits happen.
    exit: Uuid,
}

/// A new or changed gate.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub(crate) struct GateInput {
    /// Name, unique at the site.
    pub(crate) name: String,
    /// The controller's source address, where it connects to Gatebook itself.
    #[schema(value_type = Option<String>)]
    pub(crate) controller_address: Option<IpAddr>,
    /// The camera board's source address; may equal the controller's. Without it no pictures are taken.
    #[schema(value_type = Option<String>)]
    pub(crate) camera_address: Option<IpAddr>,
    /// The topic prefix under which a broker has its messages, such as `gates/north`. A gate has a
    /// controller's address, a prefix, or both.
    pub(crate) topic_prefix: Option<String>,
    /// Where its entries happen: an access point with direction entry or both.
    pub(crate) entry: Uuid,
    /// Where its exits happen: an access point with direction exit or both.
    pub(crate) exit: Uuid,
}

impl From<Gate> for GateView {
    fn from(gate: Gate) -> Self {
        Self {
            id: gate.id.0,
            name: gate.name,
            controller_address: gate.controller_address,
            camera_address: gate.camera_address,
            topic_prefix: gate.topic_prefix.map(|prefix| prefix.as_str().to_owned()),
            controller: gate.controller.0,
            camera: gate.camera.0,
            entry: gate.entry.0,
            exit: gate.exit.0,
        }
    }
}

impl From<&Gate> for GateInput {
    fn from(gate: &Gate) -> Self {
        Self {
            name: gate.name.clone(),
            controller_address: gate.controller_address,
            camera_address: gate.camera_address,
            topic_prefix: gate
                .topic_prefix
                .as_ref()
                .map(|prefix| prefix.as_str().to_owned()),
            entry: gate.entry.0,
            exit: gate.exit.0,
        }
    }
}

/// All gates by name. Role: auditor.
#[utoipa::path(get, path = "/gates", tag = "places",
    responses((status = 200, body = Vec<GateView>)))]
pub(crate) async fn list(
    _: Auditor,
    State(house): State<House>,
) -> Result<Json<Vec<GateView>>, ApiError> {
    let gates = house.store.gates().await?;
    Ok(Json(gates.into_iter().map(GateView::from).collect()))
}

/// Adds a gate with its two boards. Role: admin.
#[utoipa::path(post, path = "/gates", tag = "places", request_body = GateInput,
    responses((status = 201, body = GateView), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn add(
    Admin(caller): Admin,
    State(house): State<House>,
    Json(input): Json<GateInput>,
) -> Result<(StatusCode, Json<GateView>), ApiError> {
    let gate = create(&house, &caller, input, None).await?;
    Ok((StatusCode::CREATED, Json(gate.into())))
}

/// Changes a gate, at once. Role: admin.
#[utoipa::path(put, path = "/gates/{id}", tag = "places", request_body = GateInput,
    params(("id" = Uuid, Path, description = "The gate")),
    responses((status = 200, body = GateView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
    Json(input): Json<GateInput>,
) -> Result<Json<GateView>, ApiError> {
    let before = find(&house, GateId(id)).await?;
    let gate = update(&house, &caller, before, input, None).await?;
    Ok(Json(gate.into()))
}

/// Removes a gate with its two boards. Role: admin.
#[utoipa::path(delete, path = "/gates/{id}", tag = "places",
    params(("id" = Uuid, Path, description = "The gate")),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(
    Admin(caller): Admin,
    State(house): State<House>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, ApiError> {
    let gate = find(&house, GateId(id)).await?;
    let writes = vec![
        Write::RemoveGate(gate.id),
        Write::RemoveDevice(gate.controller),
        Write::RemoveDevice(gate.camera),
    ];
    let act = Act::GateRemoved { gate: gate.id };
    house.act(caller.author(), act, writes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds a gate with its two boards, together `with` another write.
pub(crate) async fn create(
    house: &House,
    caller: &Caller,
    input: GateInput,
    with: Option<Write>,
) -> Result<Gate, ApiError> {
    let gate = Gate {
        id: fresh(),
        name: String::new(),
        controller_address: None,
        camera_address: None,
        topic_prefix: None,
        controller: fresh(),
        camera: fresh(),
        entry: AccessPointId(input.entry),
        exit: AccessPointId(input.exit),
    };
    let gate = input.checked(house, gate).await?;
    let board = |id: DeviceId, what: &str, kind| {
        Write::Device(Put::Add(Device {
            id,
            name: format!("{} {what}", gate.name),
            kind,
            access_point: gate.entry,
            silent_after_s: SILENT_AFTER_S,
            disabled: false,
        }))
    };
    let mut writes = vec![
        board(gate.controller, "controller", DeviceKind::ClassicController),
        board(gate.camera, "camera", DeviceKind::ClassicCamera),
        Write::Gate(Put::Add(gate.clone())),
    ];
    writes.extend(with);
    let act = Act::GatePut { gate: gate.id };
    house.act(caller.author(), act, writes).await?;
    Ok(gate)
}

/// Changes a gate, together `with` another write; its boards move with it.
pub(crate) async fn update(
    house: &House,
    caller: &Caller,
    before: Gate,
    input: GateInput,
    with: Option<Write>,
) -> Result<Gate, ApiError> {
    let gate = input.checked(house, before.clone()).await?;
    let devices = house.store.devices().await?;
    let boards = devices
        .into_iter()
        .filter(|device| device.id == gate.controller || device.id == gate.camera);
    let mut writes: Vec<Write> = boards
        .map(|board| {
            let moved = Device {
                access_point: gate.entry,
                ..board.clone()
            };
            Write::Device(Put::change(board, moved))
        })
        .collect();
    writes.push(Write::Gate(Put::change(before, gate.clone())));
    writes.extend(with);
    let act = Act::GatePut { gate: gate.id };
    house.act(caller.author(), act, writes).await?;
    Ok(gate)
}

/// The gate `id`.
///
/// # Errors
/// [`ApiError::NotFound`] when there is none.
pub(crate) async fn find(house: &House, id: GateId) -> Result<Gate, ApiError> {
    let gates = house.store.gates().await?;
    let gate = gates.into_iter().find(|gate| gate.id == id);
    gate.ok_or_else(|| ApiError::not_found("this gate"))
}

impl GateInput {
    /// `before` with what the input says.
    async fn checked(self, house: &House, before: Gate) -> Result<Gate, ApiError> {
        let controller_address = self.controller_address.map(|at| at.to_canonical());
        let camera_address = self.camera_address.map(|at| at.to_canonical());
        let topic_prefix = prefix(self.topic_prefix.as_deref())?;
        if controller_address.is_none() && topic_prefix.is_none() {
            let detail = "Give the controller's address, or the prefix under which your broker has \
                          the gate's messages.";
            return Err(ApiError::field("controller_address", detail));
        }
        for other in house.store.gates().await? {
            let others = [other.controller_address, other.camera_address];
            let has = |at: Option<IpAddr>| at.is_some() && others.contains(&at);
            let field = match () {
                () if other.id == before.id => continue,
                () if has(controller_address) => "controller_address",
                () if has(camera_address) => "camera_address",
                () if topic_prefix.is_some() && other.topic_prefix == topic_prefix => {
                    "topic_prefix"
                }
                () => continue,
            };
            let what = match field {
                "topic_prefix" => "prefix",
                _ => "address",
            };
            let detail = format!("The gate {} has this {what} already.", other.name);
            return Err(ApiError::field(field, detail));
        }
        let entry = at("entry", house, self.entry, Direction::Entry).await?;
        let exit = at("exit", house, self.exit, Direction::Exit).await?;
        Ok(Gate {
            name: required("name", &self.name)?,
            controller_address,
            camera_address,
            topic_prefix,
            entry: entry.id,
            exit: exit.id,
            ..before
        })
    }
}

/// The prefix that was typed, where one was.
fn prefix(typed: Option<&str>) -> Result<Option<TopicPrefix>, ApiError> {
    let Some(typed) = typed.map(str::trim).filter(|typed| !typed.is_empty()) else {
        return Ok(None);
    };
    let prefix = TopicPrefix::new(typed).ok_or_else(|| {
        let longest = TopicPrefix::LONGEST;
        let detail = format!(
            "Give levels with a slash between, such as gates/north: no + or #, no empty level, no $ \
             at its beginning, at most {longest} bytes."
        );
        ApiError::field("topic_prefix", detail)
    })?;
    Ok(Some(prefix))
}

async fn at(
    field: &str,
    house: &House,
    id: Uuid,
    direction: Direction,
) -> Result<AccessPoint, ApiError> {
    let point = find_access_point(house, AccessPointId(id)).await.ok();
    let fits =
        |point: &AccessPoint| point.direction == direction || point.direction == Direction::Both;
    point.filter(fits).ok_or_else(|| {
        ApiError::field(
            field,
            format!("Choose an access point with direction {field} or both."),
        )
    })
}
