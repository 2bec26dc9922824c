//! Parts of the house on other hosts, the database on a server and the site's own broker: who is there is shown, and
//! one that is lost raises an alert, except for the database, without which none can be written down.

use crate::clock::SystemClock;
use crate::database::Database;
use crate::notices;
use api::ports::{Clock, Part, PartRole};
use jiff::{SignedDuration, Timestamp};
use link::{Changes, Role, Roster};
use model::Notice;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How long a part may be away before somebody is told: a restart takes less.
const AWAY: SignedDuration = SignedDuration::from_secs(10);
/// How long parts have for coming back after a start of the private part.
const START: SignedDuration = SignedDuration::from_secs(60);
/// How often it is looked for parts that are away.
const LOOK: Duration = Duration::from_secs(1);

/// Where parts are shown.
pub type Shown = watch::Sender<Arc<[Part]>>;

/// The broker, as it is shown.
#[derive(Clone)]
pub struct Broker {
    /// Where it is.
    pub name: String,
    /// Whether it is there.
    pub state: watch::Receiver<devices::broker::State>,
}

/// What is followed.
#[derive(Default)]
pub struct Followed {
    /// Nodes on other hosts.
    pub roster: Option<Roster>,
    /// The site's own broker.
    pub broker: Option<Broker>,
    /// The database, where it is on a server.
    pub database: Option<Database>,
}

impl Followed {
    /// Whether there is nothing to follow.
    pub fn is_empty(&self) -> bool {
        self.roster.is_none() && self.broker.is_none() && self.database.is_none()
    }

    fn parts(&self) -> Arc<[Part]> {
        let nodes = self.roster.iter().flat_map(Roster::parts);
        let broker = self.broker.iter().map(Broker::part);
        let database = self.database.iter().map(Database::part);
        let nodes = nodes.map(|node| part(&node));
        nodes.chain(broker).chain(database).collect()
    }
}

impl Broker {
    fn part(&self) -> Part {
        let state = self.state.borrow();
        Part {
            name: self.name.clone(),
            role: PartRole::Broker,
            up: state.up,
            since: state.since,
            version: None,
            capacity: None,
        }
    }
}

async fn node_changed(changes: &mut Option<Changes>) {
    match changes {
        Some(changes) => drop(changes.next().await),
        None => std::future::pending().await,
    }
}

async fn broker_changed(broker: &mut Option<Broker>) {
    if let Some(broker) = broker
        && broker.state.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

async fn database_changed(database: &mut Option<Database>) {
    match database {
        Some(database) => database.changed().await,
        None => std::future::pending().await,
    }
}

/// Shows what is followed as it comes and goes, and tells of what is lost, until `stop`.
pub async fn follow(
    mut followed: Followed,
    shown: Shown,
    store: Arc<dyn Store>,
    stop: CancellationToken,
) {
    let mut nodes = followed.roster.as_ref().map(Roster::changes);
    let mut lost = Lost::since(SystemClock.now());
    while !stop.is_cancelled() {
        let parts = followed.parts();
        shown.send_if_modified(|before| {
            let changed = *before != parts;
            *before = parts.clone();
            changed
        });
        // Afterwards: without the database this takes its time.
        lost.look(&*store, &parts, SystemClock.now()).await;
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = node_changed(&mut nodes) => {}
            () = broker_changed(&mut followed.broker) => {}
            () = database_changed(&mut followed.database) => {}
            () = stop.cancelled() => {}
        }
    }
}

fn part(part: &link::Part) -> Part {
    let hello = part.hello.as_ref();
    Part {
        name: part.name.clone(),
        role: match part.role {
            Role::Edge => PartRole::Edge,
            Role::Vision => PartRole::Vision,
        },
        up: part.up,
        since: part.since,
        version: hello.map(|hello| hello.version.clone()),
        capacity: hello.map(|hello| hello.capacity).filter(|some| *some > 0),
    }
}

