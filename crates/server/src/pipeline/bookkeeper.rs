//! The one task that turns committed observations into log entries.

use super::compare::Comparer;
use super::points::Points;
use super::verdict;
use crate::clock::SystemClock;
use anyhow::Result;
use api::ports::Clock;
use evidence::{Correlator, Output, RESIGHTING, Recent};
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use jiff::SignedDuration;
use model::{AccessEvent, Evidence, Observation, Record, Timestamp, Unresolved, UnresolvedReason};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use store::{EntryKind, LogFilter, Page, Settlement, Store};
use tokio::sync::mpsc;

/// Passages decided at once. They are independent of one another: see [`subjects`].
const UNDER_WAY: usize = 256;
/// Windows are closed this much late, so that what was received before their end has arrived.
const SLACK: SignedDuration = SignedDuration::from_millis(500);
/// Recent passages looked at after a start.
const RECENT: u32 = 500;

/// The state of the one task.
pub struct Bookkeeper {
    store: Arc<dyn Store>,
    comparer: Comparer,
    points: Points,
    correlator: Correlator,
    under_way: FuturesUnordered<BoxFuture<'static, BTreeSet<String>>>,
    busy: BTreeSet<String>,
    unsettled: Vec<Observation>,
}

impl Bookkeeper {
    /// Reads what an earlier run left unsettled.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open(store: Arc<dyn Store>, comparer: Comparer) -> Result<Self> {
        let unsettled = store.unsettled().await?;
        if !unsettled.is_empty() {
            tracing::info!(
                observations = unsettled.len(),
                "settling what an earlier run left"
            );
        }
        let mut correlator = Correlator::new();
        remember(&*store, &mut correlator).await?;
        Ok(Self {
            points: Points::read(store.clone()).await?,
            store,
            comparer,
            correlator,
            under_way: FuturesUnordered::new(),
            busy: BTreeSet::new(),
            unsettled,
        })
    }

    /// Works until all senders are gone, then ends what is under way.
    pub async fn run(mut self, mut observations: mpsc::Receiver<Observation>) {
        for observation in std::mem::take(&mut self.unsettled) {
            self.observe(&observation).await;
        }
        loop {
            let free = self.under_way.len() < UNDER_WAY;
            // In this order: a window is closed only after every observation that came was looked at.
            tokio::select! {
                biased;
                Some(done) = self.under_way.next(), if !self.under_way.is_empty() => self.free(&done),
                seen = observations.recv(), if free => match seen {
                    Some(observation) => self.observe(&observation).await,
                    None => break,
                },
                () = until(self.correlator.next_deadline()), if free => self.tick().await,
            }
        }
        self.finish().await;
    }

    async fn observe(&mut self, observation: &Observation) {
        let Some(facts) = self.points.facts(observation.access_point).await else {
            let orphan = orphan(observation);
            return verdict::settle(&*self.store, Settlement::Unresolved(orphan)).await;
        };
        let outputs = self.correlator.step(observation, &facts);
        self.end(outputs).await;
    }

    async fn tick(&mut self) {
        let now = SystemClock.now();
        let outputs = self.correlator.tick(now.checked_sub(SLACK).unwrap_or(now));
        self.end(outputs).await;
    }

    /// Unresolved observations first: if the power fails before the passages that went without them,
    /// none of those can claim them after the start.
    async fn end(&mut self, outputs: Vec<Output>) {
        let (unresolved, others): (Vec<_>, Vec<_>) = outputs
            .into_iter()
            .partition(|output| matches!(output, Output::Unresolved(_)));
        for output in unresolved.into_iter().chain(others) {
            match output {
                Output::Unresolved(group) => {
                    verdict::settle(&*self.store, Settlement::Unresolved(group)).await;
                }
                Output::Joined { observation, joins } => {
                    // The passage it joins may still be on its way into the log.
                    self.finish().await;
                    verdict::settle(&*self.store, Settlement::Joined { observation, joins }).await;
                }
                Output::Passage(evidence) => self.start(evidence).await,
            }
        }
    }

    /// Starts on a passage, after those under way about the same person or tag have ended.
    async fn start(&mut self, evidence: Evidence) {
        let subjects = subjects(&evidence);
        while !self.busy.is_disjoint(&subjects) {
            let Some(done) = self.under_way.next().await else {
                break;
            };
            self.free(&done);
        }
        self.busy.extend(subjects.iter().cloned());
        let (store, comparer) = (self.store.clone(), self.comparer.clone());
        let points = self.points.all().await;
        let work = async move {
            verdict::enter(&*store, &comparer, &points, evidence).await;
            subjects
        };
        self.under_way.push(work.boxed());
    }

    fn free(&mut self, subjects: &BTreeSet<String>) {
        self.busy.retain(|subject| !subjects.contains(subject));
    }

    async fn finish(&mut self) {
        while let Some(done) = self.under_way.next().await {
            self.free(&done);
        }
    }
}

/// What a passage is about. Two passages that share a subject are decided one after the other:
/// the tag that the first issued is in custody when the second shows it.
fn subjects(evidence: &Evidence) -> BTreeSet<String> {
    let wanted = decision::wanted(evidence);
    let number = wanted.number.map(|number| format!("number {number}"));
    let face = wanted.face.map(|person| format!("person {person}"));
    let tag = wanted.tag.map(|tag| format!("tag {}", tag.as_str()));
    [number, face, tag].into_iter().flatten().collect()
}

/// Waits until a window ends; forever where none is open.
async fn until(deadline: Option<Timestamp>) {
    let Some(deadline) = deadline else {
        return std::future::pending().await;
    };
    let wait = deadline
        .duration_since(SystemClock.now())
        .saturating_add(SLACK);
    tokio::time::sleep(Duration::try_from(wait).unwrap_or_default()).await;
}

/// An observation whose access point was removed meanwhile.
fn orphan(observation: &Observation) -> Unresolved {
    let picture = match observation.sighting {
        model::Sighting::Picture { picture } => Some(picture),
        _ => None,
    };
    Unresolved {
        observations: vec![observation.id],
        access_point: observation.access_point,
        at: observation.received_at,
        reason: UnresolvedReason::Orphan,
        picture,
    }
}

/// Tells the correlator of the passages by face of the last minutes.
async fn remember(store: &dyn Store, correlator: &mut Correlator) -> Result<()> {
    let from = SystemClock.now().checked_sub(RESIGHTING)?;
    let filter = LogFilter {
        from: Some(from),
        kinds: vec![EntryKind::Access],
        ..LogFilter::default()
    };
    let page = Page {
        before: None,
        limit: RECENT,
    };
    for stored in store.entries(&filter, page).await?.into_iter().rev() {
        if let Record::Access(event) = stored.entry.record
            && let Some(recent) = recent(&event)
        {
            correlator.remember(event.place.access_point, recent);
        }
    }
    Ok(())
}

/// The passage by face that an event records.
fn recent(event: &AccessEvent) -> Option<Recent> {
    let evidence = &event.evidence;
    Some(Recent {
        person: evidence.face.as_ref()?.person?,
        observation: *evidence.observations.first()?,
        first_seen: evidence.occurred_at,
        last_seen: evidence.occurred_at,
    })
}
