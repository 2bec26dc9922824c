//! Network cameras: each is followed for as long as the registry says so, and its newest picture is
//! worked on whenever it is its turn.

mod config;
mod passages;
mod port;
#[cfg(test)]
mod tests;

pub use config::NetworkCamerasConfig;

use crate::cameras::{LiveCameras, Moment, Passages};
use anyhow::Result;
use api::ports::{Cameras as _, FrameRefused};
use cameras::{Credentials, Feed, Guard, MainStream, Spec, State, follow, keep_main};
use model::{Act, DeviceId, DeviceKind, Record};
use passages::{Decoding, Main, hand_in};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::{Committed, NetworkCamera, Store};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How soon a frame that was refused makes place for the next one.
const AGAIN: Duration = Duration::from_millis(100);
/// Looks whose passages may be on their way into the log.
const WAITING: usize = 8;
/// How soon a registry that could not be read is read again.
const READ_AGAIN: Duration = Duration::from_secs(5);

/// The network cameras of the site.
pub struct NetworkCameras {
    guard: Arc<Guard>,
    discovery: SocketAddr,
    followed: Mutex<HashMap<DeviceId, Followed>>,
    /// Who works on pictures: a passage that was decided is delivered, whatever becomes of its camera.
    working: TaskTracker,
    decoding: Arc<Decoding>,
}

/// One that is followed; dropped, it is not.
struct Followed {
    wanted: Wanted,
    feed: Arc<Feed>,
    main: Option<Arc<MainStream>>,
    tasks: Vec<JoinHandle<()>>,
    /// Ends the work on its pictures, once the one in hand is done.
    over: CancellationToken,
}

