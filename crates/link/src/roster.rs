//! Which nodes are expected, and which of them are there.

use crate::greeting::Hello;
use crate::listener::Peer;
use crate::nodes::{Fingerprint, Node};
use crate::protocol::Role;
use jiff::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A node and whether it is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Whether a link of it is open.
    pub up: bool,
    /// Since when it is up or down; `None`: it was not seen since this start.
    pub since: Option<Timestamp>,
    /// What it said of itself when it was last seen.
    pub hello: Option<Hello>,
    /// Where it was last seen.
    pub address: Option<IpAddr>,
}

/// What is known of one certificate.
struct Known {
    part: Part,
    links: u32,
    /// Ends its links.
    revoked: CancellationToken,
}

type Table = HashMap<Fingerprint, Known>;

/// Which nodes are expected, and which of them are there. Clones share it.
#[derive(Clone)]
pub struct Roster(Arc<watch::Sender<Table>>);

/// A link that is open; it counts until dropped.
pub(crate) struct Present {
    roster: Roster,
    fingerprint: Fingerprint,
    pub(crate) revoked: CancellationToken,
}

impl Roster {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(Table::new())))
    }

    /// Every node that is allowed, by name.
    #[must_use]
    pub fn parts(&self) -> Vec<Part> {
        let mut parts: Vec<Part> = self.0.borrow().values().map(|k| k.part.clone()).collect();
        parts.sort_by(|a, b| a.name.cmp(&b.name));
        parts
    }

    /// Waits for changes; what is there already counts as seen.
    #[must_use]
    pub fn changes(&self) -> Changes {
        Changes {
            seen: self.0.subscribe(),
        }
    }

    /// Takes over the list: nodes that are new are waited for, links of those that are gone end.
    pub(crate) fn allow(&self, nodes: &[Node]) {
        self.0.send_if_modified(|table| {
            let before = table.len();
            table.retain(|fingerprint, known| {
                let allowed = nodes.iter().any(|node| node.fingerprint == *fingerprint);
                if !allowed {
                    known.revoked.cancel();
                }
                allowed
            });
            let mut changed = table.len() != before;
            for node in nodes {
                changed |= !table.contains_key(&node.fingerprint);
                expect(table, node);
            }
            changed
        });
    }

    /// Counts a link of `node`.
    pub(crate) fn come(&self, node: &Node, peer: &Peer) -> Present {
        let mut revoked = CancellationToken::new();
        self.0.send_if_modified(|table| {
            let known = expect(table, node);
            known.links += 1;
            revoked = known.revoked.clone();
            let part = Part {
                name: node.name.clone(),
                role: node.role,
                up: true,
                since: known.part.since.filter(|_| known.part.up),
                hello: Some(peer.hello.clone()),
                address: Some(peer.address.ip()),
            };
            let part = Part {
                since: part.since.or_else(|| Some(Timestamp::now())),
                ..part
            };
            let changed = known.part != part;
            known.part = part;
            changed
        });
        Present {
            roster: self.clone(),
            fingerprint: node.fingerprint.clone(),
            revoked,
        }
    }

    fn go(&self, fingerprint: &Fingerprint) {
        self.0.send_if_modified(|table| {
            let Some(known) = table.get_mut(fingerprint) else {
                return false;
            };
            known.links = known.links.saturating_sub(1);
            if known.links > 0 {
                return false;
            }
            known.part.up = false;
            known.part.since = Some(Timestamp::now());
            true
        });
    }
}

fn expect<'a>(table: &'a mut Table, node: &Node) -> &'a mut Known {
    table
        .entry(node.fingerprint.clone())
        .or_insert_with(|| Known {
            part: Part {
                name: node.name.clone(),
                role: node.role,
                up: false,
                since: None,
                hello: None,
                address: None,
            },
            links: 0,
            revoked: CancellationToken::new(),
        })
}

impl Drop for Present {
    fn drop(&mut self) {
        self.roster.go(&self.fingerprint);
    }
}

/// Waits for changes of a [`Roster`].
pub struct Changes {
    seen: watch::Receiver<Table>,
}

impl Changes {
    /// Waits until a node came, went, was added or was revoked. `false`: nothing will change any
    /// more.
    pub async fn next(&mut self) -> bool {
        self.seen.changed().await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn node(n: u8) -> Node {
        Node {
            name: n.to_string(),
            role: Role::Vision,
            fingerprint: Fingerprint::of(&[n]),
            issued: Timestamp::UNIX_EPOCH,
        }
    }

    fn peer(n: u8) -> Peer {
        Peer {
            name: n.to_string(),
            role: Role::Vision,
            hello: Hello::default(),
            address: ([127, 0, 0, 1], 1).into(),
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Allow(Vec<u8>),
        Come(u8),
        Go(u8),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            prop::collection::btree_set(0..3u8, 0..3)
                .prop_map(|s| Step::Allow(s.into_iter().collect())),
            (0..3u8).prop_map(Step::Come),
            (0..3u8).prop_map(Step::Go),
        ]
    }

    proptest! {
        #[test]
        fn a_node_is_up_while_a_link_is_open_and_revoked_links_are_told(
            steps in prop::collection::vec(step(), 1..40)
        ) {
            let roster = Roster::new();
            let mut allowed: Vec<u8> = Vec::new();
            let mut open: Vec<(u8, Present)> = Vec::new();
            for step in steps {
                match step {
                    Step::Allow(now) => {
                        roster.allow(&now.iter().map(|n| node(*n)).collect::<Vec<_>>());
                        for (n, present) in &open {
                            prop_assert_eq!(present.revoked.is_cancelled(), !now.contains(n));
                        }
                        open.retain(|(n, _)| now.contains(n));
                        allowed = now;
                    }
                    Step::Come(n) if allowed.contains(&n) => {
                        open.push((n, roster.come(&node(n), &peer(n))));
                    }
                    Step::Go(n) => {
                        if let Some(at) = open.iter().position(|(m, _)| *m == n) {
                            open.remove(at);
                        }
                    }
                    Step::Come(_) => {}
                }
                let parts = roster.parts();
                prop_assert_eq!(parts.len(), allowed.len());
                for part in parts {
                    let links = open.iter().filter(|(n, _)| n.to_string() == part.name).count();
                    prop_assert_eq!(part.up, links > 0, "{:?}", part);
                }
            }
        }
    }
}
