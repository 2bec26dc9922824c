//! A camera station as a browser is one, over Socket.IO by HTTP alone.

use crate::api::Api;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use tempfile::TempDir;

/// Between the packets of a body.
const NEXT: char = '\u{1e}';

/// A station that is connected.
pub struct Station {
    address: String,
    cookie: String,
    session: String,
    frames: u32,
    scratch: TempDir,
}

impl Station {
    /// Makes `api`'s browser the camera station `device`, and connects it.
    pub fn connected(api: &Api, device: &str) -> Self {
        let mut station = Self {
            address: api.address().to_owned(),
            cookie: api.station(device),
            session: String::new(),
            frames: 0,
            scratch: tempfile::tempdir().unwrap(),
        };
        let opened = station.call(None);
        let opened: Value = serde_json::from_str(opened.trim_start_matches('0')).unwrap();
        station.session = format!("&sid={}", opened["sid"].as_str().unwrap());
        station.call(Some("40/station,"));
        let welcomed = station.heard("42/station,");
        assert!(welcomed.contains("welcome"), "{welcomed}");
        station
    }

    /// Sends a frame; what was seen in it.
    pub fn frame(&mut self, jpeg: &[u8]) -> Value {
        let number = self.frames;
        self.frames += 1;
        let event = r#"["frame",{"_placeholder":true,"num":0}]"#;
        let mut packets = format!("451-/station,{number}{event}{NEXT}b");
        write!(packets, "{}", STANDARD.encode(jpeg)).unwrap();
        self.call(Some(&packets));
        let answer = self.heard(&format!("43/station,{number}"));
        serde_json::from_str::<Value>(&answer).unwrap()[0].clone()
    }

    /// What follows `begin` in the first packet that begins so.
    fn heard(&self, begin: &str) -> String {
        for _ in 0..20 {
            for packet in self.call(None).split(NEXT) {
                match packet.strip_prefix(begin) {
                    Some(rest) => return rest.to_owned(),
                    None if packet == "2" => drop(self.call(Some("3"))),
                    None => {}
                }
            }
        }
        panic!("no packet begins with {begin}");
    }

    fn call(&self, body: Option<&str>) -> String {
        let Self {
            address, session, ..
        } = self;
        let mut curl = Command::new("curl");
        curl.args(["-s", "-f", "-H", &format!("cookie: {}", self.cookie)]);
        curl.args(["-H", &format!("origin: {address}")]);
        if let Some(body) = body {
            let file = self.scratch.path().join("body");
            fs::write(&file, body).unwrap();
            curl.args(["-H", "content-type: text/plain;charset=UTF-8"]);
            curl.args(["--data-binary", &format!("@{}", file.display())]);
        }
        let url = format!("{address}/socket.io/?EIO=4&transport=polling{session}");
        let done = curl.arg(url).output().unwrap();
        assert!(done.status.success(), "{body:?}");
        String::from_utf8(done.stdout).unwrap()
    }
}
