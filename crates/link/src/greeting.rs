//! The first bytes of a link, before the protocol.
//!
//! In TLS 1.3 whoever dials has finished before the other side has looked at the certificate: without
//! an answer it would learn that it was revoked as a broken connection. So each side says one thing:
//!
//! ```text
//! dialler  → answerer   capacity: u16 big endian · length: u8 · version: UTF-8
//! answerer → dialler    verdict: u8 (0 welcome, 1 revoked, 2 wrong role)
//! ```

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// What a node says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Hello {
    /// How many pieces of work it takes at a time; 0 where that means nothing.
    pub capacity: u16,
    /// The version of Gatebook, at most 255 bytes.
    pub version: String,
}

/// What the private part answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Welcome,
    Revoked,
    WrongRole,
}

impl Hello {
    pub(crate) async fn send(&self, to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let version = self.version.as_bytes();
        let version = version.get(..255).unwrap_or(version);
        let mut bytes = self.capacity.to_be_bytes().to_vec();
        bytes.extend(u8::try_from(version.len()));
        bytes.extend(version);
        to.write_all(&bytes).await?;
        to.flush().await
    }

    pub(crate) async fn receive(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let capacity = from.read_u16().await?;
        let length = from.read_u8().await?;
        let mut version = vec![0; usize::from(length)];
        from.read_exact(&mut version).await?;
        // It goes to pages and log lines.
        let version = String::from_utf8_lossy(&version).replace(char::is_control, " ");
        Ok(Self { capacity, version })
    }
}

impl Verdict {
    pub(crate) async fn send(self, to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        to.write_u8(self as u8).await?;
        to.flush().await
    }

    pub(crate) async fn receive(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        match from.read_u8().await? {
            0 => Ok(Self::Welcome),
            1 => Ok(Self::Revoked),
            2 => Ok(Self::WrongRole),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread();
        { runtime }.build().unwrap().block_on(future)
    }

    proptest! {
        #[test]
        fn what_a_node_says_arrives(capacity: u16, version in "[a-z0-9.+-]{0,255}") {
            let said = Hello { capacity, version };
            let mut wire = Vec::new();
            run(said.send(&mut wire)).unwrap();
            prop_assert_eq!(run(Hello::receive(&mut wire.as_slice())).unwrap(), said);
        }

        #[test]
        fn whatever_arrives_is_said_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(heard) = run(Hello::receive(&mut bytes.as_slice())) {
                prop_assert!(!heard.version.contains(char::is_control));
            }
        }
    }
}
