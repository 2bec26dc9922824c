//! The gateway's keeper: who may connect, what a device may say, and no acknowledgement before
//! the commit.

use super::admission::admitted;
use super::committed::Answers;
use super::incidents;
use super::report::Report;
use super::topics::{OBSERVATION, STATUS, may_subscribe, may_use_client_id, own_leaf, topic};
use crate::classic::refusal_words;
use crate::house::{HeardKind, House, NotAdmitted};
use async_trait::async_trait;
use jiff::Timestamp;
use model::{Device, Receipt, SourceKey};
use rmqtt::codec::types::QoS;
use rmqtt::codec::v5::{PublishAckReason, SubscribeAckReason};
use rmqtt::hook::{Handler, HookResult, Parameter, ReturnType};
use rmqtt::session::Session;
use rmqtt::types::{
    AuthResult, ConnectInfo, LastWill, Publish, PublishAclResult, PublishResult, Subscribe,
    SubscribeAclResult,
};
use std::net::IpAddr;
use std::sync::Arc;

/// The longest status a device may leave.
const MAX_STATUS_BYTES: usize = 1024;

/// Answers the library's questions. Cheap to clone.
#[derive(Clone)]
pub(super) struct Keeper {
    house: House,
    answers: Arc<Answers>,
}

impl Keeper {
    pub(super) fn new(house: House, answers: Arc<Answers>) -> Self {
        Self { house, answers }
    }

    async fn authenticate(&self, connect: &ConnectInfo) -> AuthResult {
        let address = connect.ipaddress().map(|address| address.ip());
        let name = connect
            .username()
            .map(ToString::to_string)
            .unwrap_or_default();
        let password = connect
            .password()
            .and_then(|p| std::str::from_utf8(p).ok())
            .unwrap_or_default();
        let device = match admitted(&self.house, address, &name, password).await {
            Ok(device) => device,
            Err(NotAdmitted::Wrong) => return AuthResult::BadUsernameOrPassword,
            // MQTT has no word for "later" here; what does not say "wrong" is nearest.
            Err(_) => return AuthResult::NotAuthorized,
        };
        match connection_fault(connect, &name) {
            None => AuthResult::Allow(false, None),
            Some(why) => {
                incidents::connection(&self.house, address, device.id, why);
                AuthResult::NotAuthorized
            }
        }
    }

    fn subscribe(&self, session: &Session, subscribe: &Subscribe) -> SubscribeAclResult {
        let filter: &str = &subscribe.topic_filter;
        match self.device(session) {
            Some(device) if may_subscribe(&device.name, filter) => {
                SubscribeAclResult::new_success(subscribe.opts.qos(), None)
            }
            device => {
                let device = device.map(|device| device.id);
                incidents::topic(
                    &self.house,
                    address(session),
                    device,
                    "subscribing to",
                    filter,
                );
                SubscribeAclResult::new_failure(SubscribeAckReason::NotAuthorized)
            }
        }
    }

    async fn publish(&self, session: &Session, publish: &Publish) -> PublishAclResult {
        let Some(device) = self.device(session) else {
            return refuse(PublishAckReason::NotAuthorized, true);
        };
        self.house.heard(device.id, HeardKind::Message);
        match own_leaf(&device.name, &publish.topic) {
            Some(OBSERVATION) => self.observe(session, &device, publish).await,
            Some(STATUS) if publish.payload.len() <= MAX_STATUS_BYTES => PublishAclResult::allow(),
            _ => {
                let address = address(session);
                incidents::topic(
                    &self.house,
                    address,
                    Some(device.id),
                    "publishing",
                    &publish.topic,
                );
                refuse(PublishAckReason::NotAuthorized, true)
            }
        }
    }

