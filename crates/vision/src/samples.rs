//! The photographs that come with the weights' packages, for tests and the demo.
//!
//! They are not part of the library or of the repository: the build leaves them in its model
//! cache. `GATEBOOK_SAMPLES` names another folder with the same files.

use std::path::PathBuf;

/// The folder with `sample1.jpg` to `sample6.jpg` (from face-api) and `samples.jpg` and
/// `screenshot-facematch.jpg` (a sheet of small portraits, from human); `None` if it is not on this machine.
#[must_use]
pub fn dir() -> Option<PathBuf> {
    let folder = std::env::var_os("GATEBOOK_SAMPLES").map_or_else(
        || PathBuf::from(env!("GATEBOOK_SAMPLES_BUILT")),
        PathBuf::from,
    );
    folder.is_dir().then_some(folder)
}
