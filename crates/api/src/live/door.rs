//! Who may connect.

use super::Hub;
use crate::auth::{Caller, caller_of, same_origin, station_of};
use crate::error::ApiError;
use crate::state::House;
use axum::http::{HeaderMap, HeaderValue, header};
use model::{Device, DeviceKind};
use serde::Deserialize;
use socketioxide::extract::{SocketRef, State, TryData};
use store::Role;

/// What a program sends on connecting; a browser sends its cookie instead.
#[derive(Clone, Deserialize)]
pub(super) struct Ticket {
    /// An API token's secret.
    token: Option<String>,
}

/// The headers that say who connected, kept to look again later.
#[derive(Clone)]
pub(super) struct Papers(pub(super) HeaderMap);

/// Why a connection is refused; the text reaches the client as `connect_error`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(&'static str);

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::NotSignedIn => Self("not_signed_in"),
            ApiError::ForeignOrigin => Self("foreign_origin"),
            ApiError::RoleTooSmall(_) => Self("role_too_small"),
            other => {
                tracing::error!(error = %other, "a connection could not be checked");
                Self("unavailable")
            }
        }
    }
}

/// Lets viewers and above in to `/live`.
pub(super) async fn admit_viewer(
    socket: SocketRef,
    TryData(ticket): TryData<Ticket>,
    State(hub): State<Hub>,
) -> Result<(), Refused> {
    let headers = papers(&hub.house, &socket, ticket.ok())?;
    let caller = viewer(&hub.house, &headers).await?;
    socket.extensions.insert(caller);
    socket.extensions.insert(Papers(headers));
    Ok(())
}

/// Lets camera stations in to `/station`.
pub(super) async fn admit_station(
    socket: SocketRef,
    State(hub): State<Hub>,
) -> Result<(), Refused> {
    let headers = papers(&hub.house, &socket, None)?;
    let device = station(&hub.house, &headers).await?;
    socket.extensions.insert(device);
    socket.extensions.insert(Papers(headers));
    Ok(())
}

fn papers(
    house: &House,
    socket: &SocketRef,
    ticket: Option<Ticket>,
) -> Result<HeaderMap, ApiError> {
    let mut headers = socket.req_parts().headers.clone();
    // Browsers let any page open a WebSocket to here and send the cookie along.
    if !same_origin(socket.req_parts(), &house.config) {
        return Err(ApiError::ForeignOrigin);
    }
    if let Some(token) = ticket.and_then(|ticket| ticket.token) {
        let bearer = HeaderValue::try_from(format!("Bearer {token}"));
        let bearer = bearer.map_err(|_| ApiError::NotSignedIn)?;
        headers.insert(header::AUTHORIZATION, bearer);
    }
    Ok(headers)
}

/// The caller whom headers name, if he may look.
pub(super) async fn viewer(house: &House, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let caller = caller_of(house, headers).await?;
    let caller = caller.ok_or(ApiError::NotSignedIn)?;
    if caller.role < Role::Viewer {
        return Err(ApiError::RoleTooSmall(Role::Viewer));
    }
    Ok(caller)
}

/// The camera station that headers name, if it may send.
pub(super) async fn station(house: &House, headers: &HeaderMap) -> Result<Device, ApiError> {
    let id = station_of(house, headers).await?;
    let id = id.ok_or(ApiError::NotSignedIn)?;
    let devices = house.store.devices().await?;
    devices
        .into_iter()
        .find(|d| d.id == id && d.kind == DeviceKind::CameraStation && !d.disabled)
        .ok_or(ApiError::NotSignedIn)
}
