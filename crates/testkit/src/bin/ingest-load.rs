//! Durable ingest under load: N native devices publish at QoS 1 with a window each; reports
//! acknowledged observations a second and how long an acknowledgement takes.
//!
//! `ingest-load <address:port> <seconds> <clients> <window> <name-prefix> <password>`
//!
//! The devices `<prefix>0` to `<prefix>N-1` must exist with that password.

use anyhow::{Context, bail};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use testkit::mqtt::{Client, Event, Identity, QoS};
use tokio::time::{Instant, timeout_at};

#[derive(Clone)]
struct Load {
    server: SocketAddr,
    time: Duration,
    clients: usize,
    window: usize,
    prefix: String,
    password: String,
}

impl Load {
    fn read(arguments: &[String]) -> anyhow::Result<Self> {
        let [server, seconds, clients, window, prefix, password] = arguments else {
            bail!(
                "usage: ingest-load <address:port> <seconds> <clients> <window> <name-prefix> <password>"
            );
        };
        Ok(Self {
            server: server.parse().context("the address")?,
            time: Duration::from_secs(seconds.parse().context("the seconds")?),
            clients: clients.parse().context("the clients")?,
            window: window.parse().context("the window")?,
            prefix: prefix.clone(),
            password: password.clone(),
        })
    }

    /// One device; how long each acknowledgement took.
    async fn device(self, n: usize) -> anyhow::Result<Vec<Duration>> {
        let name = format!("{}{n}", self.prefix);
        let identity = Identity::native(&name, &self.password);
        let mut client =
            Client::connect(IpAddr::V4(Ipv4Addr::LOCALHOST), self.server, &identity).await?;
        let topic = format!("gatebook/v1/{name}/observation");
        let boot_id = format!("load-{}", jiff::Timestamp::now().as_millisecond());
        let end = Instant::now() + self.time;
        let (mut taken, mut waiting, mut sequence) = (Vec::new(), HashMap::new(), 0_u64);
        while Instant::now() < end {
            while waiting.len() < self.window {
                sequence += 1;
                let report = format!(
                    r#"{{"boot_id":"{boot_id}","sequence":{sequence},"saw":"tag","tag":"AB{n:02X}"}}"#
                );
                let id = client
                    .publish(&topic, report, QoS::AtLeastOnce)
                    .await?
                    .unwrap_or_default();
                waiting.insert(id, Instant::now());
            }
            match timeout_at(end, client.next()).await {
                Ok(Ok(Event::Acknowledged(id))) => {
                    taken.extend(waiting.remove(&id).map(|sent| sent.elapsed()));
                }
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(error),
                Err(_) => break,
            }
        }
        Ok(taken)
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
    let devices: Vec<_> = (0..load.clients)
        .map(|n| tokio::spawn(load.clone().device(n)))
        .collect();
    let mut taken = Vec::new();
    for device in devices {
        taken.extend(device.await??);
    }
    taken.sort_unstable();
    #[allow(clippy::cast_precision_loss)]
    let a_second = taken.len() as f64 / load.time.as_secs_f64();
    println!(
        "{} clients, window {}: {} acknowledged, {a_second:.0}/s, p50 {:.1?}, p99 {:.1?}",
        load.clients,
        load.window,
        taken.len(),
        percentile(&taken, 50),
        percentile(&taken, 99)
    );
    Ok(())
}
