//! The nodes that are allowed: `keys/nodes.json`.

use crate::authority::Validity;
use crate::bundle::Bundle;
use crate::protocol::Role;
use crate::secret::{alone_in, replace};
use crate::{Error, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// SHA-256 of a certificate in DER, as lower-case hexadecimal.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of a certificate in DER.
    #[must_use]
    pub fn of(certificate: &[u8]) -> Self {
        let digest = Sha256::digest(certificate);
        Self(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A node that is allowed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// Its name, unique; pages and log lines show it.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Its certificate.
    pub fingerprint: Fingerprint,
    /// When the certificate was made.
    pub issued: Timestamp,
}

/// The list, read anew each time it is asked: `gatebook node` changes it while the service runs.
#[derive(Clone, Debug)]
pub struct Nodes {
    file: PathBuf,
}

/// Makes a certificate for a new node, puts it on the list and returns what the node needs.
///
/// # Errors
/// When the name is not allowed or taken, or `keys` cannot be written.
pub fn admit(keys: &Path, name: &str, role: Role, now: Timestamp) -> Result<Bundle> {
    check_name(name)?;
    let authority = crate::tls::authority(keys)?;
    let issued = authority.client(name, Validity::AsAuthority)?;
    Nodes::of(keys).add(Node {
        name: name.to_owned(),
        role,
        fingerprint: Fingerprint::of(&issued.certificate_der),
        issued: now,
    })?;
    let heading = format!("Gatebook {role} \"{name}\". Keep this file secret.");
    let blocks = [
        heading,
        issued.certificate_pem,
        issued.key_pem,
        authority.certificate_pem,
    ];
    Bundle::parse(&blocks.join("\n"))
}

fn check_name(name: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    if (1..=64).contains(&name.len()) && name.chars().all(plain) {
        return Ok(());
    }
    Err(Error::BadName(name.to_owned()))
}

impl Nodes {
    /// The list in the folder `keys`.
    #[must_use]
    pub fn of(keys: &Path) -> Self {
        Self {
            file: keys.join("nodes.json"),
        }
    }

    /// All nodes that are allowed, by name.
    ///
    /// # Errors
    /// When the list is there and cannot be read: then nobody is known to be allowed.
    pub fn list(&self) -> Result<Vec<Node>> {
        let text = match std::fs::read(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::file(&self.file)(error)),
        };
        serde_json::from_slice(&text).map_err(|error| Error::Damaged {
            path: self.file.clone(),
            what: error.to_string(),
        })
    }

    fn add(&self, node: Node) -> Result<()> {
        self.change(|nodes| {
            if nodes.iter().any(|known| known.name == node.name) {
                return Err(Error::NameTaken(node.name));
            }
            nodes.push(node);
            nodes.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(())
        })
    }

    /// Takes a node off the list: its next handshake fails, and its open links end within a second.
    ///
    /// # Errors
    /// When there is no node of this name, or the list cannot be written.
    pub fn revoke(&self, name: &str) -> Result<Node> {
        self.change(|nodes| {
            let at = nodes.iter().position(|known| known.name == name);
            let at = at.ok_or_else(|| Error::NoSuchNode(name.to_owned()))?;
            Ok(nodes.remove(at))
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut Vec<Node>) -> Result<T>) -> Result<T> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let _held = alone_in(folder)?;
        let mut nodes = self.list()?;
        let done = change(&mut nodes)?;
        let mut text = serde_json::to_string_pretty(&nodes).map_err(|error| Error::Damaged {
            path: self.file.clone(),
            what: error.to_string(),
        })?;
        text.push('\n');
        replace(&self.file, text.as_bytes())?;
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn without_a_list_nobody_is_allowed() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Nodes::of(dir.path()).list().unwrap(), []);
    }

    #[test]
    fn a_damaged_list_allows_nobody_and_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("nodes.json"), "[{").unwrap();
        assert!(Nodes::of(dir.path()).list().is_err());
        assert!(admit(dir.path(), "a", Role::Edge, Timestamp::now()).is_err());
        let kept = std::fs::read(dir.path().join("nodes.json")).unwrap();
        assert_eq!(kept, b"[{");
    }

    #[test]
    fn names_that_could_mislead_are_refused() {
        for name in ["", "a b", "Über", "a/b", "x\n", &"a".repeat(65)] {
            assert!(
                matches!(check_name(name), Err(Error::BadName(_))),
                "{name:?}"
            );
        }
    }

    #[test]
    fn changes_at_the_same_time_are_all_kept() {
        let dir = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let keys = dir.path();
                scope.spawn(move || {
                    admit(keys, &format!("n{n}"), Role::Vision, Timestamp::now()).unwrap()
                });
            }
        });
        assert_eq!(Nodes::of(dir.path()).list().unwrap().len(), 8);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Add(u8, bool),
        Revoke(u8),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..4u8, any::<bool>()).prop_map(|(n, edge)| Step::Add(n, edge)),
            (0..4u8).prop_map(Step::Revoke),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_list_is_what_was_added_and_not_revoked(
            steps in prop::collection::vec(step(), 1..12)
        ) {
            let dir = tempfile::tempdir().unwrap();
            let nodes = Nodes::of(dir.path());
            let mut expected = BTreeMap::new();
            for step in steps {
                match step {
                    Step::Add(n, edge) => {
                        let (name, role) = (n.to_string(), if edge { Role::Edge } else { Role::Vision });
                        let added = admit(dir.path(), &name, role, Timestamp::now()).is_ok();
                        prop_assert_eq!(added, !expected.contains_key(&name));
                        expected.entry(name).or_insert(role);
                    }
                    Step::Revoke(n) => {
                        let revoked = nodes.revoke(&n.to_string()).is_ok();
                        prop_assert_eq!(revoked, expected.remove(&n.to_string()).is_some());
                    }
                }
                let listed: Vec<_> = nodes.list().unwrap().into_iter().map(|n| (n.name, n.role)).collect();
                prop_assert_eq!(listed, expected.clone().into_iter().collect::<Vec<_>>());
            }
        }
    }
}
