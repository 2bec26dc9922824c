//! The private part's port for links.

use crate::greeting::{Hello, Verdict};
use crate::nodes::{Fingerprint, Node, Nodes};
use crate::protocol::{Protocol, Role};
use crate::roster::Roster;
use crate::stream::{Link, tune};
use crate::{Error, Result};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsStream};

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Handshakes at a time; who comes beyond is turned away at once.
const AT_ONCE: usize = 64;
/// Links that wait to be taken over.
const WAITING: usize = 16;
/// How often the list of nodes is looked at for those that were added or revoked.
const LOOK: Duration = Duration::from_millis(500);

/// Who is at the other end of a link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Peer {
    /// The node's name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// What it says of itself.
    pub hello: Hello,
    /// Where it dials from.
    pub address: SocketAddr,
}

/// A link that was made.
pub struct Arrival {
    /// The link.
    pub link: Link,
    /// Who is at the other end; may speak `protocol`.
    pub peer: Peer,
    /// What it speaks.
    pub protocol: Protocol,
}

/// The private part's port for links. Dropping it closes the port; links that are open stay.
pub struct Listener {
    arrivals: mpsc::Receiver<Arrival>,
    roster: Roster,
    address: SocketAddr,
    /// Ended with the listener.
    _tasks: JoinSet<()>,
}

/// What a handshake needs.
struct Door {
    tls: TlsAcceptor,
    nodes: Nodes,
    roster: Roster,
}

/// Why somebody was turned away.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("no handshake: {0}")]
    Handshake(#[from] io::Error),
    #[error("no handshake in time")]
    Slow,
    #[error("its certificate is not on the list of nodes")]
    Revoked,
    #[error("the role {0} does not speak {1}")]
    WrongRole(Role, Protocol),
    #[error("{0}")]
    List(#[from] Error),
}

impl Listener {
    /// Takes links on `port`, with the authority and the list of nodes in the folder `keys`, both
    /// made when first needed. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When `keys` cannot be used or the port is not one.
    pub fn start(port: std::net::TcpListener, keys: &Path) -> Result<Self> {
        port.set_nonblocking(true).map_err(Error::Port)?;
        let port = TcpListener::from_std(port).map_err(Error::Port)?;
        let address = port.local_addr().map_err(Error::Port)?;
        let config = crate::tls::answering(&crate::tls::authority(keys)?)?;
        let roster = Roster::new();
        let nodes = Nodes::of(keys);
        roster.allow(&nodes.list()?);
        let door = Arc::new(Door {
            tls: TlsAcceptor::from(Arc::new(config)),
            nodes: nodes.clone(),
            roster: roster.clone(),
        });
        let (arrived, arrivals) = mpsc::channel(WAITING);
        let mut tasks = JoinSet::new();
        tasks.spawn(answer(port, door, arrived));
        tasks.spawn(follow(nodes, roster.clone()));
        Ok(Self {
            arrivals,
            roster,
            address,
            _tasks: tasks,
        })
    }

    /// The next link. Handshakes go on meanwhile; who is slow keeps nobody else waiting.
    pub async fn accept(&mut self) -> Option<Arrival> {
        self.arrivals.recv().await
    }

    /// Which nodes are expected, and which are there.
    #[must_use]
    pub fn roster(&self) -> Roster {
        self.roster.clone()
    }

    /// The address of the port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Answers whoever dials, many at a time.
async fn answer(port: TcpListener, door: Arc<Door>, arrived: mpsc::Sender<Arrival>) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let (tcp, address) = match port.accept().await {
            Ok(come) => come,
            Err(error) => {
                // Out of files, most often: those that are open have to end first.
                tracing::warn!(%error, "a link could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let Ok(place) = room.clone().try_acquire_owned() else {
            tracing::warn!(%address, "too many handshakes at once");
            continue;
        };
        let (door, arrived) = (door.clone(), arrived.clone());
        tokio::spawn(async move {
            let done = timeout(HANDSHAKE, door.greet(tcp, address)).await;
            drop(place);
            match done.unwrap_or(Err(Refused::Slow)) {
                // Whoever takes links over is gone when the house stops.
                Ok(arrival) => drop(arrived.send(arrival).await),
                Err(reason) => tracing::warn!(%address, %reason, "a link was refused"),
            }
        });
    }
}

impl Door {
    async fn greet(
        &self,
        tcp: TcpStream,
        address: SocketAddr,
    ) -> std::result::Result<Arrival, Refused> {
        tune(&tcp)?;
        let mut tls = self.tls.accept(tcp).await?;
        let (_, session) = tls.get_ref();
        let protocol = session.alpn_protocol().and_then(Protocol::named);
        let certificate = session.peer_certificates().and_then(<[_]>::first);
        // Without a protocol in common, or a certificate, the handshake has failed already.
        let (Some(protocol), Some(certificate)) = (protocol, certificate) else {
            return Err(io::Error::from(io::ErrorKind::InvalidData).into());
        };
        let fingerprint = Fingerprint::of(certificate);
        let hello = Hello::receive(&mut tls).await?;
        let known = self.known(fingerprint).await?;
        let (verdict, refused) = match &known {
            None => (Verdict::Revoked, Some(Refused::Revoked)),
            Some(node) if !protocol.is_for(node.role) => (
                Verdict::WrongRole,
                Some(Refused::WrongRole(node.role, protocol)),
            ),
            Some(_) => (Verdict::Welcome, None),
        };
        verdict.send(&mut tls).await?;
        match (known, refused) {
            (Some(node), None) => Ok(self.arrival(tls.into(), &node, hello, address, protocol)),
            (_, refused) => Err(refused.unwrap_or(Refused::Revoked)),
        }
    }

    async fn known(&self, fingerprint: Fingerprint) -> std::result::Result<Option<Node>, Refused> {
        let nodes = self.nodes.clone();
        let listed = tokio::task::spawn_blocking(move || nodes.list()).await;
        let listed = listed.map_err(io::Error::other)??;
        Ok(listed
            .into_iter()
            .find(|node| node.fingerprint == fingerprint))
    }

    fn arrival(
        &self,
        tls: TlsStream<TcpStream>,
        node: &Node,
        hello: Hello,
        address: SocketAddr,
        protocol: Protocol,
    ) -> Arrival {
        let peer = Peer {
            name: node.name.clone(),
            role: node.role,
            hello,
            address,
        };
        let present = self.roster.come(node, &peer);
        Arrival {
            link: Link::answered(tls, present),
            peer,
            protocol,
        }
    }
}

/// Keeps the roster to the list. A list that cannot be read changes nothing of what is open; new
/// links are refused until it can be read.
async fn follow(nodes: Nodes, roster: Roster) {
    loop {
        tokio::time::sleep(LOOK).await;
        let read = nodes.clone();
        match tokio::task::spawn_blocking(move || read.list()).await {
            Ok(Ok(listed)) => roster.allow(&listed),
            Ok(Err(error)) => tracing::error!(%error, "the list of nodes cannot be read"),
            Err(_) => return,
        }
    }
}
