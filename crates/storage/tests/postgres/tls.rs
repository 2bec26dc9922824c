//! A server that is reached over a network.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use store::Book;

use crate::own::Server;
use crate::support::connect;

/// Lets a server speak TLS as `localhost`; its port and the certificate to trust.
fn encrypted(server: &Server) -> (u16, std::path::PathBuf) {
    let data = server.folder().join("data");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (server.folder().join("server.crt"), data.join("server.key"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let owner = fs::metadata(&data).unwrap();
    chown(&key, Some(owner.uid()), Some(owner.gid())).unwrap();
    let port = free_port();
    let mut settings = fs::OpenOptions::new()
        .append(true)
        .open(data.join("postgresql.conf"))
        .unwrap();
    writeln!(
        settings,
        "listen_addresses = '127.0.0.1'\nport = {port}\nssl = on\nssl_cert_file = '{}'\n\
         ssl_key_file = '{}'",
        certificate.display(),
        key.display()
    )
    .unwrap();
    server.script("stop");
    server.script("start");
    (port, certificate)
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_network_the_server_has_to_be_who_it_says() {
    let (server, _) = Server::started();
    let (port, certificate) = encrypted(&server);
    let url = |host: &str, more: &str| {
        format!("postgresql://gatebook@{host}:{port}/postgres?sslmode=require{more}")
    };
    let dir = tempfile::tempdir().unwrap();
    let trusted = format!("&sslrootcert={}", certificate.display());
    let unknown = connect(dir.path(), &url("localhost", "")).await;
    assert!(unknown.is_err_and(|error| error.to_string().contains("certificate")));
    let misnamed = connect(dir.path(), &url("127.0.0.1", &trusted)).await;
    assert!(misnamed.is_err_and(|error| error.to_string().contains("certificate")));
    let store = connect(dir.path(), &url("localhost", &trusted))
        .await
        .unwrap();
    assert_eq!(store.size().await.unwrap(), 0);
    store.close().await.unwrap();
}
