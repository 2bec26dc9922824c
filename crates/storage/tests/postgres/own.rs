//! A server of one test alone.

use std::path::Path;
use std::process::Command;

/// A server that the other tests do not use.
pub struct Server(tempfile::TempDir);

impl Server {
    pub fn started() -> (Self, String) {
        let dir = tempfile::Builder::new().prefix("gatebook-killed").tempdir();
        let server = Self(dir.unwrap());
        let url = server.script("start");
        (server, url.trim().to_owned())
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn script(&self, command: &str) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
        let done = Command::new(script)
            .arg(command)
            .arg(self.0.path())
            .output();
        let done = done.unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        String::from_utf8(done.stdout).unwrap()
    }

    /// Every process of the server at once, as when power fails.
    pub fn kill(&self) {
        let file = self.0.path().join("data/postmaster.pid");
        let text = std::fs::read_to_string(file).unwrap();
        let first = text.lines().next().unwrap();
        let killed = Command::new("pkill").args(["-KILL", "-P", first]).status();
        killed.unwrap();
        let killed = Command::new("kill").args(["-KILL", first]).status();
        assert!(killed.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.script("stop");
    }
}
