//! Where ONNX Runtime's library is looked for.

use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Folders a library may be installed in.
const FOLDERS: [&str; 7] = [
    "/usr/local/lib",
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/opt/onnxruntime/lib",
    "/usr/lib/gatebook",
];
const NAME: &str = "libonnxruntime.so";

/// Whether ONNX Runtime is used.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum OnnxRuntimeSetting {
    /// Where its library is found beside the program or where systems install libraries.
    #[default]
    Auto,
    /// Never.
    Off,
    /// The library in this file.
    At(PathBuf),
}

impl From<String> for OnnxRuntimeSetting {
    fn from(text: String) -> Self {
        match text.as_str() {
            "auto" => Self::Auto,
            "off" => Self::Off,
            path => Self::At(path.into()),
        }
    }
}

impl From<OnnxRuntimeSetting> for String {
    fn from(setting: OnnxRuntimeSetting) -> Self {
        match setting {
            OnnxRuntimeSetting::Auto => "auto".into(),
            OnnxRuntimeSetting::Off => "off".into(),
            OnnxRuntimeSetting::At(path) => path.to_string_lossy().into_owned(),
        }
    }
}

impl FromStr for OnnxRuntimeSetting {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.to_owned().into())
    }
}

/// The library, if it lies beside the program or in a folder where systems install libraries.
pub fn find() -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let beside = program
        .as_deref()
        .and_then(Path::parent)
        .map(Path::to_owned);
    let folders = beside.into_iter().chain(FOLDERS.map(PathBuf::from));
    folders.filter_map(|folder| within(&folder)).next()
}

/// The library in `folder`: under its bare name, else the newest of its versions by name.
fn within(folder: &Path) -> Option<PathBuf> {
    let bare = folder.join(NAME);
    if bare.is_file() {
        return Some(bare);
    }
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let versions = entries.map(|entry| entry.path()).filter(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| name.starts_with(NAME)) && path.is_file()
    });
    versions.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_is_auto_or_off_or_a_path() {
        let read = |text: &str| OnnxRuntimeSetting::from(text.to_owned());
        assert_eq!(read("auto"), OnnxRuntimeSetting::Auto);
        assert_eq!(read("off"), OnnxRuntimeSetting::Off);
        let path = OnnxRuntimeSetting::At("/opt/libonnxruntime.so.1".into());
        assert_eq!(read("/opt/libonnxruntime.so.1"), path);
        assert_eq!(String::from(path), "/opt/libonnxruntime.so.1");
    }

    #[test]
    fn a_library_is_found_under_its_name_with_a_version() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tmp/library");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("libonnxruntime.so.1.20.0"), "").unwrap();
        std::fs::write(folder.join("libonnxruntime_providers_shared.so"), "").unwrap();
        let found = within(&folder).unwrap();
        assert!(found.ends_with("libonnxruntime.so.1.20.0"), "{found:?}");
        assert_eq!(within(Path::new("/nowhere")), None);
    }
}
