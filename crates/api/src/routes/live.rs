//! The live page's snapshot; what follows is pushed over Socket.IO.

use super::alerts::{AlertView, alert_views};
use super::visits::{Presence, presence};
use crate::auth::Viewer;
use crate::error::ApiError;
use crate::extract::Json;
use crate::live::Live;
use crate::live::view::Day;
use crate::names::{Named, Names, hidden_from};
use crate::passage::{PassageView, access, passages};
use crate::ports::CameraState;
use crate::state::House;
use axum::extract::State;
use jiff::Timestamp;
use model::{AccessEvent, Device, DeviceKind, Direction, Outcome, Taken};
use serde::Serialize;
use std::collections::HashSet;
use store::{EntryKind, Listed, LogFilter, Page, Role, StoredEntry};
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
    let (recent, inside, rest) = tokio::try_join!(
        recent_passages(&house, caller.role),
        everybody_inside(&house),
        rest(&house, &live, caller.role),
    )?;
    let Recent { arrivals, feed } = recent;
    let Rest {
        entries_today,
        alerts,
        cameras,
    } = rest;
    Ok(Json(LiveSnapshot {
        sequence,
        at: house.clock.now(),
        last: feed.first().cloned(),
        arrivals,
        feed,
        inside,
        entries_today,
        alerts,
        cameras,
    }))
}

async fn everybody_inside(house: &House) -> Result<Presence, ApiError> {
    let mut names = Names::load(house).await?;
    presence(house, &mut names).await
}

/// What is few, and read after one another.
struct Rest {
    entries_today: u64,
    alerts: Vec<AlertView>,
    cameras: Vec<LiveCamera>,
}

async fn rest(house: &House, live: &Live, role: Role) -> Result<Rest, ApiError> {
    let mut names = Names::load(house).await?;
    let alerts = house.store.alerts(true, hidden_from(role), ALERTS).await?;
    Ok(Rest {
        entries_today: Day::now(house).await?.entries(),
        alerts: alert_views(&mut names, alerts).await?,
        cameras: cameras(house, live, &names).await?,
    })
}

/// The last passages.
struct Recent {
    arrivals: Vec<PassageView>,
    feed: Vec<PassageView>,
}

async fn recent_passages(house: &House, role: Role) -> Result<Recent, ApiError> {
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
    let mut entries: Vec<StoredEntry> = listed.filter_map(Listed::readable).collect();
    let came = |entry: &&StoredEntry| access(entry).is_some_and(is_arrival);
    let arrivals = entries.iter().filter(came).take(ARRIVALS);
    let arrivals: HashSet<u64> = arrivals.map(|entry| entry.index).collect();
    let oldest_fed = entries.get(FEED - 1).map_or(0, |entry| entry.index);
    entries.retain(|entry| entry.index >= oldest_fed || arrivals.contains(&entry.index));
    let views = passages(house, &entries, role).await?;
    let came = |view: &&PassageView| arrivals.contains(&view.index);
    Ok(Recent {
        arrivals: views.iter().filter(came).cloned().collect(),
        feed: views.into_iter().take(FEED).collect(),
    })
}

/// Somebody named who came in, as far as anybody can tell.
fn is_arrival(event: &AccessEvent) -> bool {
    let decision = &event.decision;
    decision.person.is_some()
        && event.place.direction != Direction::Exit
        && decision.taken != Taken::NotTaken
        && (decision.outcome == Outcome::Granted || decision.reported)
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
