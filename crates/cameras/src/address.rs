//! Where a camera is.

use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;
use url::{Host, Url};

/// Longest address that is taken, in bytes.
const LONGEST: usize = 500;

/// How a camera is spoken to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protocol {
    /// Pictures on request, or MJPEG: the camera's answer tells.
    Http,
    /// A stream of H.264 or H.265.
    Rtsp,
}

/// The address of a camera: `http://host/path` or `rtsp://host/path`, without name and password.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// How to speak to it.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        match self.0.scheme() {
            "rtsp" => Protocol::Rtsp,
            _ => Protocol::Http,
        }
    }

    /// The port, the protocol's own where none is given.
    #[must_use]
    pub fn port(&self) -> u16 {
        let usual = match self.protocol() {
            Protocol::Http => 80,
            Protocol::Rtsp => 554,
        };
        self.0.port().unwrap_or(usual)
    }

    /// How it is spoken to, where, and at which port: what a password is given for.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        format!("{}://{host}:{}", self.0.scheme(), self.port())
    }

    pub(crate) fn host(&self) -> Result<Host<&str>> {
        let host = self.0.host();
        host.ok_or_else(|| Error::Address("it names no host".into()))
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }

    /// Where `location` leads from here, if it is an HTTP address again.
    pub(crate) fn followed(&self, location: &str) -> Result<Self> {
        let there = self.0.join(location).ok();
        let there = there.and_then(|url| url.as_str().parse::<Self>().ok());
        there
            .filter(|address| address.protocol() == Protocol::Http)
            .ok_or_else(|| Error::Redirect(location.chars().take(200).collect()))
    }

    /// Whether both lead to the same host and port.
    pub(crate) fn same_host(&self, other: &Self) -> bool {
        self.0.host() == other.0.host() && self.port() == other.port()
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: &str| Error::Address(why.to_owned());
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(Error::Address(format!("longer than {LONGEST} bytes")));
        }
        let url = Url::parse(text).map_err(|_| {
            wrong("write it like rtsp://192.168.1.20/stream1 or http://192.168.1.21/capture")
        })?;
        if !matches!(url.scheme(), "http" | "rtsp") {
            return Err(wrong("it begins with http:// or rtsp://"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(wrong("it names no host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(
                "leave name and password out of it, they have fields of their own",
            ));
        }
        if url.port() == Some(0) {
            return Err(wrong("there is no port 0"));
        }
        // `rtsp:` is no special scheme to the parser: a host in figures stays text until it is asked.
        let host = url.host_str().unwrap_or_default();
        Host::parse(host).map_err(|_| wrong("its host is no name and no IP address"))?;
        Ok(Self(url))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// Paths and queries of cameras may hold secrets.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/…", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_cameras_are_taken_with_their_usual_ports() {
        let rtsp: Address = "rtsp://192.168.1.20/stream1".parse().unwrap();
        assert_eq!((rtsp.protocol(), rtsp.port()), (Protocol::Rtsp, 554));
        let http: Address = " http://cam.lan:81/stream?x=1 ".parse().unwrap();
        assert_eq!((http.protocol(), http.port()), (Protocol::Http, 81));
    }

    #[test]
    fn what_is_no_address_of_a_camera_is_refused_in_words() {
        let wrong = [
            ("", "like"),
            ("192.168.1.20", "like"),
            ("ftp://host/x", "begins"),
            ("file:///etc/passwd", "begins"),
            ("http://", "like"),
            ("rtsp:///x", "host"),
            ("http://host:0/", "port"),
            ("rtsp://admin:secret@host/x", "password"),
        ];
        for (text, words) in wrong {
            let error = text.parse::<Address>().unwrap_err().to_string();
            assert!(error.contains(words), "{text:?}: {error}");
        }
    }

    #[test]
    fn the_path_is_not_shown_where_things_are_logged() {
        let address: Address = "http://host/secret-path".parse().unwrap();
        assert!(!format!("{address:?}").contains("secret"));
    }

    #[test]
    fn a_camera_leads_to_http_addresses_only() {
        let from: Address = "http://host/a".parse().unwrap();
        assert_eq!(from.followed("/b").unwrap().to_string(), "http://host/b");
        for location in ["file:///etc/passwd", "rtsp://host/x", "gopher://host"] {
            assert!(
                matches!(from.followed(location), Err(Error::Redirect(_))),
                "{location}"
            );
        }
    }
}
