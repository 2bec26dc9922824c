//! A sensor of the R30x family on a serial line.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use r30x::{
    Answer, Baud, Buffer, Command, Confirmation, Driver, Effect, Event, Millis, Outcome,
    Parameters, Setup, Task, Wanted, image,
};
use serial2_tokio::SerialPort;
use tokio::time::{Instant, timeout};

use crate::{Error, FingerSensor, Found, Image, Result, Verdict};

/// A sensor that is known by the path of its device.
pub struct SerialSensor {
    path: PathBuf,
    setup: Setup,
    open: Option<Open>,
}

/// The device, and the driver that has met the sensor behind it.
struct Open {
    port: SerialPort,
    driver: Driver,
    since: Instant,
    parameters: Option<Parameters>,
}

/// Why an exchange ended without an outcome.
enum Trouble {
    Line(io::Error),
    Sensor(r30x::Error),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Line(error)
    }
}

/// What a task brought.
struct Brought {
    outcome: Outcome,
    payload: Vec<u8>,
}

impl SerialSensor {
    /// The sensor at a path. Nothing is opened before the first call.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>, setup: Setup) -> Self {
        Self {
            path: path.into(),
            setup,
            open: None,
        }
    }

    /// What the sensor says of itself; meets it first where that was not done.
    ///
    /// # Errors
    /// When it cannot be met.
    pub async fn parameters(&mut self) -> Result<Parameters> {
        let met = self.met().await?.parameters;
        met.ok_or_else(|| self.error(r30x::Error::NotFound))
    }

    /// Sends one command that moves no data, and gives what was answered.
    ///
    /// # Errors
    /// As its refusal says, or trouble with the line.
    pub async fn ask(&mut self, command: Command) -> Result<Answer> {
        match self.run(Task::Ask(command), &[]).await?.outcome {
            Outcome::Answer(answer) => Ok(answer),
            _ => Err(self.senseless(command)),
        }
    }

    fn error(&self, source: r30x::Error) -> Error {
        let path = self.path.clone();
        Error::Sensor { path, source }
    }

    fn senseless(&self, command: Command) -> Error {
        let command = command.code();
        self.error(r30x::Error::BadAnswer { command })
    }

    /// Runs a task. A sensor that lost its power meanwhile is met again, once.
    async fn run(&mut self, task: Task, template: &[u8]) -> Result<Brought> {
        let must_verify = |error: &r30x::Error| {
            let forgot = Confirmation::MustVerify;
            matches!(error, r30x::Error::Refused { confirmation, .. } if *confirmation == forgot)
        };
        let first = self.try_once(task, template).await;
        match &first {
            Err(Error::Sensor { source, .. }) if must_verify(source) => {
                tracing::info!(path = %self.path.display(), "the sensor was restarted: meeting it again");
                self.open = None;
                self.try_once(task, template).await
            }
            _ => first,
        }
    }

    async fn try_once(&mut self, task: Task, template: &[u8]) -> Result<Brought> {
        let open = self.met().await?;
        let ended = open.carry_out(task, template).await;
        ended.map_err(|trouble| self.troubled(trouble))
    }

    /// The sensor, opened and met.
    async fn met(&mut self) -> Result<&mut Open> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.opened()?,
        };
        if open.parameters.is_none() {
            let met = open.carry_out(Task::Connect(self.setup), &[]).await;
            match met {
                Ok(Brought {
                    outcome: Outcome::Connected(told),
                    ..
                }) => {
                    tracing::info!(path = %self.path.display(), baud = told.baud.rate(), capacity = told.capacity,
                        "fingerprint sensor met");
                    open.parameters = Some(told);
                }
                Ok(_) => return Err(self.error(r30x::Error::NotFound)),
                Err(trouble) => return Err(self.troubled(trouble)),
            }
        }
        Ok(self.open.insert(open))
    }

    fn opened(&self) -> Result<Open> {
        let port = SerialPort::open(&self.path, Baud::FACTORY.rate());
        let port = port.map_err(|source| Error::Open {
            path: self.path.clone(),
            source,
        })?;
        Ok(Open {
            port,
            driver: Driver::new(),
            since: Instant::now(),
            parameters: None,
        })
    }

    /// After trouble with the line, or with a sensor that is silent, the next call begins from the start.
    fn troubled(&mut self, trouble: Trouble) -> Error {
        match trouble {
            Trouble::Line(source) => {
                self.open = None;
                let path = self.path.clone();
                Error::Unplugged { path, source }
            }
            Trouble::Sensor(source) => {
                if matches!(
                    source,
                    r30x::Error::Silent { .. } | r30x::Error::NotFound | r30x::Error::Babbling
                ) {
                    self.open = None;
                }
                self.error(source)
            }
        }
    }
}