    async fn observe(
        &self,
        session: &Session,
        device: &Device,
        publish: &Publish,
    ) -> PublishAclResult {
        let raw = &publish.payload;
        let draft =
            Report::read(raw).and_then(|report| report.draft(device, Timestamp::now(), raw));
        let draft = match draft {
            Ok(draft) => draft,
            Err(error) => return self.bad_report(session, device, &error.to_string()),
        };
        let key = draft.key.clone();
        loop {
            match self.house.deliver(draft.clone()).await {
                Receipt::Committed { contiguous } | Receipt::Duplicate { contiguous } => {
                    self.tell(device, &key, contiguous);
                    return PublishAclResult::allow();
                }
                Receipt::Refused(why) => {
                    return self.bad_report(session, device, &refusal_words(&why));
                }
                // At QoS 0 the device keeps nothing: the message waits here instead.
                Receipt::Overloaded if held(&self.house, publish.qos) => {
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
                // No acknowledgement: the connection ends and the device sends again.
                Receipt::Overloaded => return refuse(PublishAckReason::QuotaExceeded, true),
            }
        }
    }

    fn tell(&self, device: &Device, key: &SourceKey, contiguous: Option<u64>) {
        if let (SourceKey::Sequence { boot_id, .. }, Some(sequence)) = (key, contiguous) {
            self.answers.tell(&device.name, boot_id, sequence);
        }
    }

    /// A report that will never be acceptable is acknowledged (with a reason in MQTT 5), or the
    /// device would send it for ever; it stands on the Devices page.
    fn bad_report(&self, session: &Session, device: &Device, why: &str) -> PublishAclResult {
        incidents::bad_report(&self.house, address(session), device.id, why);
        refuse(PublishAckReason::PayloadFormatInvalid, false)
    }

    /// The session's device, as the directory has it now.
    fn device(&self, session: &Session) -> Option<Device> {
        let name: &str = session.username()?;
        self.house
            .directory()
            .native(name)
            .filter(|device| !device.disabled)
            .cloned()
    }

    fn heard(&self, session: &Session, kind: HeardKind) {
        if let Some(device) = self.device(session) {
            self.house.heard(device.id, kind);
        }
    }
}

#[async_trait]
impl Handler for Keeper {
    async fn hook(&self, parameter: &Parameter, before: Option<HookResult>) -> ReturnType {
        let result = match parameter {
            Parameter::ClientAuthenticate(connect) => {
                HookResult::AuthResult(self.authenticate(connect).await)
            }
            Parameter::ClientSubscribeCheckAcl(session, subscribe) => {
                HookResult::SubscribeAclResult(self.subscribe(session, subscribe))
            }
            Parameter::MessagePublishCheckAcl(session, publish) => {
                HookResult::PublishAclResult(self.publish(session, publish).await)
            }
            Parameter::MessagePublish(Some(session), _, publish) => {
                return (
                    true,
                    not_retained(session, publish)
                        .map(HookResult::Publish)
                        .or(before),
                );
            }
            Parameter::ClientConnected(session) => {
                self.heard(session, HeardKind::Connected);
                return (true, before);
            }
            Parameter::ClientDisconnected(session, _) => {
                self.heard(session, HeardKind::Disconnected);
                return (true, before);
            }
            Parameter::ClientKeepalive(session, true) => {
                self.heard(session, HeardKind::Message);
                return (true, before);
            }
            _ => return (true, before),
        };
        (false, Some(result))
    }
}

/// An observation is an event and not a state: it is never kept for later listeners.
fn not_retained(session: &Session, publish: &Publish) -> Option<Publish> {
    let name: &str = session.username()?;
    if !publish.retain || own_leaf(name, &publish.topic) != Some(OBSERVATION) {
        return None;
    }
    let mut publish = publish.clone();
    publish.inner.retain = false;
    Some(publish)
}

/// Last wills are published without a further question, so they are looked at here.
fn connection_fault(connect: &ConnectInfo, name: &str) -> Option<&'static str> {
    let will = connect.last_will().map(|will| match will {
        LastWill::V3(will) => will.topic.to_string(),
        LastWill::V5(will) => will.topic.to_string(),
    });
    if will.is_some_and(|will| will != topic(name, STATUS)) {
        return Some("the last will goes to a topic that is not the device's status");
    }
    (!may_use_client_id(name, connect.client_id(), connect.clean_start()))
        .then_some("the client id is not the device's own")
}

fn held(house: &House, qos: QoS) -> bool {
    qos == QoS::AtMostOnce && !house.deliveries.is_closed()
}

fn refuse(reason: PublishAckReason, disconnect: bool) -> PublishAclResult {
    PublishAclResult(PublishResult::reason_code(reason, None, disconnect))
}

fn address(session: &Session) -> Option<IpAddr> {
    session.id().remote_addr.map(|address| address.ip())
}
