//! The one writer: what waits in the queue is committed together, with one flush to disk.
//!
//! Work that the contract refuses (a name taken, a row missing) leaves the others of its group alone:
//! the group is undone and done again, each piece inside a savepoint of its own. Refusals are rare,
//! and each statement is two switches between threads: savepoints for all would be a quarter of
//! what an observation costs. When the engine itself fails, or the commit does, nothing of the
//! group is kept and every caller is told.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ledger::Frontier;
use projection::Calendar;
use store::{Committed, Result, StoreError};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::keys::Keys;
use super::known::Known;
use super::sequence::Runs;
use super::stretches::Stretch;
use super::{ingest, ledger_rows};
use crate::engine::fault::{again, breaks_batch, fault};
use crate::engine::{Db, Engine};

/// At most this many pieces of work share one commit: what a disk can flush at once without making
/// the first of them wait for long.
const GROUP: usize = 256;

/// When a lost server is tried again first, and how late at last.
const SOON: Duration = Duration::from_millis(100);
const LATEST: Duration = Duration::from_millis(1_600);

/// What the writer keeps in memory beside the database. It follows the database exactly: it is
/// put back when a piece of work is undone, and read again after a group failed.
#[derive(Clone)]
pub(crate) struct Memory {
    /// The right edge of the tree.
    pub(crate) tree: Frontier,
    /// The site's calendar, once it was needed; gone when the settings change.
    pub(crate) calendar: Option<Calendar>,
    /// The order of the newest observation.
    pub(crate) order: u64,
    /// How far devices came that were heard lately.
    pub(crate) runs: Runs,
    /// The newest stretch of the log, once it was needed.
    pub(crate) stretch: Option<Stretch>,
    /// Whether this group writes people.
    pub(crate) people: bool,
}

/// What the database says of it.
pub(crate) async fn remembered(db: &mut Db) -> Result<Memory> {
    Ok(Memory {
        tree: ledger_rows::frontier(db).await?,
        calendar: None,
        order: ingest::newest(db).await?,
        runs: Runs::default(),
        stretch: None,
        people: false,
    })
}

/// A transaction as a piece of work sees it.
pub(crate) struct Tx<'a> {
    pub(crate) db: &'a mut Db,
    pub(crate) memory: &'a mut Memory,
    pub(crate) keys: &'a Keys,
}

/// A piece of work: everything in it is committed, or nothing. It may run more than once; what an
/// earlier run did is undone by then.
pub(crate) trait Work: Send + Sync + 'static {
    /// What the caller gets once it is durable.
    type Output: Send + 'static;

    /// Does the work inside the transaction.
    fn run(&self, tx: &mut Tx<'_>) -> impl Future<Output = Result<Self::Output>> + Send;

    /// What subscribers are told once it is durable.
    fn news(_output: &Self::Output) -> Option<Arc<Committed>> {
        None
    }
}

/// The end of the queue that callers hold.
#[derive(Clone)]
pub(crate) struct Queue(mpsc::Sender<Box<dyn Job>>);

impl Queue {
    /// Queues a piece of work and waits until it is durable.
    pub(crate) async fn submit<W: Work>(&self, work: W) -> Result<W::Output> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Queued {
            work,
            reply,
            output: None,
        });
        self.0.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => closed(),
        })?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }
}

fn closed() -> StoreError {
    StoreError::Engine("the store is closed".to_owned())
}

/// Work of any kind, with the place its answer goes to.
#[async_trait]
trait Job: Send {
    async fn run(&mut self, tx: &mut Tx<'_>) -> Result<()>;
    fn answer(self: Box<Self>, outcome: Result<()>, news: &broadcast::Sender<Arc<Committed>>);
}

struct Queued<W: Work> {
    work: W,
    reply: oneshot::Sender<Result<W::Output>>,
    output: Option<W::Output>,
}

#[async_trait]
impl<W: Work> Job for Queued<W> {
    async fn run(&mut self, tx: &mut Tx<'_>) -> Result<()> {
        self.output = Some(self.work.run(tx).await?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<()>, news: &broadcast::Sender<Arc<Committed>>) {
        let Self { reply, output, .. } = *self;
        let outcome = outcome.and_then(|()| output.ok_or_else(closed));
        if let Some(committed) = outcome.as_ref().ok().and_then(W::news) {
            // Nobody may be listening, and the caller may have gone: neither undoes the commit.
            let _ = news.send(committed);
        }
        let _ = reply.send(outcome);
    }
}

/// The task that owns the writing connection.
pub(crate) struct Writer {
    pub(crate) engine: Engine,
    pub(crate) db: Db,
    pub(crate) memory: Memory,
    /// Whether a commit failed, so that only the database knows what stands in it.
    pub(crate) stale: bool,
    pub(crate) keys: Arc<Keys>,
    pub(crate) known: Arc<Known>,
    pub(crate) news: broadcast::Sender<Arc<Committed>>,
}

impl Writer {
    /// Starts the task with a queue of at most `bound` pieces of work. It ends, and returns its
    /// connection, when every [`Queue`] is gone and everything queued is done.
    pub(crate) fn start(mut self, bound: usize) -> (Queue, tokio::task::JoinHandle<Db>) {
        let (sender, mut jobs) = mpsc::channel(bound);
        let task = tokio::spawn(async move {
            let mut group = Vec::with_capacity(GROUP);
            while jobs.recv_many(&mut group, GROUP).await > 0 {
                self.commit(std::mem::take(&mut group)).await;
            }
            self.db
        });
        (Queue(sender), task)
    }

