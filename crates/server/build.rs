//! The page is embedded from `web/dist`: rebuild when it changes, and build without it where it
//! was not made yet (`make build` makes it first).

use std::path::Path;

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    if !dist.join("index.html").exists() {
        println!("cargo::warning=web/dist is missing: this binary will have no page (make build)");
        if let Err(error) = std::fs::create_dir_all(&dist) {
            println!("cargo::error=cannot make {}: {error}", dist.display());
        }
    }
    println!("cargo::rerun-if-changed={}", dist.display());
}
