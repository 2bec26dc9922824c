//! The MQTT port of native devices: MQTT 3.1.1 and 5 on one port.

use super::committed::Answers;
use super::keeper::Keeper;
use super::retained::InMemory;
use crate::house::{EdgeError, House};
use rmqtt::context::ServerContext;
use rmqtt::hook::Type;
use rmqtt::net::{Builder, Listener};
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
    listeners: Vec<Listener>,
    answers: Arc<Answers>,
}

impl Gateway {
    /// A gateway without a port.
    pub async fn new(house: House) -> Self {
        // A busy machine must not turn devices away at the door: they wait for the store instead.
        let context = ServerContext::new().busy_check_enable(false).build().await;
        *context.extends.retain_mut().await = Box::new(InMemory::new());
        let answers = Arc::new(Answers::default());
        keep(&context, house, &answers).await;
        Self {
            context,
            listeners: Vec::new(),
            answers,
        }
    }

    /// Takes a port, and says which. Nobody is served before [`Gateway::run`].
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn listen(&mut self, address: SocketAddr) -> Result<SocketAddr, EdgeError> {
        self.take(address, false)
    }

    /// Takes a port on loopback for the end of TLS connections in this process. Each connection
    /// begins with a PROXY protocol header that says whom it is carried for.
    ///
    /// # Errors
    /// When no port can be listened on.
    pub fn listen_within(&mut self) -> Result<SocketAddr, EdgeError> {
        self.take(SocketAddr::from(([127, 0, 0, 1], 0)), true)
    }

    fn take(&mut self, address: SocketAddr, carried: bool) -> Result<SocketAddr, EdgeError> {
        let refused = |why: String| EdgeError::Listen {
            what: "native devices (MQTT)",
            address,
            why,
        };
        let (listener, local) = listener(address, carried).map_err(|e| refused(e.to_string()))?;
        self.listeners.push(listener);
        Ok(local)
    }

    /// Serves devices until `stop`. Sessions that are still open afterwards get no further
    /// acknowledgement once the house takes no more deliveries.
    pub async fn run(self, stop: CancellationToken) {
        let mut server = MqttServer::new(self.context.clone());
        for (id, listener) in (1..).zip(self.listeners) {
            server = server.listener_by_id(listener, id);
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.answers.publish(&self.context) => {}
            served = server.build().run() => {
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

fn listener(address: SocketAddr, carried: bool) -> rmqtt::Result<(Listener, SocketAddr)> {
    let listener = Builder::new()
        .name("native devices")
        .laddr(address)
        // After a restart the port is taken again at once, connections of the last run or not.
        .reuseaddr(Some(true))
        // Without it each small acknowledgement waits for company.
        .nodelay(true)
        .proxy_protocol(carried)
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
    let local = listener.local_addr()?;
    Ok((listener, local))
}
