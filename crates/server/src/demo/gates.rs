//! Simulated boards at the demo's gates, by the same wire as real ones.

use super::people::DemoPerson;
use super::places::{GATES, board};
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use testkit::classic::{Camera, Controller, Lens, Pace, Visitor};
use tokio_util::sync::CancellationToken;

/// Between two passages at one gate.
const BETWEEN: Duration = Duration::from_secs(12);

/// Where the boards find Gatebook.
#[derive(Clone, Copy)]
pub struct Server {
    /// The classic MQTT listener.
    pub mqtt: SocketAddr,
    /// The classic upload port.
    pub upload: SocketAddr,
}

/// Passes people through all gates until `stop`. A gate that loses its connection starts again.
pub async fn run(server: Server, people: Arc<Vec<DemoPerson>>, stop: CancellationToken) {
    let gates = GATES
        .iter()
        .enumerate()
        .map(|(index, (_, controller, camera))| {
            let (people, boards) = (people.clone(), [*controller, *camera]);
            async move {
                loop {
                    if let Err(error) = gate(server, boards, &people, index).await {
                        tracing::warn!(%error, "a simulated gate starts again");
                    }
                    tokio::time::sleep(BETWEEN).await;
                }
            }
        });
    tokio::select! {
        _ = futures::future::join_all(gates) => {}
        () = stop.cancelled() => {}
    }
}

/// One gate: everybody of its half enters, then leaves, again and again.
async fn gate(server: Server, boards: [u8; 2], people: &[DemoPerson], index: usize) -> Result<()> {
    let [controller, camera] = boards.map(board);
    let lens = Lens::facing(bytes::Bytes::new());
    let board = Camera::connect(camera, server.mqtt, server.upload, lens.clone()).await?;
    let taking = tokio::spawn(board.run());
    let mut controller = Controller::connect(controller, server.mqtt).await?;
    let mine: Vec<&DemoPerson> = people
        .iter()
        .enumerate()
        .filter(|(i, _)| i % GATES.len() == index)
        .map(|(_, p)| p)
        .collect();
    let passed = pass(&mut controller, &lens, &mine).await;
    taking.abort();
    passed
}

async fn pass(controller: &mut Controller, lens: &Lens, people: &[&DemoPerson]) -> Result<()> {
    loop {
        for person in people {
            lens.show(person.at_the_gate.clone());
            controller
                .enter(&visitor(person), local(), Pace::REAL)
                .await?;
            controller.acks_within(BETWEEN).await?;
        }
        for person in people {
            controller.leave(&visitor(person), local()).await?;
            controller.acks_within(BETWEEN).await?;
        }
    }
}

fn visitor(person: &DemoPerson) -> Visitor {
    let [fields, address] = person.card_fields();
    Visitor {
        number: person.number.clone(),
        fields,
        address,
        tag: format!("4A{}", person.number),
    }
}

/// The boards' clocks show the machine's zone, which is the demo site's.
fn local() -> jiff::civil::DateTime {
    Timestamp::now().to_zoned(TimeZone::system()).datetime()
}
