//! Ways in for native devices: the gateway inside, and a broker of the site's own.

use anyhow::{Context, Result, bail, ensure};
use model::TopicPrefix;
use serde::{Deserialize, Deserializer, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// MQTT gateway for native devices, and the broker that Gatebook subscribes to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mqtt {
    /// Address and port of plain MQTT; `off`: none.
    #[serde(deserialize_with = "address_or_off")]
    pub listen: Option<SocketAddr>,
    /// Address and port of MQTT with TLS, by the site's own authority; off unless given.
    #[serde(deserialize_with = "address_or_off")]
    pub tls_listen: Option<SocketAddr>,
    /// A broker of the site's own.
    pub broker: Broker,
}

/// A broker of the site's own; off unless its address is given.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Broker {
    /// `mqtt://host:port` or `mqtts://host:port`.
    pub url: Option<String>,
    /// The user that Gatebook is there.
    pub user: Option<String>,
    /// A file whose first line is that user's password.
    pub password_file: Option<PathBuf>,
    /// A PEM file with the authority of the broker's certificate; without it, what the system trusts.
    pub ca: Option<PathBuf>,
    /// A PEM file with a certificate by which Gatebook proves itself to the broker.
    pub certificate: Option<PathBuf>,
    /// A PEM file with that certificate's key.
    pub key: Option<PathBuf>,
    /// The client id under which the broker keeps Gatebook's session.
    pub client_id: String,
    /// What stands before the topics of native devices there; empty: nothing.
    pub prefix: String,
}

/// Where a broker is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Whether by TLS.
    pub tls: bool,
}

impl Default for Mqtt {
    fn default() -> Self {
        Self {
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 1884))),
            tls_listen: None,
            broker: Broker::default(),
        }
    }
}

impl Default for Broker {
    fn default() -> Self {
        Self {
            url: None,
            user: None,
            password_file: None,
            ca: None,
            certificate: None,
            key: None,
            client_id: "gatebook".to_owned(),
            prefix: String::new(),
        }
    }
}

impl Broker {
    /// Where the broker is; `None`: there is none.
    ///
    /// # Errors
    /// When the URL is not understood.
    pub fn address(&self) -> Result<Option<Address>> {
        let Some(url) = self.url.as_deref().filter(|url| !url.is_empty()) else {
            return Ok(None);
        };
        Address::read(url).map(Some).with_context(|| {
            "mqtt.broker.url has to be mqtt://host:port, or mqtts://host:port with TLS".to_owned()
        })
    }

    /// What stands before the topics of native devices.
    ///
    /// # Errors
    /// When no topic could begin so.
    pub fn topic_prefix(&self) -> Result<Option<TopicPrefix>> {
        if self.prefix.is_empty() {
            return Ok(None);
        }
        let prefix = TopicPrefix::new(&self.prefix);
        prefix.map(Some).context(
            "mqtt.broker.prefix has to be levels with a slash between, without + and #, such as \
             site/north",
        )
    }

    /// The password, as the file has it now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn password(&self) -> Result<Option<String>> {
        let Some(file) = &self.password_file else {
            return Ok(None);
        };
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("mqtt.broker.password_file: {}", shown(file)))?;
        Ok(text.lines().next().map(str::to_owned))
    }

    pub(super) fn check(&self) -> Result<()> {
        let tls = self.address()?.is_some_and(|address| address.tls);
        self.topic_prefix()?;
        ensure!(
            (1..=64).contains(&self.client_id.len()),
            "mqtt.broker.client_id has to have 1 to 64 characters: the broker keeps the session by it"
        );
        if self.certificate.is_some() != self.key.is_some() {
            bail!("mqtt.broker.certificate and mqtt.broker.key belong together");
        }
        if self.url.is_some() && !tls && (self.ca.is_some() || self.certificate.is_some()) {
            bail!("mqtt.broker.ca and certificate want TLS: make the URL mqtts://");
        }
        Ok(())
    }
}

impl Address {
    fn read(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (tls, usual) = match scheme {
            "mqtt" => (false, 1883),
            "mqtts" => (true, 8883),
            _ => return None,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        // An address of version 6 stands in brackets, as in any URL.
        let (host, port) = match rest.strip_prefix('[') {
            Some(v6) => {
                let (host, port) = v6.split_once(']')?;
                (host, port.strip_prefix(':'))
            }
            None => match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        let port = port.map_or(Some(usual), |port| port.parse().ok())?;
        let plain = !host.is_empty() && !host.contains(['/', '@', '?', ' ']);
        plain.then(|| Self {
            host: host.to_owned(),
            port,
            tls,
        })
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.tls { "mqtts" } else { "mqtt" };
        let Self { host, port, .. } = self;
        match host.contains(':') {
            true => write!(f, "{scheme}://[{host}]:{port}"),
            false => write!(f, "{scheme}://{host}:{port}"),
        }
    }
}

fn shown(file: &Path) -> String {
    format!("{} cannot be read", file.display())
}

/// An address, or nothing where it says `off` or is empty.
fn address_or_off<'de, D: Deserializer<'de>>(input: D) -> Result<Option<SocketAddr>, D::Error> {
    let Some(text) = Option::<String>::deserialize(input)? else {
        return Ok(None);
    };
    match text.as_str() {
        "" | "off" => Ok(None),
        address => address.parse().map(Some).map_err(|_| {
            let why = format!("\"{address}\" is neither address:port nor off");
            serde::de::Error::custom(why)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brokers_address_is_understood_and_shown_again() {
        for (url, shown) in [
            ("mqtt://broker.lan", "mqtt://broker.lan:1883"),
            ("mqtts://10.0.0.5/", "mqtts://10.0.0.5:8883"),
            ("mqtts://[2001:db8::7]:8884", "mqtts://[2001:db8::7]:8884"),
        ] {
            assert_eq!(Address::read(url).unwrap().to_string(), shown);
        }
        for wrong in [
            "broker.lan:1883",
            "http://broker.lan",
            "mqtt://me:secret@broker.lan",
            "mqtt://",
            "mqtt://broker.lan:door",
            "mqtt://broker.lan/path",
        ] {
            assert_eq!(Address::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_cannot_work_is_said_before_the_start() {
        let wrong = |change: fn(&mut Broker)| {
            let mut broker = Broker {
                url: Some("mqtt://broker.lan".into()),
                ..Broker::default()
            };
            broker.check().unwrap();
            change(&mut broker);
            format!("{:#}", broker.check().unwrap_err())
        };
        assert!(wrong(|b| b.url = Some("broker".into())).contains("mqtts://host:port"));
        assert!(wrong(|b| b.prefix = "a/+".into()).contains("mqtt.broker.prefix"));
        assert!(wrong(|b| b.client_id = String::new()).contains("client_id"));
        assert!(wrong(|b| b.ca = Some("ca.pem".into())).contains("mqtts://"));
        assert!(wrong(|b| b.key = Some("key.pem".into())).contains("belong together"));
    }
}