impl Open {
    fn now(&self) -> Millis {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Steps the driver until the task ends.
    async fn carry_out(
        &mut self,
        task: Task,
        template: &[u8],
    ) -> std::result::Result<Brought, Trouble> {
        if self.driver.is_busy() {
            // The caller of the last task stopped waiting for it.
            let now = self.now();
            let _ = self.driver.step(Event::Cancel, now);
        }
        let mut payload = Vec::new();
        let mut heard = Vec::new();
        let mut wanted: Option<Wanted> = None;
        let mut begin = Some(task);
        loop {
            let now = self.now();
            let piece = wanted
                .take()
                .map(|w| template.get(w.at..w.at + w.length).unwrap_or_default());
            let event = match (begin.take(), piece) {
                (Some(task), _) => Event::Begin(task),
                (None, Some(piece)) => Event::Supplied(piece),
                (None, None) => Event::Received(&heard),
            };
            let step = self.driver.step(event, now);
            let taken = step.taken;
            match step.effect {
                Effect::Send(frame) => self.port.write_all(frame).await?,
                Effect::SetBaud(baud) => set_baud(&mut self.port, baud)?,
                Effect::Supply(piece) => wanted = Some(piece),
                Effect::Payload(bytes) => payload.extend_from_slice(bytes),
                Effect::Prompt(_) => {}
                Effect::Done(outcome) => return Ok(Brought { outcome, payload }),
                Effect::Failed(error) => return Err(Trouble::Sensor(error)),
                Effect::Wait(until) => {
                    heard.drain(..taken);
                    self.listen(Duration::from_millis(until.saturating_sub(now)), &mut heard)
                        .await?;
                    continue;
                }
            }
            heard.drain(..taken);
        }
    }

    /// Reads what comes within a while; nothing is no error.
    async fn listen(&self, while_: Duration, heard: &mut Vec<u8>) -> io::Result<()> {
        let mut bytes = [0; 512];
        match timeout(while_, self.port.read(&mut bytes)).await {
            Err(_elapsed) => Ok(()),
            // The end of a serial line is a pulled cable.
            Ok(Ok(0)) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(Ok(count)) => {
                heard.extend_from_slice(bytes.get(..count).unwrap_or_default());
                Ok(())
            }
            Ok(Err(error)) => Err(error),
        }
    }
}

/// Whatever was written has left by then: the driver changes the speed after an answer, or after a silence.
fn set_baud(port: &mut SerialPort, baud: Baud) -> io::Result<()> {
    let mut settings = port.get_configuration()?;
    settings.set_baud_rate(baud.rate())?;
    port.set_configuration(&settings)
}

fn millis(within: Duration) -> Millis {
    u64::try_from(within.as_millis()).unwrap_or(u64::MAX)
}

#[async_trait]
impl FingerSensor for SerialSensor {
    async fn wait_for_finger(&mut self, within: Duration) -> Result<Image> {
        let within = millis(within);
        let brought = self.run(Task::Image { within }, &[]).await?;
        Ok(Image {
            width: image::WIDTH,
            height: image::HEIGHT,
            dpi: image::DPI,
            pixels: image::pixels(&brought.payload).collect(),
        })
    }

    async fn wait_until_lifted(&mut self, within: Duration) -> Result<()> {
        let within = millis(within);
        self.run(Task::Lifted { within }, &[]).await.map(drop)
    }

    async fn take_template(&mut self, within: Duration) -> Result<Vec<u8>> {
        let (buffer, within) = (Buffer::One, millis(within));
        self.run(Task::Extract { buffer, within }, &[]).await?;
        Ok(self.run(Task::ReadTemplate(buffer), &[]).await?.payload)
    }

    async fn verify(&mut self, template: &[u8], within: Duration) -> Result<Verdict> {
        let (length, within) = (template.len(), millis(within));
        match self
            .run(Task::Verify { length, within }, template)
            .await?
            .outcome
        {
            Outcome::Matched { score } => Ok(Verdict::Same { score }),
            Outcome::NotMatched => Ok(Verdict::Other),
            _ => Err(self.senseless(Command::Match)),
        }
    }

    async fn search(&mut self, within: Duration) -> Result<Option<Found>> {
        let count = self.parameters().await?.capacity;
        let (start, fast, within) = (0, false, millis(within));
        let task = Task::Identify {
            start,
            count,
            fast,
            within,
        };
        match self.run(task, &[]).await?.outcome {
            Outcome::Found { page, score } => Ok(Some(Found { page, score })),
            Outcome::NotMatched => Ok(None),
            _ => {
                let buffer = Buffer::One;
                Err(self.senseless(Command::Search {
                    buffer,
                    start,
                    count,
                }))
            }
        }
    }

    async fn store(&mut self, page: u16, template: &[u8]) -> Result<()> {
        let length = template.len();
        self.run(Task::WritePage { page, length }, template)
            .await
            .map(drop)
    }

    async fn load(&mut self, page: u16) -> Result<Vec<u8>> {
        Ok(self.run(Task::ReadPage(page), &[]).await?.payload)
    }

    async fn delete(&mut self, page: u16) -> Result<()> {
        let count = 1;
        self.ask(Command::Delete { page, count }).await.map(drop)
    }

    async fn clear(&mut self) -> Result<()> {
        self.ask(Command::Empty).await.map(drop)
    }

    async fn pages(&mut self) -> Result<Vec<u16>> {
        let capacity = self.parameters().await?.capacity;
        let mut pages = Vec::new();
        for start in (0..capacity).step_by(256) {
            let [number, _] = start.to_be_bytes();
            let command = Command::Index(number);
            let index = self.ask(command).await?.index();
            let index = index.ok_or_else(|| self.senseless(command))?;
            pages.extend(index.taken().map(|page| start + u16::from(page)));
        }
        Ok(pages)
    }
}