    async fn commit(&mut self, mut group: Vec<Box<dyn Job>>) {
        metrics::histogram!("gatebook_store_group_size").record(group.len() as f64);
        let outcomes = match self.attempt(&mut group).await {
            Ok(outcomes) => {
                if std::mem::take(&mut self.memory.people) {
                    self.known.forget();
                }
                outcomes
            }
            Err(error) => {
                self.abandon().await;
                // It may have been committed all the same.
                self.known.forget();
                tracing::error!(%error, writes = group.len(), "a group of writes was not committed");
                group.iter().map(|_| Err(again(&error))).collect()
            }
        };
        for (job, outcome) in group.into_iter().zip(outcomes) {
            job.answer(outcome, &self.news);
        }
    }

    async fn attempt(&mut self, group: &mut [Box<dyn Job>]) -> Result<Vec<Result<()>>> {
        self.begin().await?;
        let before = self.memory.clone();
        if self.all(group).await? {
            self.end().await?;
            return Ok(group.iter().map(|_| Ok(())).collect());
        }
        self.execute("ROLLBACK").await?;
        self.memory = before;
        self.memory.runs.clear();
        self.begin().await?;
        let mut outcomes = Vec::with_capacity(group.len());
        for job in group {
            outcomes.push(self.one(job.as_mut()).await?);
        }
        self.end().await?;
        Ok(outcomes)
    }

    /// Commits. When the answer is lost with the line to the server, a new line tells what became of
    /// the commit; only when none is to be had does it stay open, which is an error.
    async fn end(&mut self) -> Result<()> {
        let transaction = self.db.transaction().await.map_err(fault)?;
        let Err(lost) = self.db.run("COMMIT").await else {
            return Ok(());
        };
        if let Some(transaction) = transaction
            && lost.leaves_open()
        {
            self.reconnect().await?;
            if self.db.committed(&transaction).await.map_err(fault)? {
                tracing::info!("the answer to a commit was lost; it was durable");
                return Ok(());
            }
        }
        Err(fault(lost))
    }

    async fn begin(&mut self) -> Result<()> {
        if self.db.is_lost() {
            self.reconnect().await?;
        }
        self.execute(self.engine.begin()).await?;
        if self.stale {
            self.memory = remembered(&mut self.db).await?;
            self.stale = false;
        }
        Ok(())
    }

    /// A server may be restarted, and is tried again for some seconds, each time later. Whoever waits
    /// in the queue is told if that is not enough.
    async fn reconnect(&mut self) -> Result<()> {
        self.stale = true;
        // It may come back as it was at another time.
        self.known.forget();
        let mut pause = SOON;
        loop {
            match self.engine.writer().await {
                Ok(db) => {
                    self.db = db;
                    return Ok(());
                }
                Err(error) if pause > LATEST => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "the database cannot be reached; trying again")
                }
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    /// Runs the whole group; false as soon as the contract refuses a job, which then has to be
    /// undone together with the others. The error is the engine's.
    async fn all(&mut self, group: &mut [Box<dyn Job>]) -> Result<bool> {
        self.db.together(true);
        let mut outcome = Ok(());
        for job in group {
            outcome = job.run(&mut self.tx()).await;
            if outcome.is_ok() {
                outcome = self.db.hand_over().await.map_err(fault);
            }
            if outcome.is_err() {
                break;
            }
        }
        // What failed before it was heard of is why what came after it failed.
        let heard = self.db.heard().await;
        self.db.together(false);
        match heard.map_err(fault).and_then(|done| outcome.map(|()| done)) {
            Err(error) if breaks_batch(&error) => Err(error),
            Err(_) => Ok(false),
            Ok(done) => Ok(done),
        }
    }

    fn tx(&mut self) -> Tx<'_> {
        Tx {
            db: &mut self.db,
            memory: &mut self.memory,
            keys: &self.keys,
        }
    }

    /// The outer error is the engine's and ends the group, the inner one concerns this job alone.
    async fn one(&mut self, job: &mut dyn Job) -> Result<Result<()>> {
        self.execute("SAVEPOINT job").await?;
        let before = self.memory.clone();
        let outcome = job.run(&mut self.tx()).await;
        if let Err(error) = outcome {
            if breaks_batch(&error) {
                return Err(error);
            }
            self.memory = before;
            self.execute("ROLLBACK TO job").await?;
            self.execute("RELEASE job").await?;
            return Ok(Err(error));
        }
        self.execute("RELEASE job").await?;
        Ok(Ok(()))
    }

    /// Rolls back what the engine may have rolled back itself already.
    async fn abandon(&mut self) {
        self.stale = true;
        if let Err(error) = self.execute("ROLLBACK").await {
            tracing::debug!(%error, "nothing was left to roll back");
        }
    }

    async fn execute(&mut self, statement: &'static str) -> Result<()> {
        self.db.run(statement).await.map_err(fault)
    }
}
