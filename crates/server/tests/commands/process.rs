//! Starting the binary: commands that end, and servers that run until they are stopped.

use crate::engine;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The binary on a data directory, without settings of whoever runs the tests.
pub fn gatebook(data: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatebook"));
    command
        .args(words)
        .arg("--data-dir")
        .arg(data)
        .current_dir(data)
        .env("NO_COLOR", "1");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GATEBOOK_") {
            command.env_remove(name);
        }
    }
    if let Some(url) = engine::database(data) {
        command.env("GATEBOOK_DATABASE_URL", url);
    }
    command
}

/// What a command left.
pub struct Ended {
    pub code: i32,
    /// Standard output, then standard error.
    pub said: String,
    pub out: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let out = String::from_utf8(output.stdout).unwrap();
        let said = format!("{out}{}", String::from_utf8_lossy(&output.stderr));
        Self {
            code: output.status.code().expect("it was killed"),
            said,
            out,
        }
    }
}

impl Ended {
    #[track_caller]
    pub fn with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.said);
        self
    }

    #[track_caller]
    pub fn saying(self, words: &str) -> Self {
        assert!(
            self.said.contains(words),
            "{words:?} is not in: {}",
            self.said
        );
        self
    }
}

/// Runs a command to its end.
pub fn run(data: &Path, words: &[&str]) -> Ended {
    gatebook(data, words).output().unwrap().into()
}

/// A port that nobody listened on a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Asks until `probe` gives something.
#[track_caller]
pub fn eventually<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(Instant::now() < end, "{what}: not within {PATIENCE:?}");
        sleep(Duration::from_millis(30));
    }
}

/// A server that runs.
pub struct Serving {
    child: Child,
    said: Arc<Mutex<String>>,
    pub address: String,
    /// Where metrics are told; empty where a prepared `serve` was started.
    pub metrics: String,
}

impl Serving {
    /// Starts `serve` on free ports and waits until it is ready.
    pub fn start(data: &Path, more: &[&str]) -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        let metrics = format!("127.0.0.1:{}", free_port());
        let told = format!("metrics.listen={metrics}");
        let mut words = vec!["serve", "--listen", &listen, "--mqtt", "127.0.0.1:0"];
        words.extend(["--set", &told]);
        words.extend(more);
        let mut serving = Self::spawn(gatebook(data, &words));
        serving.metrics = format!("http://{metrics}");
        serving
    }

    /// Starts a prepared `serve` and waits until it says where it is.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        listen(child.stdout.take().unwrap(), said.clone());
        listen(child.stderr.take().unwrap(), said.clone());
        let mut serving = Self {
            child,
            said,
            address: String::new(),
            metrics: String::new(),
        };
        serving.address = serving.hears("Gatebook is at ");
        serving
    }

    /// Waits for a line that holds `words`, and gives what follows them.
    pub fn hears(&mut self, words: &str) -> String {
        eventually(words, || {
            let said = self.said();
            let line = said.lines().find_map(|line| line.split_once(words));
            let found = line.map(|(_, rest)| rest.to_owned());
            let ended = found.is_none() && self.child.try_wait().unwrap().is_some();
            assert!(!ended, "it ended: {said}");
            found
        })
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// The secret of the one-time link.
    pub fn secret(&mut self) -> String {
        self.hears("#token=").trim().to_owned()
    }

    /// Stops it as an operator does.
    pub fn stop(mut self) -> Ended {
        self.signal("TERM");
        let status = eventually("it ends", || self.child.try_wait().unwrap());
        let said = self.said();
        let code = status
            .code()
            .unwrap_or_else(|| panic!("it was killed: {said}"));
        Ended {
            code,
            out: said.clone(),
            said,
        }
    }

    /// As if the power had failed.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &pid])
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind; one that ended well has stopped it already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(stream: impl Read + Send + 'static, said: Arc<Mutex<String>>) {
    spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let mut said = said.lock().unwrap();
            said.push_str(&line);
            said.push('\n');
        }
    });
}
