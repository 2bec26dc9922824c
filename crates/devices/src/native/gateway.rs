//! The MQTT port of native devices: MQTT 3.1.1 and 5 on one port.

use super::committed::Answers;
use super::keeper::Keeper;
use super::retained::InMemory;
use crate::house::{EdgeError, House};
use rmqtt::context::ServerContext;
use rmqtt::hook::Type;
use rmqtt::net::Builder;
use rmqtt::server::MqttServer;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The largest packet taken, in bytes; pictures come over HTTP.
const MAX_PACKET_BYTES: u32 = 64 * 1024;

/// How long a session is kept for a device that is away.
const SESSION_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Messages that wait for a device that is away; the oldest go first.
const MAX_WAITING: usize = 200;

/// The MQTT gateway of native devices.
pub struct Gateway {
    context: ServerContext,
    server: MqttServer,
    answers: Arc<Answers>,
    local_addr: SocketAddr,
}

impl Gateway {
    /// Takes the port. Nobody is served before [`Gateway::run`].
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(address: SocketAddr, house: House) -> Result<Self, EdgeError> {
        // A busy machine must not turn devices away at the door: they wait for the store instead.
        let context = ServerContext::new().busy_check_enable(false).build().await;
        *context.extends.retain_mut().await = Box::new(InMemory::new());
        let answers = Arc::new(Answers::default());
        keep(&context, house, &answers).await;
        let (server, local_addr) = listen(&context, address).map_err(|e| EdgeError::Listen {
            what: "native devices (MQTT)",
            address,
            why: e.to_string(),
        })?;
        Ok(Self {
            context,
            server,
            answers,
            local_addr,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Serves devices until `stop`. Sessions that are still open afterwards get no further
    /// acknowledgement once the house takes no more deliveries.
    pub async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.answers.publish(&self.context) => {}
            served = self.server.run() => {
                if let Err(error) = served {
                    tracing::error!(%error, "the MQTT gateway ended");
                }
            }
        }
    }
}

async fn keep(context: &ServerContext, house: House, answers: &Arc<Answers>) {
    let register = context.extends.hook_mgr().register();
    let keeper = Keeper::new(house, answers.clone());
    for kind in [
        Type::ClientAuthenticate,
        Type::ClientConnected,
        Type::ClientDisconnected,
        Type::ClientKeepalive,
        Type::ClientSubscribeCheckAcl,
        Type::MessagePublish,
        Type::MessagePublishCheckAcl,
    ] {
        register.add(kind, Box::new(keeper.clone())).await;
    }
    register.start().await;
}

fn listen(context: &ServerContext, address: SocketAddr) -> rmqtt::Result<(MqttServer, SocketAddr)> {
    let listener = Builder::new()
        .name("native devices")
        .laddr(address)
        // After a restart the port is taken again at once, connections of the last run or not.
        .reuseaddr(Some(true))
        // Without it each small acknowledgement waits for company.
        .nodelay(true)
        .allow_anonymous(false)
        .max_packet_size(MAX_PACKET_BYTES)
        .session_expiry_interval(SESSION_KEPT)
        .max_session_expiry_interval(SESSION_KEPT)
        .message_expiry_interval(Duration::ZERO)
        .max_mqueue_len(MAX_WAITING)
        .max_subscriptions(16)
        .max_clientid_len(256)
        .handshake_timeout(Duration::from_secs(15))
        .bind()?
        .tcp()?;
    let local_addr = listener.local_addr()?;
    let server = MqttServer::new(context.clone())
        .listener_by_id(listener, 1)
        .build();
    Ok((server, local_addr))
}
