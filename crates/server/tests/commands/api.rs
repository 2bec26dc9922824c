//! The API as a program uses it, by `curl`: signed in with a session.

use crate::process::Serving;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use vision::Frame;

pub const PASSWORD: &str = "a long pass phrase";

/// Somebody who is signed in.
pub struct Api {
    address: String,
    jar: TempDir,
    csrf: String,
}

impl Api {
    /// Becomes the first administrator.
    pub fn first(serving: &mut Serving) -> Self {
        let token = serving.secret();
        let body = json!({ "token": token, "name": "warden", "password": PASSWORD });
        Self::enter(&serving.address, "invitations/accept", &body).unwrap()
    }

    /// Signs in; the status code where that is refused.
    pub fn sign_in(serving: &Serving, name: &str, password: &str) -> Result<Self, u16> {
        let body = json!({ "name": name, "password": password });
        Self::enter(&serving.address, "session", &body)
    }

    pub fn enter(address: &str, path: &str, body: &Value) -> Result<Self, u16> {
        let jar = tempfile::tempdir().unwrap();
        let mut api = Self {
            address: address.to_owned(),
            jar,
            csrf: String::new(),
        };
        let (status, session) = api.call("POST", path, Some(body));
        if status != 200 {
            return Err(status);
        }
        api.csrf = session["me"]["csrf"].as_str().unwrap().to_owned();
        Ok(api)
    }

    /// One request: status and body, null where it is not JSON.
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-X", method, "-w", "\n%{http_code}"]);
        curl.arg("-b").arg(self.jar());
        // Kept once: two calls at a time must not find it half written.
        if self.csrf.is_empty() {
            curl.arg("-c").arg(self.jar());
        }
        curl.args(["-H", &format!("origin: {}", self.address)]);
        curl.args(["-H", &format!("x-gatebook-csrf: {}", self.csrf)]);
        if let Some(body) = body {
            curl.args([
                "-H",
                "content-type: application/json",
                "-d",
                &body.to_string(),
            ]);
        }
        answer(curl.arg(format!("{}/api/v1/{path}", self.address)))
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Value {
        let (status, found) = self.call("GET", path, None);
        assert_eq!(status, 200, "{path}: {found}");
        found
    }

    /// Makes something and gives it back.
    #[track_caller]
    pub fn make(&self, path: &str, body: &Value) -> Value {
        let (status, made) = self.call("POST", path, Some(body));
        assert!((200..300).contains(&status), "{path}: {status} {made}");
        made
    }

    /// An access point in an area of its own.
    pub fn access_point(&self, name: &str, direction: &str) -> Value {
        let area = self.make("areas", &json!({ "name": format!("behind {name}") }));
        self.make(
            "access-points",
            &json!({ "name": name, "direction": direction, "area": area["id"] }),
        )
    }

    /// Fetches bytes into a file.
    #[track_caller]
    pub fn download(&self, path: &str, file: &Path) {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-f", "-b"])
            .arg(self.jar())
            .arg("-o")
            .arg(file);
        let done = curl.arg(format!("{}/api/v1/{path}", self.address)).status();
        assert!(done.unwrap().success(), "{path}");
    }

    /// Adds person `number` with this photograph; yields their identity.
    pub fn enrol(&self, folder: &Path, number: usize, photograph: &Frame) -> String {
        let path = folder.join(format!("portrait-{number}.jpg"));
        std::fs::write(&path, photograph.to_jpeg(92).unwrap()).unwrap();
        let person = json!({ "number": format!("{number}"), "name": format!("Person {number}") });
        let person = self.make("people", &person);
        let person = person["id"].as_str().unwrap().to_owned();
        let status = self.upload(&format!("people/{person}/faces"), "images", &path);
        assert_eq!(status, 200);
        person
    }

    /// Sends a file; the status.
    pub fn upload(&self, path: &str, field: &str, file: &Path) -> u16 {
        self.send(path, field, file).0
    }

    /// Sends a file; status and answer.
    pub fn send(&self, path: &str, field: &str, file: &Path) -> (u16, Value) {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-w", "\n%{http_code}", "-b"])
            .arg(self.jar());
        curl.args(["-H", &format!("x-gatebook-csrf: {}", self.csrf)]);
        curl.arg("-F")
            .arg(format!("{field}=@{};type=image/jpeg", file.display()));
        answer(curl.arg(format!("{}/api/v1/{path}", self.address)))
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Becomes the camera station `device`; the cookie that says so.
    #[track_caller]
    pub fn station(&self, device: &str) -> String {
        let mut curl = Command::new("curl");
        curl.args(["-s", "-f", "-X", "POST", "-D", "-", "-b"])
            .arg(self.jar());
        curl.args(["-H", &format!("origin: {}", self.address)]);
        curl.args(["-H", &format!("x-gatebook-csrf: {}", self.csrf)]);
        let url = format!("{}/api/v1/devices/{device}/station", self.address);
        let done = curl.arg(url).output().unwrap();
        let head = String::from_utf8(done.stdout).unwrap();
        let cookie = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let value = value.split(';').next()?.trim();
            let is_cookie = name.eq_ignore_ascii_case("set-cookie");
            (is_cookie && value.contains("-station=")).then(|| value.to_owned())
        });
        cookie.unwrap_or_else(|| panic!("no cookie in {head}"))
    }

    /// The secret of the session's cookie.
    pub fn cookie(&self) -> String {
        let jar = std::fs::read_to_string(self.jar()).unwrap();
        let line = jar.lines().find(|line| line.contains("gatebook\t"));
        line.unwrap().rsplit('\t').next().unwrap().to_owned()
    }

    fn jar(&self) -> PathBuf {
        self.jar.path().join("cookies")
    }
}

/// Status and body of a prepared `curl -w '\n%{http_code}'`.
pub fn answer(curl: &mut Command) -> (u16, Value) {
    let output = curl.output().expect("curl is needed for this test");
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap_or(("", "0"));
    (
        status.trim().parse().unwrap(),
        serde_json::from_str(body).unwrap_or(Value::Null),
    )
}

/// What `/readyz` answers at an address.
pub fn ready(address: &str) -> Value {
    let url = format!("{address}/readyz");
    let (status, ready) = answer(Command::new("curl").args(["-s", "-w", "\n%{http_code}", &url]));
    assert_eq!(status, 200, "{ready}");
    ready
}

/// Entries of the log.
pub fn entries(serving: &Serving) -> u64 {
    ready(&serving.metrics)["log_entries"].as_u64().unwrap()
}
