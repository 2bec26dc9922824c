//! Links over real sockets: who gets in, who does not, and what each side is told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use jiff::Timestamp;
use link::{
    Arrival, Bundle, Connector, Error, Hello, Link, Listener, Nodes, Protocol, Role, admit,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Far longer than anything here takes.
const LONG: Duration = Duration::from_secs(30);

struct Site {
    keys: TempDir,
    listener: Listener,
}

impl Site {
    fn new() -> Self {
        let keys = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listener = Listener::start(port, keys.path()).unwrap();
        Self { keys, listener }
    }

    fn admit(&self, name: &str, role: Role) -> Bundle {
        admit(self.keys.path(), name, role, Timestamp::now()).unwrap()
    }

    fn dialler(&self, bundle: &Bundle, protocol: Protocol) -> Connector {
        dialler(bundle, self.listener.address(), protocol)
    }

    async fn arrival(&mut self) -> Arrival {
        timeout(LONG, self.listener.accept())
            .await
            .unwrap()
            .unwrap()
    }

    /// A link of a new edge, both ends.
    async fn linked(&mut self, name: &str) -> (Link, Arrival) {
        let bundle = self.admit(name, Role::Edge);
        let dialled = self
            .dialler(&bundle, Protocol::Http)
            .connect()
            .await
            .unwrap();
        (dialled, self.arrival().await)
    }
}

fn dialler(bundle: &Bundle, address: SocketAddr, protocol: Protocol) -> Connector {
    let hello = Hello {
        capacity: 2,
        version: "1.2.3".into(),
    };
    Connector::new(bundle, &address.to_string(), protocol, hello).unwrap()
}

async fn refused(dialler: &Connector) -> Error {
    match dialler.connect().await {
        Ok(_) => panic!("a link was made"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn bytes_cross_both_ways_and_each_knows_who_the_other_is() {
    let mut site = Site::new();
    let (mut edge, mut arrival) = site.linked("front").await;
    assert_eq!(arrival.protocol, Protocol::Http);
    assert_eq!(
        (&*arrival.peer.name, arrival.peer.role),
        ("front", Role::Edge)
    );
    assert_eq!(
        (arrival.peer.hello.capacity, &*arrival.peer.hello.version),
        (2, "1.2.3")
    );
    edge.write_all(b"in").await.unwrap();
    edge.flush().await.unwrap();
    let mut two = [0; 2];
    arrival.link.read_exact(&mut two).await.unwrap();
    assert_eq!(&two, b"in");
    arrival.link.write_all(b"ou").await.unwrap();
    arrival.link.flush().await.unwrap();
    edge.read_exact(&mut two).await.unwrap();
    assert_eq!(&two, b"ou");
}

#[tokio::test]
async fn a_bundle_survives_being_written_to_a_file() {
    let mut site = Site::new();
    let bundle = site.admit("w", Role::Vision);
    let file = site.keys.path().join("w.pem");
    std::fs::write(&file, bundle.as_pem()).unwrap();
    let read = Bundle::read(&file).unwrap();
    site.dialler(&read, Protocol::Vision)
        .connect()
        .await
        .unwrap();
    assert_eq!(site.arrival().await.peer.name, "w");
}

#[tokio::test]
async fn a_certificate_of_another_site_does_not_get_in_and_no_other_site_answers_for_ours() {
    let (ours, other) = (Site::new(), Site::new());
    let foreign = other.admit("front", Role::Edge);
    // The dialler finds out first that this is not its private part.
    let error = refused(&ours.dialler(&foreign, Protocol::Http)).await;
    assert!(matches!(error, Error::Stranger { .. }), "{error}");
    // One that trusts anybody is found out by the private part.
    let [a, b] = [foreign.as_pem(), ours.admit("x", Role::Edge).as_pem()].map(str::to_owned);
    let ours_ca = b.rsplit_once("-----BEGIN CERTIFICATE").unwrap().1;
    let theirs = a.rsplit_once("-----BEGIN CERTIFICATE").unwrap().0;
    let mixed = Bundle::parse(&format!("{theirs}-----BEGIN CERTIFICATE{ours_ca}")).unwrap();
    let error = refused(&ours.dialler(&mixed, Protocol::Http)).await;
    assert!(matches!(error, Error::Revoked), "{error}");
}

#[tokio::test]
async fn a_node_cannot_stand_in_for_the_private_part() {
    let site = Site::new();
    let stolen = site.admit("front", Role::Edge);
    let honest = site.admit("other", Role::Edge);
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(stolen.as_pem().as_bytes())
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_slice(stolen.as_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    config.alpn_protocols = vec![Protocol::Http.alpn().into()];
    let impostor = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = impostor.local_addr().unwrap();
    tokio::spawn(async move {
        let (tcp, _) = impostor.accept().await.unwrap();
        drop(
            tokio_rustls::TlsAcceptor::from(Arc::new(config))
                .accept(tcp)
                .await,
        );
    });
    let error = refused(&dialler(&honest, address, Protocol::Http)).await;
    assert!(matches!(error, Error::Stranger { .. }), "{error}");
}

#[tokio::test]
async fn a_revoked_node_is_told_so_at_its_next_handshake() {
    let site = Site::new();
    let bundle = site.admit("front", Role::Edge);
    Nodes::of(site.keys.path()).revoke("front").unwrap();
    let error = refused(&site.dialler(&bundle, Protocol::Http)).await;
    assert!(matches!(error, Error::Revoked), "{error}");
    assert!(!error.may_pass());
}

#[tokio::test]
async fn revoking_ends_open_links_of_that_node_alone() {
    let mut site = Site::new();
    let (_front, mut front_arrived) = site.linked("front").await;
    let (mut back, mut back_arrived) = site.linked("back").await;
    Nodes::of(site.keys.path()).revoke("front").unwrap();
    let ended = timeout(LONG, front_arrived.link.read_u8()).await.unwrap();
    assert!(ended.is_err());
    assert!(front_arrived.link.write_all(b"x").await.is_err());
    back.write_u8(7).await.unwrap();
    back.flush().await.unwrap();
    assert_eq!(back_arrived.link.read_u8().await.unwrap(), 7);
    let names: Vec<_> = site
        .listener
        .roster()
        .parts()
        .into_iter()
        .map(|p| p.name)
        .collect();
    assert_eq!(names, ["back"]);
}

#[tokio::test]
async fn a_name_that_is_given_again_does_not_let_the_old_certificate_in() {
    let mut site = Site::new();
    let old = site.admit("front", Role::Edge);
    Nodes::of(site.keys.path()).revoke("front").unwrap();
    let new = site.admit("front", Role::Edge);
    assert!(matches!(
        refused(&site.dialler(&old, Protocol::Http)).await,
        Error::Revoked
    ));
    site.dialler(&new, Protocol::Http).connect().await.unwrap();
    assert_eq!(site.arrival().await.peer.name, "front");
}

#[tokio::test]
async fn each_role_speaks_its_own_protocol_only() {
    let site = Site::new();
    for (role, protocol) in [
        (Role::Vision, Protocol::Http),
        (Role::Edge, Protocol::Vision),
    ] {
        let bundle = site.admit(&role.to_string(), role);
        let error = refused(&site.dialler(&bundle, protocol)).await;
        assert!(matches!(error, Error::WrongRole(_)), "{error}");
    }
}

#[tokio::test]
async fn another_version_of_the_protocol_is_refused_in_the_handshake() {
    let site = Site::new();
    let bundle = site.admit("front", Role::Edge);
    let mut config = client(&bundle);
    config.alpn_protocols = vec![b"gatebook-http/99".to_vec()];
    let tcp = TcpStream::connect(site.listener.address()).await.unwrap();
    let name = ServerName::try_from("private.gatebook.internal").unwrap();
    let made = tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await;
    let error = made.err().unwrap().to_string();
    assert!(error.contains("NoApplicationProtocol"), "{error}");
}

/// A client of rustls that presents the bundle's certificate.
fn client(bundle: &Bundle) -> rustls::ClientConfig {
    let mut certificates: Vec<_> = CertificateDer::pem_slice_iter(bundle.as_pem().as_bytes())
        .map(Result::unwrap)
        .collect();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificates.pop().unwrap()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(bundle.as_pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates, key)
        .unwrap()
}

#[tokio::test]
async fn somebody_without_a_certificate_learns_nothing() {
    let site = Site::new();
    for garbage in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0; 64],
        &[0x16, 3, 1, 0xff, 0xff],
    ] {
        let mut tcp = TcpStream::connect(site.listener.address()).await.unwrap();
        tcp.write_all(garbage).await.unwrap();
        tcp.shutdown().await.unwrap();
        let mut said = Vec::new();
        // The connection may also be reset: nothing was said then either.
        let _ = timeout(LONG, tcp.read_to_end(&mut said)).await.unwrap();
        assert!(said.len() < 16, "an alert at most: {said:?}");
    }
}

#[tokio::test]
async fn who_is_slow_keeps_nobody_else_waiting() {
    let mut site = Site::new();
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(TcpStream::connect(site.listener.address()).await.unwrap());
    }
    site.linked("front").await;
    // Those who say nothing are turned away after a while.
    let mut byte = [0];
    let first = silent.first_mut().unwrap();
    assert_eq!(
        timeout(LONG, first.read(&mut byte))
            .await
            .unwrap()
            .unwrap_or(0),
        0
    );
}

#[tokio::test]
async fn who_dials_where_nobody_listens_is_told_so() {
    let site = Site::new();
    let bundle = site.admit("front", Role::Edge);
    let address = site.listener.address();
    let dialler = site.dialler(&bundle, Protocol::Http);
    drop(site);
    // The port is free once the listener's task has ended.
    let error = loop {
        match refused(&dialler).await {
            refused @ Error::Refused(_) => break refused,
            other => assert!(other.may_pass(), "{other}"),
        }
    };
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[tokio::test]
async fn the_roster_tells_who_is_expected_who_is_there_and_who_went() {
    let mut site = Site::new();
    let roster = site.listener.roster();
    let mut changes = roster.changes();
    let (edge, arrival) = site.linked("front").await;
    let waited = site.admit("worker", Role::Vision);
    while roster.parts().len() < 2 {
        assert!(timeout(LONG, changes.next()).await.unwrap());
    }
    let up: Vec<_> = roster.parts().into_iter().map(|p| (p.name, p.up)).collect();
    assert_eq!(up, [("front".into(), true), ("worker".into(), false)]);
    drop((edge, arrival));
    let front = |parts: Vec<link::Part>| parts.into_iter().find(|p| p.name == "front").unwrap();
    while front(roster.parts()).up {
        assert!(timeout(LONG, changes.next()).await.unwrap());
    }
    let gone = front(roster.parts());
    assert!(gone.since.is_some());
    assert_eq!(gone.hello.unwrap().version, "1.2.3");
    site.dialler(&waited, Protocol::Vision)
        .connect()
        .await
        .unwrap();
    assert!(site.arrival().await.peer.name == "worker");
}

#[tokio::test]
async fn a_start_with_the_same_keys_takes_the_bundles_of_before() {
    let mut site = Site::new();
    let bundle = site.admit("front", Role::Edge);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    site.listener = Listener::start(port, site.keys.path()).unwrap();
    site.dialler(&bundle, Protocol::Http)
        .connect()
        .await
        .unwrap();
    assert_eq!(site.arrival().await.peer.name, "front");
}

#[test]
fn keys_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let keys = tempfile::tempdir().unwrap();
    admit(keys.path(), "front", Role::Edge, Timestamp::now()).unwrap();
    let mode = |file: &Path| std::fs::metadata(file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&keys.path().join("link-ca.key.pem")), 0o600);
    assert_eq!(mode(&keys.path().join("nodes.json")), 0o600);
}

/// How much is written to somebody who does not read, in parts: far more than the kernel keeps for a connection.
const PART: usize = 1 << 16;
const PARTS: usize = 1_500;

#[tokio::test]
async fn who_does_not_read_stops_his_writer_and_nobody_else_and_gets_everything_later() {
    let mut site = Site::new();
    let (mut slow, arrived) = site.linked("slow").await;
    let (mut quick, mut beside) = site.linked("quick").await;
    let written = Arc::new(AtomicUsize::new(0));
    let count = written.clone();
    let writer = tokio::spawn(async move {
        let mut link = arrived.link;
        for part in 0..PARTS {
            link.write_all(&[part as u8; PART]).await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
        }
        link.shutdown().await.unwrap();
    });
    // It stands still once the kernel's buffers are full: the link itself keeps nothing more.
    let mut before = 0;
    let stopped = loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = written.load(Ordering::Relaxed);
        if now > 0 && now == before {
            break now;
        }
        before = now;
    };
    assert!(
        stopped < PARTS / 2,
        "{stopped} parts were taken from the writer"
    );

    for byte in 0..100 {
        beside.link.write_u8(byte).await.unwrap();
        beside.link.flush().await.unwrap();
        let read = timeout(LONG, quick.read_u8()).await.unwrap();
        assert_eq!(read.unwrap(), byte);
    }

    let mut part = vec![0; PART];
    for n in 0..PARTS {
        timeout(LONG, slow.read_exact(&mut part))
            .await
            .unwrap()
            .unwrap();
        assert!(part.iter().all(|byte| *byte == n as u8), "part {n}");
    }
    writer.await.unwrap();
    assert_eq!(slow.read(&mut part).await.unwrap(), 0);
}
