//! The sensor behind a pseudo-terminal: for anything that opens a serial device by its path.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use anyhow::Context;
use r30x::Millis;
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::OFlags;
use rustix::io::Errno;
use rustix::pty::OpenptFlags;
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::{Model, Sensor};

/// How often a cable looks whether it was pulled, in milliseconds.
const LOOK_AROUND: Millis = 20;

/// A sensor on the bench: one hand for whoever puts fingers on it, one for its cable.
#[derive(Clone, Debug)]
pub struct Bench {
    sensor: Arc<Mutex<Sensor>>,
    since: Instant,
}

impl Bench {
    /// A new sensor.
    #[must_use]
    pub fn new(model: Model) -> Self {
        Self {
            sensor: Arc::new(Mutex::new(Sensor::new(model))),
            since: Instant::now(),
        }
    }

    /// The sensor itself. Hold it for a moment only.
    pub fn sensor(&self) -> MutexGuard<'_, Sensor> {
        self.sensor.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Millis {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Plugs it in: a new device appears, reached by `link` (a symbolic link) as well.
    ///
    /// # Errors
    /// When the system gives no pseudo-terminal, or the link cannot be made.
    pub fn plug(&self, link: Option<&Path>) -> anyhow::Result<Plugged> {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let ours = rustix::pty::openpt(flags).context("no pseudo-terminal to be had")?;
        rustix::pty::unlockpt(&ours)?;
        let name = rustix::pty::ptsname(&ours, Vec::new())?;
        let path = PathBuf::from(name.into_string()?);
        // Held open, so that the line stays when a program closes it, and raw from the start.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let theirs = rustix::fs::open(&path, flags, rustix::fs::Mode::empty())?;
        let mut settings = tcgetattr(&theirs)?;
        settings.make_raw();
        tcsetattr(&theirs, OptionalActions::Now, &settings)?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        if let Some(link) = link {
            let _ = std::fs::remove_file(link);
            std::os::unix::fs::symlink(&path, link)?;
        }
        let pulled = Arc::new(AtomicBool::new(false));
        let cable = Cable {
            bench: self.clone(),
            ours,
            _theirs: theirs,
            pulled: pulled.clone(),
        };
        self.sensor().power_cycle();
        Ok(Plugged {
            link: link.map(Path::to_path_buf),
            path,
            pulled,
            thread: Some(std::thread::spawn(move || cable.carry())),
        })
    }
}

/// A sensor that is plugged in. Dropped, it is unplugged: programs that hold the device see it vanish.
#[derive(Debug)]
pub struct Plugged {
    path: PathBuf,
    link: Option<PathBuf>,
    pulled: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Plugged {
    /// The device.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        self.pulled.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if let Some(link) = &self.link {
            let _ = std::fs::remove_file(link);
        }
    }
}

struct Cable {
    bench: Bench,
    ours: OwnedFd,
    _theirs: OwnedFd,
    pulled: Arc<AtomicBool>,
}

impl Cable {
    /// Carries bytes both ways until it is pulled.
    fn carry(self) {
        let mut waiting: Vec<u8> = Vec::new();
        while !self.pulled.load(Ordering::Relaxed) {
            if waiting.is_empty() {
                waiting = self.said();
            }
            if self.exchange(&mut waiting).is_err() {
                return;
            }
        }
    }

    /// Waits until the line is ready or the sensor has something to say; reads and writes what it can.
    fn exchange(&self, waiting: &mut Vec<u8>) -> std::io::Result<()> {
        let mut wanted = PollFlags::IN;
        wanted.set(PollFlags::OUT, !waiting.is_empty());
        let mut ready = [PollFd::new(&self.ours, wanted)];
        rustix::event::poll(&mut ready, Some(&self.patience()))?;
        let found = ready[0].revents();
        if found.contains(PollFlags::IN) {
            let mut bytes = [0; 512];
            let count = rustix::io::read(&self.ours, &mut bytes)?;
            let (rate, now) = (self.rate(), self.bench.now());
            self.bench.sensor().receive(&bytes[..count], rate, now);
        }
        if found.contains(PollFlags::OUT) {
            match rustix::io::write(&self.ours, waiting) {
                Ok(count) => drop(waiting.drain(..count)),
                Err(Errno::AGAIN) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Until the next piece is due, but no longer than a pulled cable may go unnoticed.
    fn patience(&self) -> Timespec {
        let due = self.bench.sensor().next_due();
        let quiet = due.map_or(LOOK_AROUND, |due| due.saturating_sub(self.bench.now()));
        let nanos = quiet.min(LOOK_AROUND) * 1_000_000;
        Timespec {
            tv_sec: 0,
            tv_nsec: i64::try_from(nanos).unwrap_or_default(),
        }
    }

    /// The speed that the program on the other end gave its device.
    fn rate(&self) -> u32 {
        tcgetattr(&self.ours).map_or(0, |settings| settings.output_speed())
    }

    fn said(&self) -> Vec<u8> {
        let piece = self.bench.sensor().transmit(self.bench.now());
        piece.map_or_else(Vec::new, |piece| piece.heard_at(self.rate()))
    }
}