/// Parts that somebody was told of.
struct Lost {
    started: Timestamp,
    told: HashSet<String>,
}

impl Lost {
    fn since(started: Timestamp) -> Self {
        Self {
            started,
            told: HashSet::new(),
        }
    }

    /// One notice for each time that a part is lost; it has to come back before the next.
    async fn look(&mut self, store: &dyn Store, parts: &[Part], now: Timestamp) {
        self.told
            .retain(|name| parts.iter().any(|part| part.name == *name && !part.up));
        for part in parts {
            if !self.is_lost(part, now) || self.told.contains(&part.name) {
                continue;
            }
            let notice = Notice::PartLost {
                part: part.name.clone(),
                since: part.since.unwrap_or(self.started),
            };
            match notices::append(store, notice, now).await {
                Ok(()) => drop(self.told.insert(part.name.clone())),
                Err(error) => tracing::warn!(%error, "a lost part could not be told of"),
            }
        }
    }

    fn is_lost(&self, part: &Part, now: Timestamp) -> bool {
        let (since, patience) = match part.since {
            Some(since) => (since, AWAY),
            None => (self.started, START),
        };
        part.role != PartRole::Database && !part.up && now.duration_since(since) > patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Site;
    use crate::tests::{at, opened};
    use model::AlertKind;
    use store::Projected;

    fn front(up: bool, since: Option<i64>) -> [Part; 1] {
        [Part {
            name: "front".into(),
            role: PartRole::Edge,
            up,
            since: since.map(at),
            version: None,
            capacity: None,
        }]
    }

    async fn alerts(site: &Site) -> usize {
        let raised = site.store.alerts(false, &[], 100).await.unwrap();
        assert!(raised.iter().all(|alert| alert.kind == AlertKind::PartLost));
        raised.len()
    }

    #[tokio::test]
    async fn a_lost_part_is_told_of_once_until_it_came_back_and_was_lost_again() {
        let (_dir, site) = opened().await;
        let mut lost = Lost::since(at(0));
        lost.look(&site.store, &front(true, Some(5)), at(90)).await;
        lost.look(&site.store, &front(false, Some(100)), at(105))
            .await;
        assert_eq!(alerts(&site).await, 0, "a restart takes a moment");
        for second in [111, 112, 500] {
            lost.look(&site.store, &front(false, Some(100)), at(second))
                .await;
        }
        assert_eq!(alerts(&site).await, 1);
        lost.look(&site.store, &front(true, Some(600)), at(600))
            .await;
        lost.look(&site.store, &front(false, Some(700)), at(711))
            .await;
        assert_eq!(alerts(&site).await, 2);
    }

    #[tokio::test]
    async fn parts_have_a_minute_to_come_back_after_a_start_of_the_private_part() {
        let (_dir, site) = opened().await;
        let mut lost = Lost::since(at(0));
        lost.look(&site.store, &front(false, None), at(59)).await;
        assert_eq!(alerts(&site).await, 0);
        lost.look(&site.store, &front(false, None), at(61)).await;
        assert_eq!(alerts(&site).await, 1);
    }

    #[tokio::test]
    async fn a_database_that_is_lost_is_shown_and_nothing_is_written_about_it() {
        let (_dir, site) = opened().await;
        let mut lost = Lost::since(at(0));
        let mut away = front(false, Some(100));
        away[0].role = PartRole::Database;
        lost.look(&site.store, &away, at(500)).await;
        assert_eq!(alerts(&site).await, 0);
    }

    #[tokio::test]
    async fn a_part_that_was_shut_out_is_not_missed() {
        let (_dir, site) = opened().await;
        let mut lost = Lost::since(at(0));
        lost.look(&site.store, &front(false, Some(100)), at(105))
            .await;
        lost.look(&site.store, &[], at(200)).await;
        assert_eq!(alerts(&site).await, 0);
    }
}
