//! Tells everybody when a part of the house on another host came or went; camera stations, of the database alone.

use super::{STATION, emit};
use crate::ports::PartRole;
use crate::routes::parts::{PartView, views};
use crate::state::House;
use socketioxide::SocketIo;

/// Tells until no part will change any more.
pub(super) async fn run(house: House, io: SocketIo) {
    let mut parts = house.parts.clone();
    while parts.changed().await.is_ok() {
        let now = views(&parts.borrow_and_update());
        emit(&io, "parts", &now).await;
        if let Some(database) = database(&house)
            && let Some(stations) = io.of(STATION)
            && let Err(error) = stations.emit("database", &database).await
        {
            tracing::debug!(%error, "some camera stations missed a push");
        }
    }
}

/// The database as it is now, where it is on a server.
pub(super) fn database(house: &House) -> Option<PartView> {
    let parts = house.parts.borrow();
    let mut parts = parts.iter();
    let database = parts.find(|part| part.role == PartRole::Database);
    database.map(PartView::from)
}
