//! The access points as the registry has them, kept in memory with the gates that report to them.

use anyhow::Result;
use evidence::PointFacts;
use model::{AccessPoint, AccessPointId, Act, Gate, Record};
use std::sync::Arc;
use store::{Committed, Store};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

/// Access points and gates, read again when an act concerned them.
pub struct Points {
    store: Arc<dyn Store>,
    commits: Receiver<Arc<Committed>>,
    points: Arc<Vec<AccessPoint>>,
    gates: Vec<Gate>,
}

impl Points {
    /// Reads them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn read(store: Arc<dyn Store>) -> Result<Self> {
        let commits = store.commits();
        let points = Arc::new(store.access_points().await?);
        let gates = store.gates().await?;
        Ok(Self {
            store,
            commits,
            points,
            gates,
        })
    }

    /// All access points.
    pub async fn all(&mut self) -> Arc<Vec<AccessPoint>> {
        if self.changed()
            && let Err(error) = self.read_again().await
        {
            tracing::error!(%error, "the access points could not be read");
        }
        self.points.clone()
    }

    async fn read_again(&mut self) -> Result<()> {
        self.points = Arc::new(self.store.access_points().await?);
        self.gates = self.store.gates().await?;
        Ok(())
    }

    /// What the correlator has to know of one; `None` when it was removed.
    pub async fn facts(&mut self, id: AccessPointId) -> Option<PointFacts> {
        let points = self.all().await;
        let point = points.iter().find(|point| point.id == id)?;
        Some(PointFacts {
            direction: point.direction,
            factors: point.factors.clone(),
            liveness: point.liveness,
            classic_gate: self.gates.iter().any(|gate| gate.entry == id),
        })
    }

    fn changed(&mut self) -> bool {
        let mut changed = false;
        loop {
            match self.commits.try_recv() {
                Ok(committed) => changed |= concerns(&committed),
                Err(TryRecvError::Lagged(_)) => changed = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return changed,
            }
        }
    }
}

fn concerns(committed: &Committed) -> bool {
    matches!(
        &committed.entry.record,
        Record::Act(
            Act::AccessPointPut { .. }
                | Act::AccessPointRemoved { .. }
                | Act::GatePut { .. }
                | Act::GateRemoved { .. }
        )
    )
}
