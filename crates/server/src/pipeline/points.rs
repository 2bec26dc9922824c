//! The access points as the registry has them, kept in memory.

use anyhow::Result;
use evidence::PointFacts;
use model::{AccessPoint, AccessPointId, Act, Record};
use std::sync::Arc;
use store::{Committed, Store};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

/// Access points, read again when an act concerned them.
pub struct Points {
    store: Arc<dyn Store>,
    commits: Receiver<Arc<Committed>>,
    points: Arc<Vec<AccessPoint>>,
}

impl Points {
    /// Reads them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn read(store: Arc<dyn Store>) -> Result<Self> {
        let commits = store.commits();
        let points = Arc::new(store.access_points().await?);
        Ok(Self {
            store,
            commits,
            points,
        })
    }

    /// All of them.
    pub async fn all(&mut self) -> Arc<Vec<AccessPoint>> {
        if self.changed() {
            match self.store.access_points().await {
                Ok(points) => self.points = Arc::new(points),
                Err(error) => tracing::error!(%error, "the access points could not be read"),
            }
        }
        self.points.clone()
    }

    /// What the correlator has to know of one; `None` when it was removed.
    pub async fn facts(&mut self, id: AccessPointId) -> Option<PointFacts> {
        let points = self.all().await;
        let point = points.iter().find(|point| point.id == id)?;
        Some(PointFacts {
            direction: point.direction,
            factors: point.factors.clone(),
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
        Record::Act(Act::AccessPointPut { .. } | Act::AccessPointRemoved { .. })
    )
}
