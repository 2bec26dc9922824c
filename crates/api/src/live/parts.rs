//! Tells everybody when a part of the house on another host came or went.

use super::emit;
use crate::routes::parts::views;
use crate::state::House;
use socketioxide::SocketIo;

/// Tells until no part will change any more.
pub(super) async fn run(house: House, io: SocketIo) {
    let mut parts = house.parts.clone();
    while parts.changed().await.is_ok() {
        let now = views(&parts.borrow_and_update());
        emit(&io, "parts", &now).await;
    }
}
