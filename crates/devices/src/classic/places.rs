//! Which gate a source address belongs to, and what it may act as.

use super::message::Board;
use crate::house::Directory;
use model::Gate;
use std::net::IpAddr;

/// Where an address stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// The gate.
    pub gate: Gate,
    /// The boards of this address: usually one, both when they share it.
    pub boards: Vec<Board>,
}

/// The place of an address, or `None` when it belongs to no gate. Boards that were switched
/// off have no place.
#[must_use]
pub fn place_of(directory: &Directory, address: IpAddr) -> Option<Place> {
    let address = address.to_canonical();
    directory.gates.iter().find_map(|gate| {
        let mut boards = Vec::with_capacity(2);
        let here = |board: Option<IpAddr>| board.is_some_and(|at| at.to_canonical() == address);
        if here(gate.controller_address) && directory.is_active(gate.controller) {
            boards.push(Board::Controller);
        }
        if here(gate.camera_address) && directory.is_active(gate.camera) {
            boards.push(Board::Camera);
        }
        (!boards.is_empty()).then(|| Place {
            gate: gate.clone(),
            boards,
        })
    })
}
