//! The one task that turns committed observations into log entries.

use super::arrivals::{Arrivals, OldestPending};
use super::compare::Comparer;
use super::points::Points;
use super::{recovery, verdict};
use crate::clock::SystemClock;
use anyhow::Result;
use api::ports::Clock;
use evidence::{Correlator, Output, unresolved};
use futures::FutureExt;
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use model::{AccessEvent, Evidence, Observation, Timestamp, UnresolvedReason};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{Settlement, Store};
use tokio::sync::{mpsc, watch};

/// Passages decided at once. They are independent of one another: see [`subjects`].
const UNDER_WAY: usize = 256;

/// The state of the one task.
pub struct Bookkeeper {
    store: Arc<dyn Store>,
    comparer: Comparer,
    points: Points,
    correlator: Correlator,
    arrivals: Arrivals,
    under_way: FuturesUnordered<BoxFuture<'static, Decided>>,
    busy: BTreeSet<String>,
}

/// A passage that is not under way any more.
struct Decided {
    subjects: BTreeSet<String>,
    event: Option<AccessEvent>,
}

impl Bookkeeper {
    /// Reads what an earlier run left unsettled, and what passed before.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open(
        store: Arc<dyn Store>,
        comparer: Comparer,
        committed: mpsc::Receiver<Observation>,
        pending: watch::Receiver<OldestPending>,
    ) -> Result<Self> {
        let left = store.unsettled().await?;
        for unreadable in left.unreadable {
            verdict::set_aside(&*store, unreadable).await;
        }
        let unsettled = left.observations;
        if !unsettled.is_empty() {
            tracing::info!(
                observations = unsettled.len(),
                "settling what an earlier run left"
            );
        }
        let now = SystemClock.now();
        let from = unsettled.iter().map(|o| o.received_at).fold(now, Ord::min);
        let mut correlator = Correlator::new();
        recovery::remember(&*store, &mut correlator, from).await?;
        Ok(Self {
            points: Points::read(store.clone()).await?,
            store,
            comparer,
            correlator,
            arrivals: Arrivals::new(unsettled, committed, pending),
            under_way: FuturesUnordered::new(),
            busy: BTreeSet::new(),
        })
    }

    /// Works until all senders are gone, then ends what is under way.
    pub async fn run(mut self) {
        loop {
            let free = self.under_way.len() < UNDER_WAY;
            let deadline = self.correlator.next_deadline();
            let passing = self.arrivals.passing(deadline);
            // In this order: a window is closed only after every observation that came was looked at.
            tokio::select! {
                biased;
                Some(done) = self.under_way.next(), if !self.under_way.is_empty() => self.free(&done),
                seen = self.arrivals.next(), if free => match seen {
                    Some(observation) => self.observe(&observation).await,
                    None => break,
                },
                () = passing, if free => self.close(deadline).await,
            }
        }
        self.finish().await;
    }

    async fn observe(&mut self, observation: &Observation) {
        let Some(facts) = self.points.facts(observation.access_point).await else {
            // Its access point was removed meanwhile.
            let orphan = unresolved(observation, &[], UnresolvedReason::Orphan);
            return verdict::settle(&*self.store, Settlement::Unresolved(orphan)).await;
        };
        let outputs = self.correlator.step(observation, &facts);
        self.end(outputs).await;
    }

    /// Closes the windows that end at `deadline`, unless something came meanwhile that may belong
    /// into one.
    async fn close(&mut self, deadline: Option<Timestamp>) {
        if let Some(deadline) = deadline
            && self.arrivals.are_past(deadline)
        {
            let outputs = self.correlator.tick(deadline);
            self.end(outputs).await;
        }
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
            let event = verdict::enter(&*store, &comparer, &points, evidence).await;
            Decided { subjects, event }
        };
        self.under_way.push(work.boxed());
    }

    /// Whom a tag or finger named is known only now.
    fn free(&mut self, done: &Decided) {
        self.busy.retain(|subject| !done.subjects.contains(subject));
        if let Some(event) = &done.event {
            self.correlator.remember(event, &[]);
        }
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
    let print = wanted.print.map(|person| format!("person {person}"));
    let tag = wanted.tag.map(|tag| format!("tag {}", tag.as_str()));
    [number, face, print, tag].into_iter().flatten().collect()
}
