//! A camera that is found by WS-Discovery and tells by ONVIF where its streams are.

use super::{HttpCamera, Reply, Running};
use anyhow::Result;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::UdpSocket;

/// A profile: token, width, height, address of its stream.
pub type Profile = (&'static str, u32, u32, String);

/// A camera on loopback; it is gone when this is dropped.
#[derive(Debug)]
pub struct OnvifCamera {
    discovery: SocketAddr,
    service: String,
    asked: Arc<Mutex<Vec<String>>>,
    _http: HttpCamera,
    _running: Running,
}

impl OnvifCamera {
    /// Starts one that calls itself `name`. A question with a user's token of another name than
    /// `user` is refused, as one without is.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start(name: &str, user: &'static str, profiles: Vec<Profile>) -> Result<Self> {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = asked.clone();
        let http = HttpCamera::start(0, move |question| {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            heard.push(question.to_owned());
            answered(question, user, &profiles)
        })
        .await?;
        let service = format!("http://{}/onvif/device_service", http.address());
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        let discovery = socket.local_addr()?;
        let told = matched(name, &service);
        let running = tokio::spawn(async move {
            let mut datagram = vec![0; 4096];
            while let Ok((length, from)) = socket.recv_from(&mut datagram).await {
                let question = String::from_utf8_lossy(&datagram[..length]);
                if question.contains("Probe") && question.contains("NetworkVideoTransmitter") {
                    // Whoever asked may be gone.
                    let _ = socket.send_to(told.as_bytes(), from).await;
                }
            }
        });
        Ok(Self {
            discovery,
            service,
            asked,
            _http: http,
            _running: Running(running),
        })
    }

    /// Where it listens for probes: a camera of the field does at 239.255.255.250:3702.
    #[must_use]
    pub fn discovery(&self) -> SocketAddr {
        self.discovery
    }

    /// The address of its service.
    #[must_use]
    pub fn service(&self) -> &str {
        &self.service
    }

    /// What it was asked.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }
}

fn matched(name: &str, service: &str) -> String {
    let name = name.replace(' ', "%20");
    format!(
        r#"<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>onvif://www.onvif.org/name/{name} onvif://www.onvif.org/hardware/Simulated</d:Scopes><d:XAddrs>{service}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"#
    )
}

fn answered(question: &str, user: &str, profiles: &[Profile]) -> Reply {
    let soap = |status: &str, body: &str| {
        let body = format!(
            r#"<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:t="http://www.onvif.org/ver10/schema"><s:Body>{body}</s:Body></s:Envelope>"#
        );
        Reply::answer(
            status,
            &["Content-Type: application/soap+xml"],
            body.as_bytes(),
        )
    };
    // The one question that needs no token: by its answer the token is dated.
    if question.contains("GetSystemDateAndTime") {
        return soap(
            "200 OK",
            "<x><t:UTCDateTime><t:Time><t:Hour>3</t:Hour><t:Minute>2</t:Minute><t:Second>1</t:Second></t:Time><t:Date><t:Year>2001</t:Year><t:Month>1</t:Month><t:Day>1</t:Day></t:Date></t:UTCDateTime></x>",
        );
    }
    if !question.contains(&format!("<w:Username>{user}</w:Username>")) {
        return soap(
            "400 Bad Request",
            "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code></s:Fault>",
        );
    }
    let host = question.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let host = host.unwrap_or_default();
    if question.contains("GetCapabilities") {
        return soap(
            "200 OK",
            &format!("<t:Media><t:XAddr>http://{host}/onvif/media</t:XAddr></t:Media>"),
        );
    }
    if question.contains("GetProfiles") {
        let all: String = profiles.iter().map(profile).collect();
        return soap("200 OK", &all);
    }
    let asked = profiles
        .iter()
        .find(|(token, ..)| question.contains(&format!("<ProfileToken>{token}</ProfileToken>")));
    match asked {
        Some((.., uri)) => soap("200 OK", &format!("<t:Uri>{uri}</t:Uri>")),
        None => soap("500 Internal Server Error", "<s:Fault/>"),
    }
}

fn profile((token, width, height, _): &Profile) -> String {
    format!(
        r#"<t:Profiles token="{token}"><t:VideoEncoderConfiguration><t:Encoding>H264</t:Encoding><t:Resolution><t:Width>{width}</t:Width><t:Height>{height}</t:Height></t:Resolution></t:VideoEncoderConfiguration></t:Profiles>"#
    )
}
