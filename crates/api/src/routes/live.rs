//! The live page's snapshot; what follows is pushed over Socket.IO.

use super::alerts::{AlertView, alert_views};
use super::visits::{Presence, presence};
use crate::auth::Viewer;
use crate::error::ApiError;
use crate::extract::Json;
use crate::live::Live;
use crate::live::view::Day;
use crate::names::{Named, Names, hidden_from};
use crate::passage::{PassageView, passages};
use crate::ports::CameraState;
use crate::state::House;
use crate::words::{Direction, Taken};
use axum::extract::State;
use jiff::Timestamp;
use model::{Device, DeviceKind};
use serde::Serialize;
use store::{EntryKind, Listed, LogFilter, Page, StoredEntry};
use utoipa::ToSchema;
use uuid::Uuid;

/// Passages in the feed.
const FEED: usize = 50;
/// Arrivals shown.
const ARRIVALS: usize = 20;
/// Passages among which arrivals are looked for.
const RECENT: u32 = 200;
/// Open alerts shown.
const ALERTS: u32 = 100;

/// A camera whose video can be watched.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LiveCamera {
    /// The device.
    device: Uuid,
    /// Its name.
    name: String,
    /// The access point whose passages it sees.
    access_point: Named,
    /// Switched off by an administrator.
    disabled: bool,
    /// Whether it is connected now.
    connected: bool,
    /// When its last frame came, since the server started.
    last_frame_at: Option<Timestamp>,
}

/// Everything that the live page shows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LiveSnapshot {
    /// Number of entries in the log that this contains: pushes with a smaller index are old news.
    sequence: u64,
    /// When it was taken, by the server's clock.
    at: Timestamp,
    /// The last passage.
    last: Option<PassageView>,
    /// The last people who came in, newest first.
    arrivals: Vec<PassageView>,
    /// The last passages of any kind, newest first.
    feed: Vec<PassageView>,
    /// Who is inside now.
    inside: Presence,
    /// Entries since midnight in the site's zone.
    entries_today: u64,
    /// Alerts that nobody has acknowledged, newest first.
    alerts: Vec<AlertView>,
    /// Cameras.
    cameras: Vec<LiveCamera>,
}

/// The live page's snapshot, continued by `committed` on the socket. Role: viewer.
#[utoipa::path(get, path = "/live", tag = "live",
    responses((status = 200, body = LiveSnapshot)))]
pub(crate) async fn snapshot(
    Viewer(caller): Viewer,
    State(house): State<House>,
    State(live): State<Live>,
) -> Result<Json<LiveSnapshot>, ApiError> {
    // The size first: what is committed meanwhile may be in the snapshot and is pushed again,
    // and nothing is left out.
    let sequence = house.store.size().await?;
    let recent = recent_passages(&house, caller.role).await?;
    let arrivals = recent.iter().filter(|p| is_arrival(p)).take(ARRIVALS);
    let arrivals = arrivals.cloned().collect();
    let feed: Vec<PassageView> = recent.into_iter().take(FEED).collect();
    let mut names = Names::load(&house).await?;
    let hidden = hidden_from(caller.role);
    let alerts = house.store.alerts(true, hidden, ALERTS).await?;
    Ok(Json(LiveSnapshot {
        sequence,
        at: house.clock.now(),
        last: feed.first().cloned(),
        arrivals,
        feed,
        inside: presence(&house, &mut names).await?,
        entries_today: Day::now(&house).await?.entries(),
        alerts: alert_views(&mut names, alerts).await?,
        cameras: cameras(&house, &live, &names).await?,
    }))
}

async fn recent_passages(house: &House, role: store::Role) -> Result<Vec<PassageView>, ApiError> {
    let filter = LogFilter {
        kinds: vec![EntryKind::Access],
        ..LogFilter::default()
    };
    let page = Page {
        before: None,
        limit: RECENT,
    };
    // One that cannot be read is not shown here; the log shows that it is there.
    let listed = house.store.listed(&filter, page).await?.into_iter();
    let entries: Vec<StoredEntry> = listed.filter_map(Listed::readable).collect();
    passages(house, &entries, role).await
}

/// Somebody named who came in, as far as anybody can tell.
fn is_arrival(passage: &PassageView) -> bool {
    passage.person.is_some()
        && passage.access_point.direction != Direction::Exit
        && passage.taken != Taken::NotTaken
        && (passage.outcome == crate::words::Outcome::Granted || passage.reported)
}

async fn cameras(house: &House, live: &Live, names: &Names) -> Result<Vec<LiveCamera>, ApiError> {
    let devices = house.store.devices().await?;
    let watched = [DeviceKind::CameraStation, DeviceKind::NetworkCamera];
    let cameras = devices.into_iter().filter(|d| watched.contains(&d.kind));
    Ok(cameras
        .map(|device| camera(house, live, names, device))
        .collect())
}

fn camera(house: &House, live: &Live, names: &Names, device: Device) -> LiveCamera {
    let frames = house.cameras.watch(device.id);
    let status = house.network_cameras.status(device.id);
    let live_now = status.is_some_and(|status| status.state == CameraState::Live);
    let last = frames.and_then(|frames| frames.borrow().as_ref().map(|frame| frame.at));
    LiveCamera {
        device: device.id.0,
        name: device.name,
        access_point: names.access_point(device.access_point),
        disabled: device.disabled,
        connected: live_now || live.stations().connected(device.id),
        last_frame_at: last,
    }
}
