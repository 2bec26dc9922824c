//! A real Mosquitto of a test's own: on a port and in a folder of its own, thrown away afterwards.
//! It keeps sessions and what waits in them, in memory and, when it is stopped well, in a file.
#![allow(clippy::expect_used, reason = "a test without its broker cannot go on")]

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long it may take to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A broker that runs until it is dropped.
pub struct Mosquitto {
    folder: TempDir,
    child: Option<Child>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Mosquitto {
    /// Starts one that lets everybody in.
    ///
    /// # Panics
    /// When Mosquitto is not installed (Debian: `mosquitto`) or does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::configured("allow_anonymous true\n")
    }

    /// Starts one that lets these users in, each with its name as its password, and has further lines
    /// of configuration.
    ///
    /// # Panics
    /// Like [`Mosquitto::start`].
    #[must_use]
    pub fn with_users(users: &[&str], lines: &str) -> Self {
        let mut broker = Self::prepared(&format!("allow_anonymous false\n{lines}"));
        let file = broker.folder.path().join("passwords");
        std::fs::write(&file, "").expect("the password file");
        for user in users {
            let made = Command::new("mosquitto_passwd")
                .arg("-b")
                .arg(&file)
                .args([user, user])
                .output()
                .expect("mosquitto_passwd is needed for this test");
            assert!(made.status.success(), "{made:?}");
        }
        broker.append(&format!("password_file {}\n", file.display()));
        broker.run();
        broker
    }

    /// Starts one with further lines of configuration.
    ///
    /// # Panics
    /// Like [`Mosquitto::start`].
    #[must_use]
    pub fn configured(lines: &str) -> Self {
        let mut broker = Self::prepared(lines);
        broker.run();
        broker
    }

    fn prepared(lines: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the broker");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr());
        let address = free.expect("a free port");
        let broker = Self {
            folder,
            child: None,
            address,
        };
        let folder = broker.folder.path().display().to_string();
        // Run by root it would become a user who cannot write here.
        broker.append(&format!(
            "listener {} 127.0.0.1\nuser root\npersistence true\npersistence_location {folder}/\n\
             queue_qos0_messages true\nmax_queued_messages 0\nlog_dest file {folder}/log\n{lines}",
            address.port()
        ));
        broker
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("mosquitto.conf")
    }

    fn append(&self, lines: &str) {
        let before = std::fs::read_to_string(self.file()).unwrap_or_default();
        std::fs::write(self.file(), before + lines).expect("the broker's configuration");
    }

    /// Starts it, perhaps again, and waits until it answers.
    ///
    /// # Panics
    /// When it does not start.
    pub fn run(&mut self) {
        let program = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"]
            .into_iter()
            .find(|path| std::path::Path::new(path).exists())
            .unwrap_or("mosquitto");
        let child = Command::new(program)
            .arg("-c")
            .arg(self.file())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Mosquitto is needed for this test (Debian: mosquitto)");
        self.child = Some(child);
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(self.address).is_err() {
            assert!(Instant::now() < end, "Mosquitto does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// As if its power had failed.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        self.kill();
    }
}
