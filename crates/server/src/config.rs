//! Configuration: one TOML file, overridden by `GATEBOOK_*`, overridden by flags.

use anyhow::{Context, Result, bail};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

/// Sections of the file; `GATEBOOK_HTTP_LISTEN` is `listen` in `[http]`.
const SECTIONS: [&str; 5] = ["http_", "mqtt_", "classic_", "vision_", "log_"];

/// Variables of the build, the demo and the tests that are no settings.
const NOT_SETTINGS: [&str; 5] = ["config", "model_cache", "samples", "faces", "kills"];

/// Everything that is set before the start. What changes while running is in the page's Settings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where Gatebook keeps its data.
    pub data_dir: PathBuf,
    /// Pages and API.
    pub http: Http,
    /// MQTT gateway for native devices.
    pub mqtt: Mqtt,
    /// Listeners for classic gates.
    pub classic: Classic,
    /// Recognition.
    pub vision: Vision,
    /// Logging.
    pub log: Log,
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

/// MQTT gateway for native devices.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mqtt {
    /// Address and port; empty: no gateway.
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

/// Recognition.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Vision {
    /// Recognition threads, 1..=64.
    pub threads: usize,
}

/// Logging.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` or `json`.
    pub format: LogFormat,
    /// Filter in the syntax of `tracing-subscriber`, e.g. `info` or `info,gatebook=debug`.
    pub level: String,
}

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            http: Http::default(),
            mqtt: Mqtt::default(),
            classic: Classic::default(),
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
        }
    }
}

impl Default for Mqtt {
    fn default() -> Self {
        Self {
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 1884))),
        }
    }
}

impl Default for Vision {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            threads: cores.clamp(1, 4),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            level: "info".into(),
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
        if !(1..=64).contains(&self.vision.threads) {
            bail!("vision.threads is {}: give 1 to 64", self.vision.threads);
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
        self.mqtt.listen = None;
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
            return format!("{}.{rest}", section.trim_end_matches('_'));
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
            "[http]\nlisten = \"127.0.0.1:1\"\n[vision]\nthreads = 3\n",
        )
        .unwrap();
        let config = Config::load(Some(&file), &flags(&[("http.listen", "127.0.0.1:2")])).unwrap();
        assert_eq!(config.http.listen.port(), 2);
        assert_eq!(config.vision.threads, 3);
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
        assert_eq!(dotted("DATA_DIR".into()), "data_dir");
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
    fn loopback_is_plain_and_everything_else_is_https() {
        let local = Config::load(None, &[]).unwrap();
        let lan = Config::load(None, &flags(&[("http.listen", "0.0.0.0:443")])).unwrap();
        assert!(!local.https());
        assert!(lan.https());
    }
}
