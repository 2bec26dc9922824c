//! Durable ingest under load: native devices publish at QoS 1 with a window each; reports
//! acknowledged observations a second and how long an acknowledgement takes.
//!
//! `ingest-load <address:port> <seconds> <window> <devices-file>`
//!
//! Each line of the file is a device's name and its password, with a space between.

use anyhow::{Context, bail};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use testkit::mqtt::{Client, Event, Identity, QoS};
use tokio::time::{Instant, timeout};

/// Tags that each device reads in turn.
const TAGS: u64 = 200;
/// How long the last acknowledgements may take before they count as lost.
const PATIENCE: Duration = Duration::from_secs(30);

struct Load {
    server: SocketAddr,
    time: Duration,
    window: usize,
    devices: Vec<(String, String)>,
}

impl Load {
    fn read(arguments: &[String]) -> anyhow::Result<Self> {
        let [server, seconds, window, file] = arguments else {
            bail!("usage: ingest-load <address:port> <seconds> <window> <devices-file>");
        };
        let lines = std::fs::read_to_string(file).with_context(|| format!("cannot read {file}"))?;
        let devices = lines.lines().map(|line| {
            let (name, password) = line.split_once(' ').context("a line is `name password`")?;
            Ok((name.to_owned(), password.to_owned()))
        });
        Ok(Self {
            server: server.parse().context("the address")?,
            time: Duration::from_secs(seconds.parse().context("the seconds")?),
            window: window.parse().context("the window")?,
            devices: devices.collect::<anyhow::Result<_>>()?,
        })
    }
}

/// One device under load.
struct Device {
    client: Client,
    topic: String,
    boot_id: String,
    number: usize,
    sequence: u64,
    waiting: HashMap<u16, Instant>,
    taken: Vec<Duration>,
}

impl Device {
    async fn connect(
        server: SocketAddr,
        number: usize,
        name: &str,
        password: &str,
    ) -> anyhow::Result<Self> {
        let identity = Identity::native(name, password);
        let client = Client::connect(IpAddr::V4(Ipv4Addr::LOCALHOST), server, &identity).await?;
        Ok(Self {
            client,
            topic: format!("gatebook/v1/{name}/observation"),
            boot_id: format!("load-{}", jiff::Timestamp::now().as_millisecond()),
            number,
            sequence: 0,
            waiting: HashMap::new(),
            taken: Vec::new(),
        })
    }

    /// Keeps the window full until `end`, then waits for what is still unacknowledged.
    async fn run(mut self, window: usize, end: Instant) -> anyhow::Result<Vec<Duration>> {
        while Instant::now() < end {
            while self.waiting.len() < window {
                self.publish().await?;
            }
            self.hear().await?;
        }
        while !self.waiting.is_empty() {
            self.hear().await?;
        }
        Ok(self.taken)
    }

    async fn publish(&mut self) -> anyhow::Result<()> {
        self.sequence += 1;
        let (boot, sequence) = (&self.boot_id, self.sequence);
        let tag = format!("AB{:02X}{:04X}", self.number, sequence % TAGS);
        let report =
            format!(r#"{{"boot_id":"{boot}","sequence":{sequence},"saw":"tag","tag":"{tag}"}}"#);
        let id = self
            .client
            .publish(&self.topic, report, QoS::AtLeastOnce)
            .await?;
        self.waiting.insert(id.unwrap_or_default(), Instant::now());
        Ok(())
    }

    async fn hear(&mut self) -> anyhow::Result<()> {
        let event = timeout(PATIENCE, self.client.next()).await;
        if let Event::Acknowledged(id) = event.context("an acknowledgement is missing")?? {
            self.taken
                .extend(self.waiting.remove(&id).map(|sent| sent.elapsed()));
        }
        Ok(())
    }
}

fn percentile(sorted: &[Duration], hundredths: usize) -> Duration {
    let index = sorted.len().saturating_sub(1) * hundredths / 100;
    sorted.get(index).copied().unwrap_or_default()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let load = Load::read(&arguments)?;
    let mut connected = Vec::new();
    for (number, (name, password)) in load.devices.iter().enumerate() {
        connected.push(Device::connect(load.server, number, name, password).await?);
    }
    let began = Instant::now();
    let devices: Vec<_> = connected
        .into_iter()
        .map(|device| tokio::spawn(device.run(load.window, began + load.time)))
        .collect();
    let mut taken = Vec::new();
    for device in devices {
        taken.extend(device.await??);
    }
    let took = began.elapsed();
    taken.sort_unstable();
    #[allow(clippy::cast_precision_loss)]
    let a_second = taken.len() as f64 / took.as_secs_f64();
    println!(
        "{} clients, window {}: {} acknowledged, {a_second:.0}/s, p50 {:.1?}, p99 {:.1?}",
        load.devices.len(),
        load.window,
        taken.len(),
        percentile(&taken, 50),
        percentile(&taken, 99)
    );
    Ok(())
}
