//! Long work in the background: who began it need not wait, how far it is can be asked and is
//! pushed, and its outcome is kept until the server stops.

use crate::error::ApiError;
use crate::live::Live;
use crate::live::messages::{JobKind, JobState, JobView};
use crate::ports::{Clock, ImportReport, Step, Tell};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::AbortHandle;
use uuid::Uuid;

/// Jobs that are remembered; older ones are forgotten.
const REMEMBERED: usize = 20;
/// At most so often is progress pushed.
const PUSH_PAUSE: Duration = Duration::from_millis(200);

/// What work ends with: a report where it has one, or why it failed.
pub(crate) type Outcome = Result<Option<ImportReport>, String>;

/// A piece of long work.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    id: Uuid,
    kind: JobKind,
    begun_at: Timestamp,
    step: Step,
    /// When it ended, and how.
    ended: Option<(Timestamp, Outcome)>,
}

impl Job {
    /// What is shown of it; the report only where `detailed`.
    pub(crate) fn view(&self, detailed: bool) -> JobView {
        let outcome = self.ended.as_ref().map(|(_, outcome)| outcome);
        let report = outcome.and_then(|outcome| outcome.clone().ok().flatten());
        JobView {
            id: self.id,
            kind: self.kind,
            state: match outcome {
                None => JobState::Running,
                Some(Ok(_)) => JobState::Done,
                Some(Err(_)) => JobState::Failed,
            },
            begun_at: self.begun_at,
            ended_at: self.ended.as_ref().map(|(at, _)| *at),
            done: self.step.done,
            total: self.step.all,
            pictures: self.step.pictures,
            report: report.filter(|_| detailed).map(Into::into),
            failure: outcome.and_then(|outcome| outcome.as_ref().err().cloned()),
        }
    }
}

/// The right to begin a job; the next one of its kind waits until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    kind: JobKind,
    _permit: OwnedSemaphorePermit,
}

struct Remembered {
    job: watch::Receiver<Job>,
    task: AbortHandle,
}

/// The jobs, for whoever is not to keep them alive.
#[derive(Clone)]
pub(crate) struct WeakJobs {
    jobs: Weak<Inner>,
    closed: watch::Receiver<()>,
}

impl WeakJobs {
    /// The jobs, unless they ended.
    pub(crate) fn upgrade(&self) -> Option<Jobs> {
        self.jobs.upgrade().map(Jobs)
    }

    /// Waits until they end.
    pub(crate) fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut closed = self.closed.clone();
        async move { while closed.changed().await.is_ok() {} }
    }
}

/// The jobs since the start. Those that run end when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Jobs(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    imports: Arc<Semaphore>,
    verifications: Arc<Semaphore>,
    reenrolments: Arc<Semaphore>,
    /// Newest first.
    jobs: Mutex<VecDeque<Remembered>>,
    /// Closed with the last clone.
    open: watch::Sender<()>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        for remembered in self.jobs.get_mut().unwrap_or_else(PoisonError::into_inner) {
            remembered.task.abort();
        }
    }
}

impl Jobs {
    /// No job yet.
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            clock,
            imports: Arc::new(Semaphore::new(1)),
            verifications: Arc::new(Semaphore::new(1)),
            reenrolments: Arc::new(Semaphore::new(1)),
            jobs: Mutex::default(),
            open: watch::Sender::new(()),
        }))
    }

    /// The same, without keeping them alive.
    pub(crate) fn weak(&self) -> WeakJobs {
        WeakJobs {
            jobs: Arc::downgrade(&self.0),
            closed: self.0.open.subscribe(),
        }
    }

    /// Takes the turn for a job.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] while another has it: there is one import at a time, and one
    /// verification.
    pub(crate) fn turn(&self, kind: JobKind) -> Result<Turn, ApiError> {
        let (turns, taken) = match kind {
            JobKind::PeopleImport | JobKind::LogImport | JobKind::FingersImport => (
                &self.0.imports,
                "An import runs already; wait for it to end.",
            ),
            JobKind::Verification => (
                &self.0.verifications,
                "A verification runs already; wait for it to end.",
            ),
            JobKind::Reenrolment => (
                &self.0.reenrolments,
                "Everybody is being enrolled anew already; wait for it to end.",
            ),
        };
        match turns.clone().try_acquire_owned() {
            Ok(_permit) => Ok(Turn { kind, _permit }),
            Err(_) => Err(ApiError::Conflict(taken.into())),
        }
    }

    /// Begins `work`, which is handed where to tell how far it is.
    pub(crate) fn begin<W, F>(&self, turn: Turn, live: &Live, work: W) -> Job
    where
        W: FnOnce(Tell) -> F,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let job = Job {
            id: Uuid::now_v7(),
            kind: turn.kind,
            begun_at: self.0.clock.now(),
            step: Step::default(),
            ended: None,
        };
        let (tell, receiver) = watch::channel(job.clone());
        let ending = Ending {
            tell: tell.clone(),
            clock: self.0.clock.clone(),
        };
        let work = work(Arc::new(move |step| {
            tell.send_modify(|job| job.step = step);
        }));
        tokio::spawn(push(receiver.clone(), live.clone()));
        let task = tokio::spawn(async move {
            let outcome = work.await;
            drop(turn);
            ending.with(outcome);
        });
        self.remember(Remembered {
            job: receiver,
            task: task.abort_handle(),
        });
        job
    }

    fn remember(&self, remembered: Remembered) {
        let mut jobs = self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.push_front(remembered);
        jobs.truncate(REMEMBERED);
    }

    /// All that are remembered, newest first.
    pub(crate) fn all(&self) -> Vec<Job> {
        let jobs = self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.iter().map(|one| one.job.borrow().clone()).collect()
    }

    /// The job `id`.
    pub(crate) fn find(&self, id: Uuid) -> Option<Job> {
        self.all().into_iter().find(|job| job.id == id)
    }
}

/// Says that a job ended, also where its work broke down or was broken off.
struct Ending {
    tell: watch::Sender<Job>,
    clock: Arc<dyn Clock>,
}

impl Ending {
    fn with(&self, outcome: Outcome) {
        if let Err(why) = &outcome {
            tracing::error!(%why, "a job failed");
        }
        let at = self.clock.now();
        self.tell.send_modify(|job| job.ended = Some((at, outcome)));
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        if self.tell.borrow().ended.is_none() {
            self.with(Err("it was broken off before its end".into()));
        }
    }
}

/// Pushes the newest state until the end; steps that follow fast are left out.
async fn push(mut job: watch::Receiver<Job>, live: Live) {
    loop {
        let now = job.borrow_and_update().clone();
        live.job(&now.view(false)).await;
        if now.ended.is_some() || job.changed().await.is_err() {
            return;
        }
        tokio::time::sleep(PUSH_PAUSE).await;
    }
}
