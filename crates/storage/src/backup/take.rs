//! Taking a backup of a site, which may be running.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use model::Timestamp;
use sha2::{Digest, Sha256};
use store::{Result, StoreError};

use super::files::{Writing, make_folder, sync_folder};
use super::pictures::Gathering;
use super::{
    FORMAT, INCOMPLETE, MANIFEST, Manifest, PictureList, Progress, SEAL, Table, explain, restore,
};
use crate::engine::postgres::ServerAddress;
use crate::sql::{Snapshot, TABLES, schema};
use crate::{DataDir, Sealer, SiteKey};

/// What to take a backup of, and how.
#[derive(Clone, Copy, Debug)]
pub struct Taking<'a> {
    /// The data directory.
    pub site: &'a Path,
    /// The server with the database; `None`: it is the file in the data directory.
    pub server: Option<&'a ServerAddress>,
    /// Version of this program.
    pub gatebook: &'a str,
    /// What time it is.
    pub now: Timestamp,
    /// Whether the keys are taken too: whoever gets this backup can then read everything.
    pub keys: bool,
}

/// Takes a backup into a new folder in `place`, named by the time, and gives its path. Nothing in the
/// site is changed or held up, whether it runs or not. Pictures that the newest backup in `place` holds
/// are not copied again. Until it is complete its folder is called `….incomplete`.
///
/// # Errors
/// [`StoreError::NotFound`] if there is no site, [`StoreError::Full`], and as reading the site.
pub async fn take(
    taking: Taking<'_>,
    place: &Path,
    progress: &Progress<'_>,
) -> Result<(PathBuf, Manifest)> {
    let key = SiteKey::read(&taking.site.join("keys").join("site.key"))?;
    let mut snapshot = Snapshot::begin(taking.site, taking.server, &key).await?;
    snapshot.nothing_else().await?;
    let site = founding(&snapshot.first_leaf().await?)?;
    make_folder(place)?;
    let earlier = newest_in(place, &site);
    let name = taking.now.strftime("%Y-%m-%dT%H%M%S%.3fZ").to_string();
    let (done, draft) = (
        place.join(&name),
        place.join(format!("{name}.{INCOMPLETE}")),
    );
    let private = DirBuilder::new().mode(0o700).create(&draft);
    private.map_err(|error| explain(&draft, &error))?;

    let (entries, root) = snapshot.head().await?;
    let checkpoint = snapshot.newest_checkpoint().await?;
    let manifest = Manifest {
        format: FORMAT,
        gatebook: taking.gatebook.to_owned(),
        schema: schema(),
        taken_at: taking.now,
        site,
        entries,
        root: root.to_string(),
        checkpoint: checkpoint.map(|checkpoint| checkpoint.note),
        tables: tables(&mut snapshot, &draft, progress).await?,
        pictures: pictures(
            &mut snapshot,
            taking.site,
            &draft,
            earlier.as_deref(),
            progress,
        )
        .await?,
        keys: taking.keys,
    };
    if taking.keys {
        copy_keys(&taking.site.join("keys"), &draft.join("keys"))?;
    }
    write_manifest(&draft, &manifest, &key)?;
    fs::rename(&draft, &done).map_err(|error| explain(&done, &error))?;
    sync_folder(place)?;
    Ok((done, manifest))
}

/// The identity of the first entry of a log, by which sites are told apart.
fn founding(first_leaf: &[u8]) -> Result<String> {
    let event = store::commitment::event_of(first_leaf);
    let damaged = || StoreError::Damaged("the first leaf of the log cannot be read".to_owned());
    event.map(|event| event.to_string()).ok_or_else(damaged)
}

/// The newest complete backup of the same site. Names are times, so the greatest is the newest.
fn newest_in(place: &Path, site: &str) -> Option<PathBuf> {
    let folders = fs::read_dir(place).ok()?.flatten();
    let mut paths: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
    paths.sort();
    let of_site = |path: &PathBuf| restore::manifest_of(path).is_ok_and(|known| known.site == site);
    paths.into_iter().rev().find(of_site)
}

async fn tables(
    snapshot: &mut Snapshot,
    draft: &Path,
    progress: &Progress<'_>,
) -> Result<Vec<Table>> {
    let folder = draft.join("tables");
    make_folder(&folder)?;
    let (all, mut done) = (snapshot.rows().await?, 0);
    let mut tables = Vec::new();
    for (name, order) in TABLES {
        let mut file = Writing::begin(folder.join(format!("{name}.copy")))?;
        let before = done;
        let mut write = |line: &[u8]| {
            done += 1;
            if done % 1_000 == 0 {
                progress("rows", done, all);
            }
            file.write(line)
        };
        let written = snapshot.write(name, order, &mut write).await?;
        tables.push(Table {
            name: name.to_owned(),
            columns: written.columns,
            rows: done - before,
            sha256: file.done()?,
            replaced: written.replaced,
        });
    }
    progress("rows", done, all);
    sync_folder(&folder)?;
    Ok(tables)
}

async fn pictures(
    snapshot: &mut Snapshot,
    site: &Path,
    draft: &Path,
    earlier: Option<&Path>,
    progress: &Progress<'_>,
) -> Result<PictureList> {
    let from = DataDir::pictures_in(site);
    let mut gathering = Gathering::begin(from, draft, earlier)?;
    let (mut last, mut done) = (None, 0);
    loop {
        let page = snapshot.pictures(last).await?;
        if page.is_empty() {
            return gathering.done();
        }
        for id in page {
            gathering.take(id)?;
            last = Some(id);
            done += 1;
        }
        progress("pictures", done, 0);
    }
}

/// Copies the files of a folder of keys, readable by their owner alone.
///
/// # Errors
/// As reading and writing them.
pub(crate) fn copy_keys(from: &Path, to: &Path) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(to);
    made.map_err(|error| explain(to, &error))?;
    let files = fs::read_dir(from).map_err(|error| explain(from, &error))?;
    for file in files.flatten() {
        let (from, to) = (file.path(), to.join(file.file_name()));
        if !from.is_file() {
            continue;
        }
        let content = fs::read(&from).map_err(|error| explain(&from, &error))?;
        private_file(&to, &content)?;
    }
    sync_folder(to)
}

fn private_file(path: &Path, content: &[u8]) -> Result<()> {
    let mut options = OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.map_err(|error| explain(path, &error))
}

/// The manifest comes last: a backup without it is none.
fn write_manifest(draft: &Path, manifest: &Manifest, key: &SiteKey) -> Result<()> {
    let text = serde_json::to_vec_pretty(manifest)
        .map_err(|error| StoreError::Unfit(error.to_string()))?;
    let seal = Sealer::new(key, "backup").seal(b"manifest", &Sha256::digest(&text))?;
    private_file(&draft.join(SEAL), &seal)?;
    private_file(&draft.join(MANIFEST), &text)?;
    sync_folder(draft)
}
