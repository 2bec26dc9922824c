//! Which decoders are there: JPEG needs none, compressed video an `ffmpeg` that is found when it is needed.

use std::path::PathBuf;

/// Where the environment says which ffmpeg to take.
const VARIABLE: &str = "GATEBOOK_FFMPEG";

/// The decoders of this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoders {
    /// The program for H.264 and H.265.
    pub ffmpeg: Option<PathBuf>,
}

/// Looks which decoders are there: `ffmpeg` on the path, or the program that `GATEBOOK_FFMPEG` names (empty:
/// none).
#[must_use]
pub fn decoders() -> Decoders {
    let named = std::env::var_os(VARIABLE);
    let ffmpeg = match named {
        Some(named) if named.is_empty() => None,
        Some(named) => Some(PathBuf::from(named)).filter(|path| path.is_file()),
        None => on_path("ffmpeg"),
    };
    Decoders { ffmpeg }
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}