/// What is to be followed.
#[derive(Clone, PartialEq)]
struct Wanted {
    /// Where faces are looked for.
    spec: Spec,
    /// Where the kept pictures are taken from, if from elsewhere.
    main: Option<Spec>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.over.cancel();
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl NetworkCameras {
    /// None yet; they may have the addresses that `guard` lets pass.
    pub fn new(guard: Guard, discovery: SocketAddr) -> Arc<Self> {
        Self::decoding(guard, discovery, Decoding::default())
    }

    /// The same where decoding main streams may take that.
    fn decoding(guard: Guard, discovery: SocketAddr, decoding: Decoding) -> Arc<Self> {
        Arc::new(Self {
            guard: Arc::new(guard),
            discovery,
            followed: Mutex::default(),
            working: TaskTracker::new(),
            decoding: Arc::new(decoding),
        })
    }

    /// Follows whatever network cameras the registry has, until `stop`; then waits for what was decided to be
    /// delivered.
    ///
    /// # Errors
    /// Never; the signature is that of the other edges.
    pub async fn run(
        self: Arc<Self>,
        store: Arc<dyn Store>,
        live: Arc<LiveCameras>,
        stop: CancellationToken,
    ) -> Result<()> {
        let mut commits = store.commits();
        loop {
            let read = self.read(&*store, &live).await;
            let unread = read.is_err();
            if let Err(error) = read {
                tracing::error!(%error, "the network cameras could not be read");
            }
            loop {
                let committed = tokio::select! {
                    committed = commits.recv() => committed,
                    () = tokio::time::sleep(READ_AGAIN), if unread => break,
                    () = stop.cancelled() => {
                        self.followed().clear();
                        self.working.close();
                        self.working.wait().await;
                        return Ok(());
                    }
                };
                match committed {
                    Ok(committed) if !concerns(&committed) => {}
                    Err(RecvError::Closed) => return Ok(()),
                    Ok(_) | Err(RecvError::Lagged(_)) => break,
                }
            }
        }
    }

    async fn read(&self, store: &dyn Store, live: &Arc<LiveCameras>) -> store::Result<()> {
        let devices = store.devices().await?;
        let cameras = store.network_cameras().await?;
        let active = |id: DeviceId| {
            let active = |d: &model::Device| d.kind == DeviceKind::NetworkCamera && !d.disabled;
            devices
                .iter()
                .any(|device| device.id == id && active(device))
        };
        let mut wanted = HashMap::new();
        for camera in cameras.into_iter().filter(|camera| active(camera.device)) {
            match wanted_of(&camera) {
                Ok(one) => drop(wanted.insert(camera.device, one)),
                Err(error) => tracing::error!(camera = %camera.device, %error, "no camera"),
            }
        }
        let mut followed = self.followed();
        followed.retain(|id, one| wanted.get(id) == Some(&one.wanted));
        for (id, wanted) in wanted {
            followed
                .entry(id)
                .or_insert_with(|| self.begin(id, wanted, live));
        }
        Ok(())
    }

    fn begin(&self, id: DeviceId, wanted: Wanted, live: &Arc<LiveCameras>) -> Followed {
        let feed = Arc::new(Feed::default());
        let over = CancellationToken::new();
        let Wanted { spec, main } = wanted.clone();
        let mut tasks = vec![
            tokio::spawn(follow(spec, self.guard.clone(), feed.clone())),
            tokio::spawn(tell(id, feed.clone(), live.clone())),
        ];
        let main = main.map(|spec| {
            let main = Arc::new(MainStream::new(self.decoding.picture));
            tasks.push(tokio::spawn(keep_main(
                spec,
                self.guard.clone(),
                main.clone(),
                feed.clone(),
            )));
            main
        });
        let pictures = main.clone().map(|main| (main, self.decoding.clone()));
        let working = work(id, feed.clone(), pictures, live.clone(), over.clone());
        self.working.spawn(working);
        Followed {
            wanted,
            feed,
            main,
            tasks,
            over,
        }
    }

    fn followed(&self) -> MutexGuard<'_, HashMap<DeviceId, Followed>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wanted_of(camera: &NetworkCamera) -> cameras::Result<Wanted> {
    let credentials = Credentials {
        user: camera.user.clone(),
        password: camera.password.clone(),
    };
    let credentials = (!camera.user.is_empty()).then_some(credentials);
    let spec = |address: &String| -> cameras::Result<Spec> {
        Ok(Spec {
            address: address.parse()?,
            credentials: credentials.clone(),
            frames_per_second: camera.frames_per_second,
        })
    };
    Ok(Wanted {
        spec: spec(&camera.address)?,
        main: camera.main_address.as_ref().map(spec).transpose()?,
    })
}

fn concerns(committed: &Committed) -> bool {
    matches!(
        &committed.entry.record,
        Record::Act(Act::DevicePut { .. } | Act::DeviceRemoved { .. })
    )
}

/// Works on the newest picture, one after another, until `over`, and hands in what that decides.
async fn work(
    id: DeviceId,
    feed: Arc<Feed>,
    main: Option<Main>,
    live: Arc<LiveCameras>,
    over: CancellationToken,
) {
    let (decided, waiting) = mpsc::channel(WAITING);
    let looking = look(id, &feed, decided, &live, &over);
    let handing = hand_in(id, waiting, main, live.clone(), over.clone());
    tokio::join!(looking, handing);
}

async fn look(
    id: DeviceId,
    feed: &Feed,
    decided: mpsc::Sender<(Instant, Passages)>,
    live: &LiveCameras,
    over: &CancellationToken,
) {
    let mut frames = feed.frames.subscribe();
    while let Some(Ok(())) = over.run_until_cancelled(frames.changed()).await {
        let newest = || {
            let frame = frames.borrow_and_update().clone()?;
            let moment = Moment {
                at: frame.at,
                came: frame.came,
            };
            Some((frame.jpeg, moment))
        };
        match live.look(id, newest).await {
            Ok(passages) if passages.is_empty() => {}
            // Whoever hands in ends after this one.
            Ok(passages) => drop(decided.send((Instant::now(), passages)).await),
            // The device is being added, or removed: the registry is read anew in a moment.
            Err(FrameRefused::UnknownCamera | FrameRefused::Busy) => {
                tokio::time::sleep(AGAIN).await;
            }
            Err(FrameRefused::Unreadable) => {
                tracing::debug!(camera = %id, "a picture could not be read");
            }
        }
    }
}

/// Tells the house when the camera comes and goes.
async fn tell(id: DeviceId, feed: Arc<Feed>, live: Arc<LiveCameras>) {
    let mut status = feed.status.subscribe();
    let mut there = false;
    while status.changed().await.is_ok() {
        let now = status.borrow_and_update().state == State::Live;
        if now != there {
            there = now;
            live.presence(id, there);
        }
    }
}
