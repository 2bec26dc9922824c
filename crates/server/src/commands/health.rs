//! `gatebook health`: asks the part that runs here with the same configuration whether it is ready.

use crate::config::Config;
use crate::exit::Failure;
use anyhow::{Context, Result, bail};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(4);
/// Longest answer that is read, in bytes.
const LONGEST: u64 = 16 * 1024;
/// The part is there and not ready, or not there: what health checks of containers call unhealthy.
const UNHEALTHY: u8 = 1;

/// Prints what `/readyz` says. Ends well when the part is ready.
///
/// # Errors
/// [`Failure`] with code 1 when nobody answers or the part is not ready.
pub fn run(config: &Config) -> Result<ExitCode> {
    let (address, tls) = match config.metrics.listen {
        Some(metrics) => (metrics, false),
        None => (config.http.listen, config.https()),
    };
    let address = here(address);
    let answer = ask(address, tls).with_context(|| format!("nothing answers at {address}"))?;
    let (status, body) = parts(&answer).with_context(|| format!("what answers at {address}"))?;
    println!("{}", body.trim());
    if status == 200 {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::new(
        UNHEALTHY,
        format!("not ready: /readyz at {address} says {status}"),
    )
    .into())
}

/// Who listens at every address is found at that of this host.
fn here(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn ask(address: SocketAddr, tls: bool) -> Result<Vec<u8>> {
    let mut line = TcpStream::connect_timeout(&address, PATIENCE)?;
    line.set_read_timeout(Some(PATIENCE))?;
    line.set_write_timeout(Some(PATIENCE))?;
    if !tls {
        return exchange(line);
    }
    let config = rustls::ClientConfig::builder()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    let mut session = rustls::ClientConnection::new(Arc::new(config), address.ip().into())?;
    exchange(rustls::Stream::new(&mut session, &mut line))
}

fn exchange(mut line: impl Read + Write) -> Result<Vec<u8>> {
    line.write_all(b"GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = Vec::new();
    let read = line.take(LONGEST).read_to_end(&mut answer);
    // Some end an encrypted line without a farewell; what came is judged as it is.
    if answer.is_empty() {
        read?;
    }
    Ok(answer)
}

/// Status and body of an answer.
fn parts(answer: &[u8]) -> Result<(u16, String)> {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        bail!("is not Gatebook: the answer is no HTTP");
    };
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
    let status = status.context("is not Gatebook: the answer has no status")?;
    Ok((status, body.to_owned()))
}

/// Nothing secret is asked or told, and the question goes to this host: whoever answers will do.
#[derive(Debug)]
struct Anybody;

mod anybody {
    use super::Anybody;
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::{DigitallySignedStruct, Error, SignatureScheme};

    impl ServerCertVerifier for Anybody {
        fn verify_server_cert(
            &self,
            _certificate: &CertificateDer<'_>,
            _chain: &[CertificateDer<'_>],
            _name: &ServerName<'_>,
            _ocsp: &[u8],
            _now: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            Ok(ServerCertVerified::assertion())
        }

        fn verify_tls12_signature(
            &self,
            _message: &[u8],
            _certificate: &CertificateDer<'_>,
            _signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn verify_tls13_signature(
            &self,
            _message: &[u8],
            _certificate: &CertificateDer<'_>,
            _signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            Ok(HandshakeSignatureValid::assertion())
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            rustls::crypto::ring::default_provider()
                .signature_verification_algorithms
                .supported_schemes()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart_and_what_is_none_is_refused() {
        let (status, body) = parts(b"HTTP/1.0 503 No\r\na: b\r\n\r\n{}\n").unwrap();
        assert_eq!((status, body.as_str()), (503, "{}\n"));
        for other in [
            &b""[..],
            b"SSH-2.0\r\n",
            b"HTTP/1.0 high\r\n\r\n",
            b"\xff\r\n\r\n",
        ] {
            assert!(parts(other).is_err());
        }
    }

    #[test]
    fn who_listens_everywhere_is_asked_on_this_host() {
        let ask = |text: &str| here(text.parse().unwrap()).to_string();
        assert_eq!(ask("0.0.0.0:1"), "127.0.0.1:1");
        assert_eq!(ask("[::]:1"), "[::1]:1");
        assert_eq!(ask("10.0.0.7:1"), "10.0.0.7:1");
    }
}
