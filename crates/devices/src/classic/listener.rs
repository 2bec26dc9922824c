//! The port that classic boards connect to.

use super::connection;
use super::switchboard::Switchboard;
use crate::house::{EdgeError, House};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Connections served at once. A site has a few boards; the rest would be somebody else.
const MAX_CONNECTIONS: usize = 256;

/// How long the port rests after the system refused to accept (for want of file handles, say).
const REST: Duration = Duration::from_millis(200);

/// The classic MQTT port.
pub struct ClassicListener {
    listener: TcpListener,
    house: House,
    switchboard: Switchboard,
}

impl ClassicListener {
    /// Takes the port. Nobody is served before [`ClassicListener::run`].
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(
        address: SocketAddr,
        house: House,
        switchboard: Switchboard,
    ) -> Result<Self, EdgeError> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|e| EdgeError::Listen {
                what: "classic gates",
                address,
                why: e.to_string(),
            })?;
        Ok(Self {
            listener,
            house,
            switchboard,
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves boards until `stop`; each message that was read is then still committed.
    pub async fn run(self, stop: CancellationToken) {
        let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = self.listener.accept() => accepted,
                Some(_) = connections.join_next() => continue,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let Ok(place) = places.clone().try_acquire_owned() else {
                        continue;
                    };
                    let serve = self.serve(stream, peer, stop.clone());
                    connections.spawn(async move {
                        serve.await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the classic port could not accept");
                    tokio::time::sleep(REST).await;
                }
            }
        }
        while connections.join_next().await.is_some() {}
    }

    fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + use<> {
        // Lines are small and somebody stands at the gate: they are not held back to fill a packet.
        let _ = stream.set_nodelay(true);
        connection::serve(
            self.house.clone(),
            self.switchboard.clone(),
            stream,
            peer.ip(),
            stop,
        )
    }
}
