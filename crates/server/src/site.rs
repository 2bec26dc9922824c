//! The data directory: database, pictures, keys.

use crate::config::Database;
use anyhow::{Context, Result};
use std::fs::{self, OpenOptions};
use std::future::Future;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;
use storage::{DataDir, Options, PictureFiles, Spool, SqlStore};
use tokio_util::sync::CancellationToken;

/// A data directory held by this process, with its database and pictures open.
pub struct Site {
    /// The database.
    pub store: SqlStore,
    /// The pictures.
    pub pictures: PictureFiles,
    /// Keys for signing the log and for HTTPS.
    pub keys: PathBuf,
    /// Where the pictures of uploads wait while they are imported.
    pub incoming: PathBuf,
}

impl Site {
    /// How often pictures that nothing names are looked for.
    pub const SWEPT_EVERY: Duration = Duration::from_secs(24 * 3600);

    /// Opens a data directory and its database, making both at first start.
    ///
    /// # Errors
    /// When another process holds one of them, it cannot be written or reached, or the site key is not
    /// its own.
    pub async fn open(root: &Path, database: &Database) -> Result<Self> {
        let dir = DataDir::open(root)?;
        let keys = root.join("keys");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&keys)
            .with_context(|| format!("cannot make {}", keys.display()))?;
        let options = Options::default();
        let store = match database.server()? {
            Some(server) => SqlStore::connect(&dir, &server, options).await?,
            None => SqlStore::open(&dir, options).await?,
        };
        let pictures = PictureFiles::open(&dir)?;
        let incoming = Spool::root(&dir);
        Spool::clear(&incoming)?;
        Ok(Self {
            incoming,
            store,
            pictures,
            keys,
        })
    }

    /// Removes, at once and then `every` so often, the pictures without a row that names them: those that an interrupted
    /// run left, and those whose removal failed. Gives up at `stop`; the next start goes on.
    pub fn sweep(
        &self,
        every: Duration,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + use<> {
        let (store, pictures) = (self.store.clone(), self.pictures.clone());
        async move {
            loop {
                let swept = tokio::select! {
                    swept = pictures.sweep(&store) => swept,
                    () = stop.cancelled() => return,
                };
                match swept {
                    Ok(0) => {}
                    Ok(removed) => {
                        tracing::info!(removed, "pictures that nothing names were removed");
                    }
                    Err(error) => tracing::warn!(%error, "pictures could not be swept"),
                }
                let pause = tokio::time::sleep(every);
                if stop.run_until_cancelled(pause).await.is_none() {
                    return;
                }
            }
        }
    }
}

/// The seed of the key that signs checkpoints; made at first start. A log that was `signed` already
/// gets no other key.
///
/// # Errors
/// When it cannot be read or made, is missing though the log was signed, or is not 32 bytes.
pub fn signing_seed(keys: &Path, signed: bool) -> Result<[u8; 32]> {
    let file = keys.join("log.ed25519");
    if !file.exists() {
        anyhow::ensure!(
            !signed,
            "{} is missing; put back the copy that belongs to this log",
            file.display()
        );
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|e| anyhow::anyhow!("no randomness: {e}"))?;
        write_secret(&file, &seed)?;
    }
    let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let len = bytes.len();
    bytes
        .try_into()
        .map_err(|_| anyhow::anyhow!("{} holds {len} bytes instead of 32", file.display()))
}

/// Writes a secret that does not exist yet, readable by the owner alone, durably and whole: power
/// that fails in between leaves no half a key.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn write_secret(file: &Path, bytes: &[u8]) -> Result<()> {
    let what = || format!("cannot make {}", file.display());
    let draft = file.with_extension("draft");
    let mut out = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)
        .with_context(what)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    // Unlike a rename, a link never replaces what is there.
    fs::hard_link(&draft, file).with_context(what)?;
    fs::remove_file(&draft)?;
    if let Some(folder) = file.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Pictures as _;

    #[test]
    fn the_signing_seed_is_made_once() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(
            signing_seed(dir.path(), false).unwrap(),
            signing_seed(dir.path(), true).unwrap()
        );
    }

    #[tokio::test]
    async fn a_picture_that_nothing_names_goes_while_the_server_runs() {
        let (dir, site) = crate::tests::opened().await;
        let stop = CancellationToken::new();
        let every = Duration::from_millis(20);
        let sweeping = tokio::spawn(site.sweep(every, stop.clone()));
        tokio::time::sleep(every).await;
        let id = site.pictures.put(b"left").await.unwrap();
        let text = id.to_string();
        let (last, before) = (
            &text[text.len() - 2..],
            &text[text.len() - 4..text.len() - 2],
        );
        let file = dir
            .path()
            .join("pictures")
            .join(last)
            .join(before)
            .join(&text);
        let old = std::time::SystemTime::now() - Duration::from_secs(2 * 3600);
        fs::File::open(&file).unwrap().set_modified(old).unwrap();
        let gone = async {
            while site.pictures.get(id).await.unwrap().is_some() {
                tokio::time::sleep(every).await;
            }
        };
        let within = tokio::time::timeout(Duration::from_secs(30), gone).await;
        assert!(within.is_ok(), "it is still there");
        stop.cancel();
        sweeping.await.unwrap();
    }

    #[test]
    fn a_signed_log_gets_no_other_key() {
        let dir = tempfile::tempdir().unwrap();
        assert!(signing_seed(dir.path(), true).is_err());
        assert!(!dir.path().join("log.ed25519").exists());
    }

    #[test]
    fn a_secret_is_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("k");
        write_secret(&file, b"one").unwrap();
        assert!(write_secret(&file, b"two").is_err());
        assert_eq!(fs::read(&file).unwrap(), b"one");
    }
}
