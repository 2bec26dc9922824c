//! Configuration: one TOML file, overridden by `GATEBOOK_*`, overridden by flags.

mod log;
pub mod mqtt;
mod recognition;

pub use self::log::{Log, LogFormat};
use self::mqtt::Mqtt;
pub use recognition::Vision;

use crate::fingers::FingersConfig;
use crate::network_cameras::NetworkCamerasConfig;
use anyhow::{Context, Result, bail};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use storage::ServerAddress;

/// Sections of the file; `GATEBOOK_HTTP_LISTEN` is `listen` in `[http]`. The longer name first.
const SECTIONS: [&str; 12] = [
    "http_",
    "mqtt_broker_",
    "mqtt_",
    "classic_",
    "vision_",
    "log_",
    "session_",
    "metrics_",
    "link_",
    "database_",
    "cameras_",
    "fingers_",
];

/// Variables of the build, the demo and the tests that are no settings.
const NOT_SETTINGS: [&str; 14] = [
    "bench_image",
    "frame",
    "models",
    "onnxruntime_cache",
    "config",
    "model_cache",
    "samples",
    "faces",
    "kills",
    "fingerprints",
    "test_postgres",
    "test_engine",
    "migrate_to",
    "ffmpeg",
];

/// Everything that is set before the start. What changes while running is in the page's Settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where Gatebook keeps its data.
    pub data_dir: PathBuf,
    /// The database.
    pub database: Database,
    /// Pages and API.
    pub http: Http,
    /// How long people stay signed in.
    pub session: Session,
    /// Metrics.
    pub metrics: Metrics,
    /// MQTT gateway for native devices.
    pub mqtt: Mqtt,
    /// Listeners for classic gates.
    pub classic: Classic,
    /// Links between parts on several hosts.
    pub link: Link,
    /// Network cameras.
    pub cameras: NetworkCamerasConfig,
    /// Fingers.
    pub fingers: FingersConfig,
    /// Recognition.
    pub vision: Vision,
    /// Logging.
    pub log: Log,
}

/// The database.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:` is a file in the data directory; `postgresql://…` a database on a server.
    pub url: String,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: "sqlite:".to_owned(),
        }
    }
}

/// Without the password that the URL may hold.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = self.url.split(':').next().unwrap_or_default();
        write!(f, "{kind}:…")
    }
}

impl Database {
    /// The server; `None`: the file in the data directory.
    ///
    /// # Errors
    /// When the URL is of neither kind, or is not understood.
    pub fn server(&self) -> Result<Option<ServerAddress>> {
        match self.url.split(':').next() {
            Some("sqlite") if self.url == "sqlite:" => Ok(None),
            Some("postgres" | "postgresql") => {
                let address = self.url.parse();
                address.map(Some).context("database.url")
            }
            _ => bail!(
                "database.url is neither sqlite: (the file in the data directory) nor \
                 postgresql://user@host/database"
            ),
        }
    }
}

/// Pages and API.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port.
    pub listen: SocketAddr,
    /// `auto`: HTTPS unless `listen` is a loopback address; `on`; `off`: only behind a proxy.
    pub tls: Tls,
    /// Names and addresses the certificate is made for, besides the listening address.
    pub names: Vec<String>,
    /// The address people type, when a proxy stands before Gatebook.
    pub public_url: Option<String>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether pages are served too; not where an edge serves them.
    pub pages: bool,
    /// A PEM file with the certificate and what leads to its authority, instead of the site's own.
    pub certificate: Option<PathBuf>,
    /// A PEM file with the certificate's key.
    pub key: Option<PathBuf>,
}

/// Links between the parts of a site on several hosts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    /// Of the private part: address and port that other parts dial; off unless given.
    pub listen: Option<SocketAddr>,
    /// Of every other part: host and port of the private part's `listen`.
    pub api: Option<String>,
    /// Of every other part: the file that `gatebook node add` wrote.
    pub bundle: Option<PathBuf>,
}

/// Whether pages and API are served by HTTPS.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// HTTPS unless on loopback.
    Auto,
    /// HTTPS.
    On,
    /// Plain HTTP; off loopback only with `trusted_proxies`.
    Off,
}

/// How long people stay signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Session {
    /// Hours without an open page after which a session ends, 1..=8,784.
    pub idle_hours: u32,
    /// Days after which a session ends even while a page is open, 1..=3,660.
    pub longest_days: u32,
}

