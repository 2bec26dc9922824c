//! Files whose content is known by its SHA-256.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use store::Result;

use super::explain;
use crate::hex;

/// A new file, whose hash is reckoned while it is written.
pub(super) struct Writing {
    path: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
}

impl Writing {
    /// Makes the file, which must not be there yet.
    pub(super) fn begin(path: PathBuf) -> Result<Self> {
        let file = File::create_new(&path).map_err(|error| explain(&path, &error))?;
        Ok(Self {
            path,
            file: BufWriter::with_capacity(1 << 16, file),
            hash: Sha256::new(),
        })
    }

    pub(super) fn write(&mut self, part: &[u8]) -> Result<()> {
        self.hash.update(part);
        let written = self.file.write_all(part);
        written.map_err(|error| explain(&self.path, &error))
    }

    /// Makes it durable; its SHA-256 in hexadecimal digits.
    pub(super) fn done(mut self) -> Result<String> {
        let kept = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().sync_all());
        kept.map_err(|error| explain(&self.path, &error))?;
        Ok(hex::of(&self.hash.finalize()))
    }
}

/// A file to be read from its beginning.
pub(crate) fn reading(path: &Path) -> Result<BufReader<File>> {
    let file = File::open(path).map_err(|error| explain(path, &error))?;
    Ok(BufReader::with_capacity(1 << 16, file))
}

/// The SHA-256 of a file.
pub(super) fn sum_of(path: &Path) -> Result<String> {
    passed_on(path, &mut io::sink()).map_err(|error| explain(path, &error))
}

/// Copies a file to where none is yet, durably; its SHA-256.
pub(super) fn copied(from: &Path, to: &Path) -> io::Result<String> {
    let mut reader = File::open(from)?;
    let mut writer = File::create_new(to)?;
    let sum = pass_on(&mut reader, &mut writer)?;
    writer.sync_all()?;
    Ok(sum)
}

fn passed_on(from: &Path, to: &mut impl Write) -> io::Result<String> {
    pass_on(&mut File::open(from)?, to)
}

fn pass_on(from: &mut impl Read, to: &mut impl Write) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut part = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut part)?;
        let Some(part) = part.get(..read).filter(|part| !part.is_empty()) else {
            return Ok(hex::of(&hash.finalize()));
        };
        hash.update(part);
        to.write_all(part)?;
    }
}

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|error| explain(folder, &error))
}

/// Makes a folder and what leads to it.
pub(super) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| explain(folder, &error))
}
