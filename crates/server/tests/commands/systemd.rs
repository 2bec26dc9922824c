//! What an init system hears: systemd over its socket, a container's engine by an exit code.

use crate::process::{Serving, eventually, free_port, gatebook, run};
use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;
use tempfile::tempdir;

/// The socket of a systemd that wants to hear of each service every second.
struct Systemd(UnixDatagram);

impl Systemd {
    fn listening(at: &Path) -> Self {
        let socket = UnixDatagram::bind(at).unwrap();
        socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        Self(socket)
    }

    /// Waits for a message.
    fn hears(&self, message: &str) {
        eventually(message, || (self.next()? == message).then_some(()));
    }

    fn next(&self) -> Option<String> {
        let mut bytes = [0; 256];
        match self.0.recv(&mut bytes) {
            Ok(length) => Some(String::from_utf8_lossy(&bytes[..length]).trim().to_owned()),
            Err(error) => {
                assert!(matches!(
                    error.kind(),
                    ErrorKind::WouldBlock | ErrorKind::TimedOut
                ));
                None
            }
        }
    }
}

#[test]
fn systemd_hears_when_it_is_ready_that_it_lives_and_when_it_stops() {
    let data = tempdir().unwrap();
    let place = data.path().join("notify");
    let systemd = Systemd::listening(&place);
    let listen = format!("127.0.0.1:{}", free_port());
    let words = ["serve", "--listen", &listen, "--mqtt", "127.0.0.1:0"];
    let mut command = gatebook(data.path(), &words);
    command
        .env("NOTIFY_SOCKET", &place)
        .env("WATCHDOG_USEC", "1000000");
    let serving = Serving::spawn(command);
    systemd.hears("READY=1");
    // Ready means that it answers.
    let here = format!("http.listen={listen}");
    run(data.path(), &["health", "--set", &here])
        .with(0)
        .saying("\"ready\":true");
    systemd.hears("WATCHDOG=1");
    systemd.hears("WATCHDOG=1");
    let ended = serving.stop();
    systemd.hears("STOPPING=1");
    ended.with(0);
}

#[test]
fn a_health_check_fails_while_nothing_answers_and_asks_by_https_where_that_is_served() {
    let data = tempdir().unwrap();
    let listen = format!("127.0.0.1:{}", free_port());
    let here = format!("http.listen={listen}");
    let https = ["--set", &here, "--set", "http.tls=on"];
    let health: Vec<&str> = ["health"].into_iter().chain(https).collect();
    run(data.path(), &health).with(1).saying("nothing answers");
    let words: Vec<&str> = ["serve", "--mqtt", "127.0.0.1:0"]
        .into_iter()
        .chain(https)
        .collect();
    let serving = Serving::spawn(gatebook(data.path(), &words));
    run(data.path(), &health)
        .with(0)
        .saying("\"store\":\"answers\"");
    // Plain words to an encrypted port are no answer.
    run(
        data.path(),
        &["health", "--set", &here, "--set", "http.tls=off"],
    )
    .with(1);
    serving.stop().with(0);
}
