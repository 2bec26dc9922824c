//! Brings the face models' weights to where `include_bytes!` finds them.
//!
//! The weights come from two pinned npm packages. Their archives are kept in a cache folder
//! (`GATEBOOK_MODEL_CACHE`, otherwise `target/models`), checked against the SHA-512 that the
//! registry publishes, and only the files that are needed are taken out of them. That is done
//! once per cache: a build script is not optimised, and hashing 40 MB takes it a while.

mod package;

use package::{Package, Wanted};
use std::path::{Path, PathBuf};
use std::{env, fs};

const PACKAGES: [Package; 2] = [
    Package {
        name: "@vladmandic/human",
        version: "3.3.6",
        sha512: "Nr5mPfq1gQ+uKeXY5uM3Fj8UxvF5CEh2s6txM5wRThqaW0mF9huooOuZSrT8hhGho0hGaXLFdAwfD/2+teCv6A==",
        files: &[
            Wanted::model("models/blazeface.json"),
            Wanted::model("models/blazeface.bin"),
            Wanted::model("models/facemesh.json"),
            Wanted::model("models/facemesh.bin"),
            Wanted::sample("assets/samples.jpg"),
            Wanted::sample("assets/screenshot-facematch.jpg"),
        ],
    },
    Package {
        name: "@vladmandic/face-api",
        version: "1.7.15",
        sha512: "WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==",
        files: &[
            Wanted::model("model/face_recognition_model-weights_manifest.json"),
            Wanted::model("model/face_recognition_model.bin"),
            Wanted::sample("demo/sample1.jpg"),
            Wanted::sample("demo/sample2.jpg"),
            Wanted::sample("demo/sample3.jpg"),
            Wanted::sample("demo/sample4.jpg"),
            Wanted::sample("demo/sample5.jpg"),
            Wanted::sample("demo/sample6.jpg"),
        ],
    },
];

fn main() {
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-env-changed=GATEBOOK_MODEL_CACHE");
    if let Err(reason) = run() {
        eprintln!("\nThe face models could not be prepared.\n{reason}\n");
        std::process::exit(1);
    }
}

fn run() -> Result<(), String> {
    let cache = cache_folder()?;
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|e| e.to_string())?);
    for package in &PACKAGES {
        let unpacked = package.prepare(&cache)?;
        for weights in package.weights() {
            copy(&unpacked.join(weights), &out.join(weights))?;
        }
        println!("cargo:rerun-if-changed={}", unpacked.display());
    }
    println!(
        "cargo:rustc-env=GATEBOOK_SAMPLES_BUILT={}",
        cache.join("samples").display()
    );
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to)
        .map(drop)
        .map_err(|e| format!("{}: {e}", from.display()))
}

fn cache_folder() -> Result<PathBuf, String> {
    if let Some(folder) = env::var_os("GATEBOOK_MODEL_CACHE") {
        return Ok(PathBuf::from(folder));
    }
    let room = env::var("CARGO_MANIFEST_DIR").map_err(|e| e.to_string())?;
    let root = Path::new(&room)
        .ancestors()
        .nth(2)
        .ok_or("the workspace has no root")?;
    Ok(root.join("target").join("models"))
}
