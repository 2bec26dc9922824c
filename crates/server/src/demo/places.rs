//! Areas, access points and gates of the demo site.

use super::act;
use anyhow::Result;
use model::{
    AccessPoint, AccessPointId, Act, Area, AreaId, Device, DeviceId, DeviceKind, Direction, Factor,
    Gate, GateId, LivenessPolicy,
};
use std::net::{IpAddr, Ipv4Addr};
use store::{Put, Store, Write};
use uuid::Uuid;

/// A simulated gate: its name, and the last number of its boards' loopback addresses.
pub const GATES: [(&str, u8, u8); 2] = [("North gate", 11, 12), ("South gate", 21, 22)];

/// The access point with the simulated sensor.
pub const SIDE_DOOR: &str = "Side door";

/// A loopback address of its own for a simulated board.
pub fn board(number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(127, 0, 0, number))
}

/// Puts the demo's places into a site that has none.
///
/// # Errors
/// When the store refuses something.
pub async fn put(store: &dyn Store) -> Result<()> {
    if !store.access_points().await?.is_empty() {
        return Ok(());
    }
    let court = area(store, "Court building").await?;
    for (name, controller, camera) in GATES {
        gate(store, name, court, [board(controller), board(camera)]).await?;
    }
    let factors = vec![Factor::Finger];
    point(store, SIDE_DOOR, Direction::Both, court, factors).await?;
    let room = area(store, "Classroom").await?;
    let door = point(
        store,
        "Classroom door",
        Direction::Both,
        room,
        vec![Factor::Face],
    )
    .await?;
    device(
        store,
        "Classroom camera",
        DeviceKind::CameraStation,
        door,
        0,
    )
    .await?;
    Ok(())
}

async fn gate(store: &dyn Store, name: &str, area: AreaId, at: [IpAddr; 2]) -> Result<()> {
    let factors = vec![Factor::Finger, Factor::Tag];
    let entry = point(
        store,
        &format!("{name} in"),
        Direction::Entry,
        area,
        factors,
    )
    .await?;
    let exit = vec![Factor::Tag];
    let exit = point(store, &format!("{name} out"), Direction::Exit, area, exit).await?;
    let [controller_address, camera_address] = at.map(Some);
    let kind = DeviceKind::ClassicController;
    let controller = device(store, &format!("{name} controller"), kind, entry, 180).await?;
    let kind = DeviceKind::ClassicCamera;
    let camera = device(store, &format!("{name} camera"), kind, entry, 180).await?;
    let gate = Gate {
        id: GateId(Uuid::now_v7()),
        name: name.into(),
        controller_address,
        camera_address,
        topic_prefix: None,
        controller,
        camera,
        entry,
        exit,
    };
    act(
        store,
        Act::GatePut { gate: gate.id },
        vec![Write::Gate(Put::Add(gate))],
    )
    .await
}

async fn area(store: &dyn Store, name: &str) -> Result<AreaId> {
    let area = Area {
        id: AreaId(Uuid::now_v7()),
        name: name.into(),
    };
    let id = area.id;
    act(
        store,
        Act::AreaPut { area: id },
        vec![Write::Area(Put::Add(area))],
    )
    .await?;
    Ok(id)
}

async fn point(
    store: &dyn Store,
    name: &str,
    direction: Direction,
    area: AreaId,
    factors: Vec<Factor>,
) -> Result<AccessPointId> {
    let id = AccessPointId(Uuid::now_v7());
    let point = AccessPoint {
        id,
        name: name.into(),
        direction,
        area,
        factors,
        liveness: LivenessPolicy::NotAsked,
    };
    act(
        store,
        Act::AccessPointPut { access_point: id },
        vec![Write::AccessPoint(Put::Add(point))],
    )
    .await?;
    Ok(id)
}

async fn device(
    store: &dyn Store,
    name: &str,
    kind: DeviceKind,
    access_point: AccessPointId,
    silent_after_s: u32,
) -> Result<DeviceId> {
    let id = DeviceId(Uuid::now_v7());
    let device = Device {
        id,
        name: name.into(),
        kind,
        access_point,
        silent_after_s,
        disabled: false,
    };
    act(
        store,
        Act::DevicePut { device: id },
        vec![Write::Device(Put::Add(device))],
    )
    .await?;
    Ok(id)
}
