//! The pictures of a backup. A picture never changes, so one that an earlier backup holds is given a
//! second name instead of being copied again.

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, ErrorKind, Lines};
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use model::PictureId;
use store::{Result, StoreError};

use super::files::{Writing, copied, make_folder, reading, sync_folder};
use super::{PictureList, SUMS, explain};
use crate::pictures::place;

/// A line of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Listed {
    pub(super) id: PictureId,
    pub(super) sha256: String,
}

impl Listed {
    fn read(line: &str) -> Result<Self> {
        let wrong = || StoreError::Damaged(format!("{SUMS} has a line that is none: {line:?}"));
        let (sha256, path) = line.split_once("  ").ok_or_else(wrong)?;
        let name = path.rsplit('/').next().unwrap_or_default();
        let id = name.parse().map(PictureId).map_err(|_| wrong())?;
        Ok(Self {
            id,
            sha256: sha256.to_owned(),
        })
    }
}

/// Reads the list of a backup.
pub(super) fn list(backup: &Path) -> Result<impl Iterator<Item = Result<Listed>> + use<>> {
    let path = backup.join(SUMS);
    let lines = reading(&path)?.lines();
    let read = move |line: std::io::Result<String>| {
        Listed::read(&line.map_err(|error| explain(&path, &error))?)
    };
    Ok(lines.map(read))
}

/// The pictures of the backup before, read along in the same order.
struct Earlier {
    root: PathBuf,
    lines: Peekable<Lines<std::io::BufReader<fs::File>>>,
}

impl Earlier {
    fn of(backup: &Path) -> Option<Self> {
        let lines = reading(&backup.join(SUMS)).ok()?.lines().peekable();
        let root = backup.join("pictures");
        Some(Self { root, lines })
    }

    /// What it says of a picture. A list that cannot be read says nothing.
    fn of_picture(&mut self, id: PictureId) -> Option<Listed> {
        loop {
            let listed = Listed::read(self.lines.peek()?.as_ref().ok()?).ok()?;
            if listed.id > id {
                return None;
            }
            self.lines.next();
            if listed.id == id {
                return Some(listed);
            }
        }
    }
}

/// Pictures on their way into a backup.
pub(super) struct Gathering {
    from: PathBuf,
    to: PathBuf,
    earlier: Option<Earlier>,
    sums: Writing,
    folders: HashSet<PathBuf>,
    list: PictureList,
}

impl Gathering {
    /// From the site's folder into the backup.
    pub(super) fn begin(from: PathBuf, backup: &Path, earlier: Option<&Path>) -> Result<Self> {
        let to = backup.join("pictures");
        make_folder(&to)?;
        Ok(Self {
            from,
            to,
            earlier: earlier.and_then(Earlier::of),
            sums: Writing::begin(backup.join(SUMS))?,
            folders: HashSet::new(),
            list: PictureList::default(),
        })
    }

    /// The next picture, in the order of identities. One that is gone is counted: somebody may have
    /// removed it together with its row since.
    pub(super) fn take(&mut self, id: PictureId) -> Result<()> {
        let to = place(&self.to, id);
        if let Some(folder) = to.parent()
            && !self.folders.contains(folder)
        {
            make_folder(folder)?;
            self.folders.insert(folder.to_owned());
        }
        let Some(sha256) = self.content(id, &to)? else {
            self.list.missing += 1;
            return Ok(());
        };
        self.list.count += 1;
        let path = to.strip_prefix(&self.to).unwrap_or(&to);
        let line = format!("{sha256}  pictures/{}\n", path.display());
        self.sums.write(line.as_bytes())
    }

    fn content(&mut self, id: PictureId, to: &Path) -> Result<Option<String>> {
        if let Some(earlier) = &mut self.earlier
            && let Some(listed) = earlier.of_picture(id)
            // Where files cannot have two names it is copied after all.
            && fs::hard_link(place(&earlier.root, id), to).is_ok()
        {
            return Ok(Some(listed.sha256));
        }
        self.list.new += 1;
        let from = place(&self.from, id);
        match copied(&from, to) {
            Ok(sha256) => Ok(Some(sha256)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.list.new -= 1;
                Ok(None)
            }
            Err(error) => Err(explain(&from, &error)),
        }
    }

    /// Makes everything durable; what was taken.
    pub(super) fn done(mut self) -> Result<PictureList> {
        for folder in &self.folders {
            sync_folder(folder)?;
            folder.parent().map_or(Ok(()), sync_folder)?;
        }
        sync_folder(&self.to)?;
        self.list.sha256 = self.sums.done()?;
        Ok(self.list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_a_picture_by_the_end_of_its_path() {
        let id = "018f0000-0000-7000-8000-00000000abcd";
        let listed = Listed::read(&format!("ab  pictures/cd/ab/{id}")).unwrap();
        assert_eq!(listed.id.to_string(), id);
        assert_eq!(listed.sha256, "ab");
        assert!(Listed::read("ab  pictures/cd/ab/../passwd").is_err());
        assert!(Listed::read(id).is_err());
    }
}
