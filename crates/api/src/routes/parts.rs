//! Parts of the house on other hosts.

use crate::auth::Viewer;
use crate::extract::Json;
use crate::ports::Part;
use crate::state::House;
use crate::words::PartRole;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// A part of the house on another host; also pushed as `parts`, all of them, when one changes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PartView {
    /// Its name.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) role: PartRole,
    /// Whether it is connected.
    pub(crate) up: bool,
    /// Since when it is so; absent: it was not seen since the server started.
    pub(crate) since: Option<Timestamp>,
    /// The version of Gatebook that it last connected with.
    pub(crate) version: Option<String>,
    /// Of a recognition worker: images that it looks at at a time.
    pub(crate) capacity: Option<u16>,
}

impl From<&Part> for PartView {
    fn from(part: &Part) -> Self {
        Self {
            name: part.name.clone(),
            role: part.role.into(),
            up: part.up,
            since: part.since,
            version: part.version.clone(),
            capacity: part.capacity,
        }
    }
}

/// All parts, as they are shown.
pub(crate) fn views(parts: &[Part]) -> Vec<PartView> {
    parts.iter().map(PartView::from).collect()
}

/// The parts of the house on other hosts, and whether each is connected. Role: viewer.
#[utoipa::path(get, path = "/parts", tag = "parts",
    responses((status = 200, body = Vec<PartView>)))]
pub(crate) async fn list(_: Viewer, State(house): State<House>) -> Json<Vec<PartView>> {
    Json(views(&house.parts.borrow()))
}
