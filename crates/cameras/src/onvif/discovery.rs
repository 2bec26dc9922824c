//! Who is there (WS-Discovery 1.0, as ONVIF profiles it).

use super::xml::Element;
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

/// Most cameras that are told of.
const MOST: usize = 256;
/// Longest name that is taken from a camera, in characters.
const LONGEST_NAME: usize = 80;

/// A camera that answered.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Found {
    /// What it calls itself; empty: nothing.
    pub name: String,
    /// Its model; empty: it does not say.
    pub hardware: String,
    /// The address of its ONVIF service.
    pub service: String,
}

/// Asks at `to`, a group or one host, who is there, and waits for as long as `patience`.
///
/// # Errors
/// When no datagram can be sent, e.g. without a network.
pub async fn discover(to: SocketAddr, patience: Duration) -> io::Result<Vec<Found>> {
    let from = match to.ip() {
        // A group is asked over the interface that the system chooses.
        IpAddr::V4(four) if four.is_loopback() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(_) => IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED),
    };
    let socket = UdpSocket::bind((from, 0)).await?;
    let until = Instant::now() + patience;
    let question = probe();
    socket.send_to(question.as_bytes(), to).await?;
    let mut found = BTreeMap::new();
    let mut datagram = vec![0; 64 * 1024];
    while found.len() < MOST {
        let received = timeout_at(until, socket.recv_from(&mut datagram)).await;
        // A host that refuses says so by ICMP: the others may still answer.
        let Ok(received) = received else { break };
        let Ok((length, _)) = received else { continue };
        for one in matches_in(&datagram[..length]) {
            found.insert(one.service.clone(), one);
        }
    }
    Ok(found.into_values().collect())
}

fn probe() -> String {
    let id = Uuid::new_v4();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>uuid:{id}</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To><w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header><e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"#
    )
}

/// The cameras that an answer tells of; none in what is no answer.
#[must_use]
pub fn matches_in(datagram: &[u8]) -> Vec<Found> {
    let Ok(document) = Element::document(datagram) else {
        return Vec::new();
    };
    document
        .all("ProbeMatch")
        .take(MOST)
        .filter_map(found)
        .collect()
}

fn found(told: &Element) -> Option<Found> {
    let addresses = told.says("XAddrs")?;
    let http = |address: &&str| address.starts_with("http://") && address.len() <= 500;
    // A camera with both kinds of addresses is asked over the older one, which is routed everywhere.
    let service = addresses
        .split_whitespace()
        .filter(http)
        .min_by_key(|address| address.contains('['))?;
    let scopes = told.says("Scopes").unwrap_or_default();
    Some(Found {
        name: scope(scopes, "name"),
        hardware: scope(scopes, "hardware"),
        service: service.to_owned(),
    })
}

fn scope(scopes: &str, kind: &str) -> String {
    let start = format!("onvif://www.onvif.org/{kind}/");
    let told = scopes
        .split_whitespace()
        .find_map(|one| one.strip_prefix(start.as_str()));
    let told = told.unwrap_or_default();
    // `url` decodes by the rules of forms, where `+` is a space; here it is itself.
    let pair = format!("x={}", told.replace('+', "%2B"));
    let decoded = url::form_urlencoded::parse(pair.as_bytes()).next();
    let text = decoded
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    let shown = text.chars().filter(|c| !c.is_control());
    shown.take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_name_and_model() {
        let xml = br#"<s:Envelope xmlns:s="a" xmlns:d="b"><s:Body><d:ProbeMatches><d:ProbeMatch>
            <d:Scopes>onvif://www.onvif.org/type/video onvif://www.onvif.org/name/North%20gate
              onvif://www.onvif.org/hardware/IPC+2</d:Scopes>
            <d:XAddrs>http://[fd00::1]/onvif http://192.168.1.20/onvif/device_service</d:XAddrs>
            </d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"#;
        let found = matches_in(xml);
        let expected = Found {
            name: "North gate".into(),
            hardware: "IPC+2".into(),
            service: "http://192.168.1.20/onvif/device_service".into(),
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn what_is_no_answer_tells_of_nobody() {
        let none: [&[u8]; 4] = [
            b"",
            b"hello",
            b"<a/>",
            b"<ProbeMatch><XAddrs>ftp://x</XAddrs></ProbeMatch>",
        ];
        for datagram in none {
            assert_eq!(matches_in(datagram), []);
        }
    }
}
