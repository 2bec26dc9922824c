//! Stays connected to the broker: connects, serves, waits, connects again.

use super::connection::{Dial, Lost, Settings, open};
use super::incidents;
use super::session::{Resumed, Session, Surroundings};
use super::state::{self, State};
use crate::classic::{Beyond, Switchboard};
use crate::house::House;
use crate::native::committed::Answers;
use jiff::Timestamp;
use std::collections::HashSet;
use std::convert::Infallible;
use std::num::NonZeroU16;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The pause before the first attempt to connect again; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A connection that lasted this long was a good one: the next pause is short again.
const STEADY: Duration = Duration::from_secs(10);
/// How long the broker may be away before it is listed: a restart takes less.
const NOTICEABLE: Duration = Duration::from_secs(5);

/// Keeps the name of the session at the broker across restarts: by it, what is delivered again is
/// recognised, and a broker that forgot the session is noticed. Losing it loses only that.
pub trait SessionNote: Send + Sync + 'static {
    /// The session as it was noted last.
    fn read(&self) -> Option<String>;
    /// Notes a session.
    fn write(&self, session: &str);
}

/// Gatebook as a subscriber of a broker.
pub struct Subscriber {
    house: House,
    switchboard: Switchboard,
    settings: Settings,
    dial: Arc<dyn Dial>,
    note: Arc<dyn SessionNote>,
    answers: Arc<Answers>,
    beyond: mpsc::Receiver<Beyond>,
    unreleased: HashSet<NonZeroU16>,
    state: watch::Sender<State>,
}

impl Subscriber {
    /// A subscriber that connects when it is run. Boards of gates with a prefix hear through it what
    /// the switchboard has for them.
    #[must_use]
    pub fn new(
        house: House,
        switchboard: Switchboard,
        settings: Settings,
        dial: Arc<dyn Dial>,
        note: Arc<dyn SessionNote>,
    ) -> Self {
        Self {
            beyond: switchboard.beyond(),
            house,
            switchboard,
            settings,
            dial,
            note,
            answers: Arc::default(),
            unreleased: HashSet::new(),
            state: watch::Sender::default(),
        }
    }

    /// Whether the broker is there, now and from now on.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Subscribes until `stop`. What is not committed by then is not acknowledged: the broker delivers
    /// it again.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut pause = FIRST_PAUSE;
        let mut outage = Outage::new();
        loop {
            let began = Instant::now();
            let lost = self.connected(&stop, &mut outage).await;
            state::down(&self.state);
            if lost == Lost::Stopping || stop.is_cancelled() {
                return;
            }
            if began.elapsed() > STEADY {
                pause = FIRST_PAUSE;
            }
            outage.note(&self.house, &self.settings.name, &lost);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                never = ignored(&mut self.beyond) => match never {},
            }
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    async fn connected(&mut self, stop: &CancellationToken, outage: &mut Outage) -> Lost {
        let opened = tokio::select! {
            () = stop.cancelled() => return Lost::Stopping,
            opened = open(&*self.dial, &self.settings) => opened,
            never = ignored(&mut self.beyond) => match never {},
        };
        let (packets, greeting) = match opened {
            Ok(opened) => opened,
            Err(lost) => return lost,
        };
        let this = self.begin(greeting.session_present, greeting.receive_max);
        outage.over();
        metrics::counter!("gatebook_broker_connections_total").increment(1);
        let broker = &self.settings.name;
        tracing::info!(%broker, resumed = this.resumed, "connected to the broker");
        let around = Surroundings {
            house: &self.house,
            switchboard: &self.switchboard,
            settings: &self.settings,
            answers: &self.answers,
            beyond: &mut self.beyond,
            unreleased: &mut self.unreleased,
            state: &self.state,
            stop,
        };
        Session::new(around, packets, this).serve().await
    }

    /// The session: the one that is noted while the broker has it, else a new one.
    fn begin(&mut self, present: bool, receive_maximum: NonZeroU16) -> Resumed {
        let noted = self.note.read();
        if !present {
            self.unreleased.clear();
            if noted.is_some() {
                incidents::forgotten(&self.house, &self.settings.name);
            }
        }
        let session = noted.filter(|_| present).unwrap_or_else(|| {
            let session = new_name();
            self.note.write(&session);
            session
        });
        Resumed {
            session,
            connected_at: Timestamp::now(),
            resumed: present,
            receive_maximum,
        }
    }
}

/// Drops what was meant for boards behind a broker that is not there: it would come too late.
async fn ignored(beyond: &mut mpsc::Receiver<Beyond>) -> Infallible {
    while beyond.recv().await.is_some() {}
    std::future::pending().await
}

/// A name that no session had.
fn new_name() -> String {
    let mut random = [0; 8];
    // Without randomness the time tells sessions apart.
    if getrandom::fill(&mut random).is_err() {
        return format!("{}", Timestamp::now().as_nanosecond());
    }
    format!("{:016x}", u64::from_be_bytes(random))
}

/// An outage, told once for each reason.
struct Outage {
    since: Option<Instant>,
    told: Option<Lost>,
}

impl Outage {
    const fn new() -> Self {
        Self {
            since: None,
            told: None,
        }
    }

    fn over(&mut self) {
        self.since = None;
        self.told = None;
    }

    fn note(&mut self, house: &House, broker: &str, why: &Lost) {
        let since = *self.since.get_or_insert_with(Instant::now);
        // Who is refused is refused again; who cannot be reached may only be starting.
        let refused = matches!(
            why,
            Lost::NotAdmitted(_) | Lost::Refused(_) | Lost::TakenOver | Lost::NotMqtt(_)
        );
        if self.told.as_ref() == Some(why) || !(refused || since.elapsed() > NOTICEABLE) {
            return;
        }
        tracing::warn!(%broker, %why, "no connection to the broker");
        incidents::lost(house, broker, why);
        self.told = Some(why.clone());
    }
}