/// Metrics and readiness with counts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Address and port; off unless given.
    pub listen: Option<SocketAddr>,
}

/// Listeners for classic gates. Only the addresses of gates in Settings are allowed; boards are known
/// by address alone, which is no authentication.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Classic {
    /// MQTT 3.1.1 without user or password; off unless given.
    pub mqtt: Option<SocketAddr>,
    /// Plain HTTP that serves `POST /upload` only; off unless given.
    pub http: Option<SocketAddr>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            database: Database::default(),
            http: Http::default(),
            session: Session::default(),
            metrics: Metrics::default(),
            mqtt: Mqtt::default(),
            classic: Classic::default(),
            link: Link::default(),
            cameras: NetworkCamerasConfig::default(),
            fingers: FingersConfig::default(),
            vision: Vision::default(),
            log: Log::default(),
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls: Tls::Auto,
            names: Vec::new(),
            public_url: None,
            trusted_proxies: Vec::new(),
            pages: true,
            certificate: None,
            key: None,
        }
    }
}

impl Default for Session {
    fn default() -> Self {
        let limits = api::SessionLimits::default();
        Self {
            idle_hours: limits.idle_hours,
            longest_days: limits.longest_days,
        }
    }
}

impl Config {
    /// Reads file, environment and `flags` (dotted key, value), the later overriding the earlier.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, or holds an unknown key or a wrong value.
    pub fn load(file: Option<&Path>, flags: &[(String, String)]) -> Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the configuration {}", file.display()))?;
            figment = figment.merge(Toml::string(&text));
        }
        figment = figment.merge(
            Env::prefixed("GATEBOOK_")
                .ignore(&NOT_SETTINGS)
                .map(|key| dotted(key).into()),
        );
        for (key, value) in flags {
            figment = figment.merge((key.as_str(), parsed(value)));
        }
        let config: Self = figment
            .extract()
            .map_err(|e| anyhow::anyhow!("{}", explain(&e)))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        self.database.server()?;
        self.mqtt.broker.check()?;
        self.cameras.guard()?;
        self.fingers.check()?;
        let least = usize::from(self.link.listen.is_none());
        if !(least..=64).contains(&self.vision.threads) {
            bail!(
                "vision.threads is {}: give 1 to 64, or 0 with link.listen and workers elsewhere",
                self.vision.threads
            );
        }
        self.vision.rate()?;
        let Session {
            idle_hours,
            longest_days,
        } = self.session;
        if !(1..=8_784).contains(&idle_hours) {
            bail!("session.idle_hours is {idle_hours}: give 1 to 8784");
        }
        if !(1..=3_660).contains(&longest_days) {
            bail!("session.longest_days is {longest_days}: give 1 to 3660");
        }
        if self.http.certificate.is_some() != self.http.key.is_some() {
            bail!("http.certificate and http.key belong together: give both, or neither");
        }
        let exposed = !self.http.listen.ip().is_loopback();
        if exposed && self.http.tls == Tls::Off && self.http.trusted_proxies.is_empty() {
            bail!(
                "http.tls is off and http.listen {} is reachable from outside: name the proxy in \
                 http.trusted_proxies, or leave http.tls on auto",
                self.http.listen
            );
        }
        Ok(())
    }

    /// The same without any port of its own, for commands that only work on the data.
    #[must_use]
    pub fn without_ports(mut self) -> Self {
        self.http.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        self.metrics.listen = None;
        self.fingers.sensors.clear();
        self.mqtt.listen = None;
        self.mqtt.tls_listen = None;
        self.mqtt.broker.url = None;
        self.link = Link::default();
        self.classic = Classic::default();
        self
    }

    /// Whether pages and API are served by HTTPS.
    #[must_use]
    pub fn https(&self) -> bool {
        match self.http.tls {
            Tls::On => true,
            Tls::Off => false,
            Tls::Auto => !self.http.listen.ip().is_loopback(),
        }
    }

    /// Where a person finds the pages.
    #[must_use]
    pub fn address(&self) -> String {
        if let Some(url) = &self.http.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let scheme = if self.https() { "https" } else { "http" };
        let host = match (self.http.names.first(), self.http.listen.ip()) {
            (Some(name), _) => name.clone(),
            (None, ip) if ip.is_loopback() || ip.is_unspecified() => "localhost".into(),
            (None, ip) => ip.to_string(),
        };
        format!("{scheme}://{host}:{}", self.http.listen.port())
    }
}

