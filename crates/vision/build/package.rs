//! One pinned npm package: fetched by the npm client, checked, and partly unpacked.

use base64::Engine as _;
use sha2::{Digest, Sha512};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file wanted from a package.
pub struct Wanted {
    path: &'static str,
    /// SHA-512 of the file in base64.
    sha512: &'static str,
    sample: bool,
}

impl Wanted {
    /// A weight file, embedded in the library.
    pub const fn model(path: &'static str, sha512: &'static str) -> Self {
        Self {
            path,
            sha512,
            sample: false,
        }
    }

    /// A photograph for tests and the demo, kept in the cache and never embedded.
    pub const fn sample(path: &'static str, sha512: &'static str) -> Self {
        Self {
            path,
            sha512,
            sample: true,
        }
    }

    /// The bare name of the file.
    fn name(&self) -> &'static str {
        self.path.rsplit('/').next().unwrap_or(self.path)
    }
}

/// A package pinned by version and content.
pub struct Package {
    pub name: &'static str,
    pub version: &'static str,
    /// SHA-512 of the archive in base64, as in the registry's `dist.integrity`.
    pub sha512: &'static str,
    pub files: &'static [Wanted],
}

impl Package {
    /// Where the archive lies in the cache.
    fn archive_in(&self, cache: &Path) -> PathBuf {
        let flat = self.name.trim_start_matches('@').replace('/', "-");
        cache.join(format!("{flat}-{}.tgz", self.version))
    }

    /// The folder in the cache where a wanted file lies unpacked.
    fn folder_of(&self, wanted: &Wanted, cache: &Path) -> PathBuf {
        if wanted.sample {
            cache.join("samples")
        } else {
            self.archive_in(cache).with_extension("unpacked")
        }
    }

    /// The folder of the wanted weights, after each wanted file was hashed: what lies in a cache may
    /// have been changed since it was put there. If one differs, all are taken from the archive again.
    pub fn prepare(&self, cache: &Path) -> Result<PathBuf, String> {
        let unpacked = |file: &Wanted| self.folder_of(file, cache).join(file.name());
        let genuine = |file: &Wanted| {
            fs::read(unpacked(file)).is_ok_and(|bytes| digest(&bytes) == file.sha512)
        };
        if !self.files.iter().all(genuine) {
            let incoming = cache.join(format!("incoming-{}", std::process::id()));
            create(&incoming)?;
            let archive = self.fetch(cache, &incoming)?;
            self.unpack(&archive, cache, &incoming)?;
            fs::remove_dir_all(&incoming).map_err(|e| format!("{}: {e}", incoming.display()))?;
        }
        Ok(self.archive_in(cache).with_extension("unpacked"))
    }

    /// Names of the weight files.
    pub fn weights(&self) -> impl Iterator<Item = &'static str> {
        self.files
            .iter()
            .filter(|file| !file.sample)
            .map(Wanted::name)
    }

    /// The archive's bytes: from the cache if they are the right ones, else from the registry.
    fn fetch(&self, cache: &Path, incoming: &Path) -> Result<Vec<u8>, String> {
        let path = self.archive_in(cache);
        if let Ok(bytes) = fs::read(&path)
            && digest(&bytes) == self.sha512
        {
            return Ok(bytes);
        }
        let fresh = self.download(incoming)?;
        let bytes = fs::read(&fresh).map_err(|e| format!("{}: {e}", fresh.display()))?;
        if digest(&bytes) != self.sha512 {
            return Err(format!(
                "{}@{} is not the pinned package: its SHA-512 differs. Nothing of it was used.",
                self.name, self.version
            ));
        }
        fs::rename(&fresh, &path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(bytes)
    }

    /// Downloads into a folder of this process, so that two builds do not write one file.
    fn download(&self, folder: &Path) -> Result<PathBuf, String> {
        let spec = format!("{}@{}", self.name, self.version);
        let output = Command::new("npm")
            .args(["pack", &spec, "--silent", "--pack-destination"])
            .arg(folder)
            .output()
            .map_err(|e| {
                format!(
                    "`npm pack {spec}` could not be started ({e}).\n\
                     Install Node.js with npm, or put the archives of the packages into a folder \
                     and name it in GATEBOOK_MODEL_CACHE."
                )
            })?;
        if !output.status.success() {
            return Err(format!(
                "`npm pack {spec}` failed: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ));
        }
        Ok(self.archive_in(folder))
    }

    /// Writes the wanted files, by their bare names, to their folders. Each appears whole, by a
    /// rename from `incoming`, for another build may be reading the one it replaces.
    fn unpack(&self, archive: &[u8], cache: &Path, incoming: &Path) -> Result<(), String> {
        let mut reader = tar::Archive::new(flate2::read::GzDecoder::new(archive));
        let mut found = 0;
        for entry in reader.entries().map_err(|e| e.to_string())? {
            let mut entry = entry.map_err(|e| e.to_string())?;
            let path = entry.path().map_err(|e| e.to_string())?.into_owned();
            let Some(wanted) = self.wanted(&path) else {
                continue;
            };
            let fresh = incoming.join(wanted.name());
            let failed = |e: std::io::Error| format!("{}: {e}", fresh.display());
            entry.unpack(&fresh).map_err(failed)?;
            if digest(&fs::read(&fresh).map_err(failed)?) != wanted.sha512 {
                return Err(format!("{} is not the pinned file", wanted.path));
            }
            let folder = self.folder_of(wanted, cache);
            create(&folder)?;
            fs::rename(&fresh, folder.join(wanted.name())).map_err(failed)?;
            found += 1;
        }
        if found == self.files.len() {
            Ok(())
        } else {
            Err(format!("{} lacks files that are needed", self.name))
        }
    }

    fn wanted(&self, path: &Path) -> Option<&Wanted> {
        let inside = path.strip_prefix("package").ok()?;
        self.files
            .iter()
            .find(|wanted| Path::new(wanted.path) == inside)
    }
}

fn create(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))
}

/// SHA-512 in base64, as npm writes it.
fn digest(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha512::digest(bytes))
}
