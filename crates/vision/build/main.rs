//! Brings the face models' weights to where `include_bytes!` finds them.
//!
//! The weights come from two pinned npm packages. Their archives are kept in a cache folder
//! (`GATEBOOK_MODEL_CACHE`, otherwise `target/models`), checked against the SHA-512 that the
//! registry publishes, and only the files that are needed are taken out of them. Those stay in the
//! cache too, and are hashed whenever they are used.

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
            Wanted::model(
                "models/blazeface.json",
                "jMIF4H4LW9jgdE0aS/EU0xsTooNlzqGqDFJYoxPJZ26KIB96PsE4IGJ0xPaX4Ux01Fx8BV2ewBwoaXwzZ6EOaQ==",
            ),
            Wanted::model(
                "models/blazeface.bin",
                "YgavjlHTE35c/YjHz8bp+GVqXPa0Z9wdbHq8A5eTOPeVANv1x0lC4NJj66Tk3VFr2guURQX69nVVRsuc0msbCA==",
            ),
            Wanted::model(
                "models/facemesh.json",
                "HG6jY6exbiqolQmH/0aEzghTKyweLmRyiKwuWreJEcs+nRUSK6XBZIlPKkOnCB/nIPIfMDfnV87B9rmKc6Xx7A==",
            ),
            Wanted::model(
                "models/facemesh.bin",
                "fTS3VM+GVgtiw4enkRjdY2TKEi8NDIK4E7dunFYAFyt0w9mbIbBRkj2YD4bpoLO0t7oK74M94brF8dUImGMOWg==",
            ),
            Wanted::model(
                "models/iris.json",
                "rtg2PysMTL5fBT+i/kMhy1lr/y4qQsftgeMN/MidO9ibnjyl8Q3InWUpUGMNSQvPZgvD3KHHn/mXvvqmDg1gWQ==",
            ),
            Wanted::model(
                "models/iris.bin",
                "7S4m8O3g4mbtp6B61nI/bKBaSuH+0mB6j7XwsauVM+jSXab3Ppq2LFvzE8StoZXg7v02QRw/WJcl4y1NQFeb2w==",
            ),
            Wanted::sample(
                "assets/samples.jpg",
                "S6MeDGVY2cDtkSs0Xef8RbGo+BF80Ev18i2LfmAhE+e7Bscszpw4cPoij+NOfWA0zFU4sA4SzNvsU0n7oZd9qw==",
            ),
            Wanted::sample(
                "assets/screenshot-facematch.jpg",
                "D2jwZCaC+OhUtL/dxrvKTzzXVjjum1im+Oj/UNgwwnvUCnEih0Ov4AKN6JqVqzsL7wmYkB2A76IN4t80ZI9Y9Q==",
            ),
        ],
    },
    Package {
        name: "@vladmandic/face-api",
        version: "1.7.15",
        sha512: "WDMmK3CfNLo8jylWqMoQgf4nIst3M0fzx1dnac96wv/dvMTN4DxC/Pq1DGtduDk1lktCamQ3MIDXFnvrdHTXDw==",
        files: &[
            Wanted::model(
                "model/face_recognition_model-weights_manifest.json",
                "QXh4TudilHfekzDrTiiX/TKsFh4Z1p0ERf35H5N8cLvPpsvmK8Vnt8hd4nzg/duj/Eq7ker0ExntqjadEM/DKw==",
            ),
            Wanted::model(
                "model/face_recognition_model.bin",
                "fKoSiZCNiEKWvapvyHDc3cEo1D7ZQxVUCbdojMIjY7Mi0rfxMJztUzQfCAB17TxvBSyPtmomlJ7ZYcsNbKmpDw==",
            ),
            Wanted::sample(
                "demo/sample1.jpg",
                "hCrBWdzXpan0XC0ij9DbezOGqqWr/84In72a+NMq7tJ3L7u0TGpxzisN8gRGlCqyS7z5HjrKGe0I2ZbxGjcmyw==",
            ),
            Wanted::sample(
                "demo/sample2.jpg",
                "FEgCt2yM+qLJhnjAxf7kwCNrpYVaNbpYSetjo5hHTEoYDJXoXf+gxCss+zrIU+EB2aVFFtDx7S5lSPoYrbGcfw==",
            ),
            Wanted::sample(
                "demo/sample3.jpg",
                "ZZ7CGq3B7eb6N3VDtmnlhC3hA+uZTtOI9lwYfm3lXoaKP8LpHAkEQR5N1H73VxHJ/+trtn+ZHf+Odc8I5HEMHg==",
            ),
            Wanted::sample(
                "demo/sample4.jpg",
                "q5GnTOZ2pkTRCT4F0C/dbHq9Gm4u/SP81PeSGvwUZYj9trF6b+/8ToP2LN6MdCXgHrNaXuFIzW5FHyB+CaYipQ==",
            ),
            Wanted::sample(
                "demo/sample5.jpg",
                "tgNz4jtk7PhTiP4CBUBOZ2oUL1rIPHNgytAIpWaHXvCGALd0QuSnVtjJmXifHvznXNxqfX3xHsL+w41USypJJg==",
            ),
            Wanted::sample(
                "demo/sample6.jpg",
                "8L+6dKuYe9sVZAAZEl41Z02/LylLAm0vTVshmeJG2M5eMXOWO4f8lUYXtPhFp3dbsXU6WmROk5omU8/IUvxE6g==",
            ),
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