fn dotted(key: &figment::value::UncasedStr) -> String {
    let key = key.as_str().to_ascii_lowercase();
    for section in SECTIONS {
        if let Some(rest) = key.strip_prefix(section) {
            return format!("{}{rest}", section.replace('_', "."));
        }
    }
    key
}

/// A flag's text as TOML where it is TOML (numbers, lists), else as text.
fn parsed(text: &str) -> figment::value::Value {
    text.parse()
        .unwrap_or_else(|_| figment::value::Value::from(text))
}

fn explain(error: &figment::Error) -> String {
    let one = |e: figment::Error| match e.path.join(".") {
        place if place.is_empty() => e.kind.to_string(),
        place => format!("{place}: {}", e.kind),
    };
    let all: Vec<String> = error.clone().into_iter().map(one).collect();
    format!("the configuration is not right: {}", all.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).into(), (*v).into()))
            .collect()
    }

    #[test]
    fn a_flag_overrides_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("gatebook.toml");
        std::fs::write(
            &file,
            "[http]\nlisten = \"127.0.0.1:1\"\n[vision]\nthreads = 3\nstrangers_taken = 0.001\n",
        )
        .unwrap();
        let config = Config::load(Some(&file), &flags(&[("http.listen", "127.0.0.1:2")])).unwrap();
        assert_eq!(config.http.listen.port(), 2);
        assert_eq!(config.vision.threads, 3);
        assert!((config.vision.rate().unwrap().share() - 0.001).abs() < 1e-9);
    }

    #[test]
    fn an_unknown_key_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("gatebook.toml");
        std::fs::write(&file, "[http]\nlissten = \"127.0.0.1:1\"\n").unwrap();
        let error = Config::load(Some(&file), &[]).unwrap_err().to_string();
        assert!(error.contains("lissten"), "{error}");
    }

    #[test]
    fn environment_names_map_onto_sections() {
        assert_eq!(dotted("HTTP_LISTEN".into()), "http.listen");
        assert_eq!(
            dotted("HTTP_TRUSTED_PROXIES".into()),
            "http.trusted_proxies"
        );
        assert_eq!(dotted("MQTT_TLS_LISTEN".into()), "mqtt.tls_listen");
        assert_eq!(
            dotted("MQTT_BROKER_PASSWORD_FILE".into()),
            "mqtt.broker.password_file"
        );
        assert_eq!(dotted("DATA_DIR".into()), "data_dir");
    }

    #[test]
    fn the_gateway_inside_can_be_switched_off() {
        let listen = |value: &str| {
            let config = Config::load(None, &flags(&[("mqtt.listen", value)]));
            config.map(|config| config.mqtt.listen)
        };
        assert_eq!(listen("off").unwrap(), None);
        assert_eq!(listen("127.0.0.1:9").unwrap().unwrap().port(), 9);
        let error = listen("nowhere").unwrap_err().to_string();
        assert!(error.contains("nowhere"), "{error}");
    }

    #[test]
    fn a_session_that_would_end_at_once_or_never_is_refused() {
        for wrong in ["session.idle_hours", "session.longest_days"] {
            for value in ["0", "100000"] {
                let error = Config::load(None, &flags(&[(wrong, value)])).unwrap_err();
                assert!(error.to_string().contains(wrong), "{error}");
            }
        }
    }

    #[test]
    fn plain_http_off_loopback_wants_a_proxy() {
        let error = Config::load(
            None,
            &flags(&[("http.listen", "0.0.0.0:80"), ("http.tls", "off")]),
        )
        .unwrap_err();
        assert!(error.to_string().contains("trusted_proxies"));
    }

    #[test]
    fn a_database_is_the_file_or_on_a_server_and_its_password_is_not_shown() {
        let url = |url: &str| Config::load(None, &flags(&[("database.url", url)]));
        assert!(Config::default().database.server().unwrap().is_none());
        let there = url("postgresql://me:hush@db.example/gatebook").unwrap();
        assert!(there.database.server().unwrap().is_some());
        assert!(!format!("{there:?}").contains("hush"));
        let error = url("mysql://db.example/gatebook").unwrap_err();
        assert!(error.to_string().contains("database.url"));
    }

    #[test]
    fn loopback_is_plain_and_everything_else_is_https() {
        let local = Config::load(None, &[]).unwrap();
        let lan = Config::load(None, &flags(&[("http.listen", "0.0.0.0:443")])).unwrap();
        assert!(!local.https());
        assert!(lan.https());
    }
}
