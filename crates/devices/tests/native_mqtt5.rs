//! The same port speaks MQTT 5, with reasons.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use bytes::Bytes;
use common::{PASSWORD, directory, ip, stage};
use devices::native::Gateway;
use futures::{SinkExt, StreamExt};
use rmqtt_codec::types::{Publish, QoS};
use rmqtt_codec::v5::{
    Codec, Connect, ConnectAckReason, LastWill, Packet, PublishAckReason, PublishProperties,
};
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_util::codec::Framed;
use tokio_util::sync::CancellationToken;

struct Client(Framed<TcpStream, Codec>);

impl Client {
    async fn connect(server: SocketAddr, last_will: Option<LastWill>) -> (Self, ConnectAckReason) {
        let stream = testkit::mqtt::connect_from(ip("127.0.0.1"), server)
            .await
            .unwrap();
        let mut client = Self(Framed::new(stream, Codec::new(0, 0)));
        let connect = Connect {
            clean_start: true,
            keep_alive: 60,
            client_id: "door-0".into(),
            username: Some("door-0".into()),
            password: Some(Bytes::from_static(PASSWORD.as_bytes())),
            last_will,
            ..Connect::default()
        };
        client
            .0
            .send(Packet::Connect(Box::new(connect)))
            .await
            .unwrap();
        let Packet::ConnectAck(ack) = client.next().await else {
            panic!("no CONNACK")
        };
        (client, ack.reason_code)
    }

    async fn next(&mut self) -> Packet {
        let packet = tokio::time::timeout(Duration::from_secs(5), self.0.next()).await;
        packet.unwrap().unwrap().unwrap().0
    }

    async fn report(&mut self, id: u16, payload: &'static str) -> PublishAckReason {
        let packet_id = NonZeroU16::new(id);
        let publish = Publish {
            dup: false,
            retain: false,
            qos: QoS::AtLeastOnce,
            topic: "gatebook/v1/door-0/observation".into(),
            packet_id,
            payload: Bytes::from_static(payload.as_bytes()),
            properties: Some(PublishProperties::default()),
        };
        self.0
            .send(Packet::Publish(Box::new(publish)))
            .await
            .unwrap();
        match self.next().await {
            Packet::PublishAck(ack) if Some(ack.packet_id) == packet_id => ack.reason_code,
            other => panic!("no PUBACK but {other:?}"),
        }
    }
}

async fn open(house: devices::House) -> SocketAddr {
    let mut gateway = Gateway::new(house).await;
    let address = gateway.listen("127.0.0.1:0".parse().unwrap()).unwrap();
    tokio::spawn(gateway.run(CancellationToken::new()));
    address
}

fn will(topic: &str) -> LastWill {
    LastWill {
        qos: QoS::AtLeastOnce,
        retain: true,
        topic: topic.to_owned().into(),
        message: Bytes::from_static(b"gone"),
        will_delay_interval_sec: None,
        correlation_data: None,
        message_expiry_interval: None,
        content_type: None,
        user_properties: Vec::new(),
        is_utf8_payload: None,
        response_topic: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_report_is_a_success_and_a_bad_one_names_the_reason() {
    let stage = stage(directory(vec![], 1));
    let server = open(stage.house.clone()).await;
    let (mut client, accepted) = Client::connect(server, None).await;
    assert_eq!(accepted, ConnectAckReason::Success);
    let good = r#"{"boot_id":"b1","sequence":1,"saw":"finger","number":"7"}"#;
    assert_eq!(client.report(1, good).await, PublishAckReason::Success);
    assert_eq!(
        client.report(2, "{").await,
        PublishAckReason::PayloadFormatInvalid
    );
    assert_eq!(stage.observations(1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_last_will_may_only_go_to_the_devices_own_status() {
    let stage = stage(directory(vec![], 2));
    let server = open(stage.house.clone()).await;
    let foreign = will("gatebook/v1/door-1/observation");
    assert_eq!(
        Client::connect(server, Some(foreign)).await.1,
        ConnectAckReason::NotAuthorized
    );
    let own = will("gatebook/v1/door-0/status");
    assert_eq!(
        Client::connect(server, Some(own)).await.1,
        ConnectAckReason::Success
    );
}
