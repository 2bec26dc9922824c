//! A Socket.IO client, as small as the tests need: WebSocket transport, one namespace.

use super::Site;
use axum::http::{HeaderName, HeaderValue};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long a message may take; only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection to one namespace.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    namespace: &'static str,
    next_ack: u64,
}

/// Something that came.
#[derive(Debug)]
pub struct Packet {
    /// Name of the event; `ack` for an answer, `connect_error` when refused.
    pub event: String,
    /// The arguments after the name.
    pub args: Vec<Value>,
    /// Binary attachments, in order.
    pub binary: Vec<Vec<u8>>,
    /// The number to acknowledge with.
    pub ack: Option<String>,
}

impl Site {
    /// Serves the site on a port of its own.
    pub async fn serve(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let app = self.app.clone();
        tokio::spawn(async move { axum::serve(listener, app).await });
        address
    }
}

impl Socket {
    /// Connects; the first packet is `connect` or `connect_error`.
    pub async fn open(
        address: &str,
        namespace: &'static str,
        headers: &[(&'static str, &str)],
        auth: Value,
    ) -> (Self, Packet) {
        let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).unwrap();
            request
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        let (stream, _) = connect_async(request).await.unwrap();
        let mut socket = Self {
            stream,
            namespace,
            next_ack: 0,
        };
        socket
            .send(Message::text(format!("40{namespace},{auth}")))
            .await;
        let first = socket.next().await.unwrap();
        (socket, first)
    }

    /// Connects with an API token.
    pub async fn with_token(address: &str, secret: &str) -> Self {
        let (socket, first) = Self::open(address, "/live", &[], json!({"token": secret})).await;
        assert_eq!(first.event, "connect", "{first:?}");
        socket
    }

    /// Emits and waits for the answer.
    pub async fn ask(&mut self, event: &str, data: Value) -> Value {
        let ack = self.number();
        let namespace = self.namespace;
        self.send(Message::text(format!(
            "42{namespace},{ack}{}",
            json!([event, data])
        )))
        .await;
        self.expect("ack").await.args[0].clone()
    }

    /// Emits bytes and waits for the answer.
    pub async fn ask_binary(&mut self, event: &str, bytes: &[u8]) -> Value {
        let ack = self.number();
        let place = json!([event, {"_placeholder": true, "num": 0}]);
        let namespace = self.namespace;
        self.send(Message::text(format!("451-{namespace},{ack}{place}")))
            .await;
        self.send(Message::binary(bytes.to_vec())).await;
        self.expect("ack").await.args[0].clone()
    }

    /// Acknowledges a packet.
    pub async fn acknowledge(&mut self, packet: &Packet) {
        let ack = packet.ack.as_ref().unwrap();
        self.send(Message::text(format!("43{},{ack}[]", self.namespace)))
            .await;
    }

    /// The next packet of this name; others are let go.
    pub async fn expect(&mut self, event: &str) -> Packet {
        loop {
            let packet = self
                .next()
                .await
                .unwrap_or_else(|| panic!("closed before {event}"));
            if packet.event == event {
                return packet;
            }
        }
    }

    /// The next packet; `None` when the connection or namespace was closed.
    pub async fn next(&mut self) -> Option<Packet> {
        loop {
            let text = match self.message().await? {
                Message::Text(text) => text.to_string(),
                _ => continue,
            };
            match text.split_at(1) {
                ("2", _) => self.send(Message::text("3")).await,
                ("4", packet) => return self.packet(packet).await,
                _ => {}
            }
        }
    }

    async fn packet(&mut self, text: &str) -> Option<Packet> {
        let (kind, rest) = text.split_at(1);
        let (attachments, rest) = match kind {
            "5" | "6" => rest.split_once('-').unwrap(),
            _ => ("0", rest),
        };
        let rest = rest.strip_prefix(self.namespace).unwrap();
        let rest = rest.strip_prefix(',').unwrap_or(rest);
        let start = rest.find(['[', '{']).unwrap_or(rest.len());
        let (ack, body) = rest.split_at(start);
        let mut binary = Vec::new();
        for _ in 0..attachments.parse::<usize>().unwrap() {
            if let Message::Binary(bytes) = self.message().await? {
                binary.push(bytes.to_vec());
            }
        }
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let mut args = body.as_array().cloned().unwrap_or_else(|| vec![body]);
        let event = match kind {
            "0" => "connect".to_owned(),
            "1" => return None,
            "3" | "6" => "ack".to_owned(),
            "4" => "connect_error".to_owned(),
            _ => args.remove(0).as_str().unwrap().to_owned(),
        };
        Some(Packet {
            event,
            args,
            binary,
            ack: (!ack.is_empty()).then(|| ack.to_owned()),
        })
    }

    async fn message(&mut self) -> Option<Message> {
        let next = tokio::time::timeout(PATIENCE, self.stream.next()).await;
        next.expect("nothing came").and_then(Result::ok)
    }

    async fn send(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    fn number(&mut self) -> u64 {
        self.next_ack += 1;
        self.next_ack
    }
}
