//! `cargo run --release -p gatebook-fingerprint --example explain -- IMAGE FOLDER`: draws each step.
#![allow(clippy::expect_used)]

use fingerprint::{GreyImage, explain, extract};
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let image = arguments.next().expect("an image");
    let folder = arguments.next().expect("a folder");
    let bytes = std::fs::read(&image).expect("readable");
    let image = GreyImage::from_file(&bytes, 500).expect("an image of a finger");
    for picture in explain(&image).expect("a finger") {
        let path = format!("{folder}/{}.png", picture.name);
        std::fs::write(path, picture.png).expect("a folder that can be written");
    }
    let _ = extract(&image);
    let start = Instant::now();
    for _ in 0..10 {
        let _ = extract(&image);
    }
    println!(
        "extraction: {:.1} ms",
        start.elapsed().as_secs_f64() * 100.0
    );
    let template = extract(&image).expect("a print");
    let n = template.minutiae().len();
    let bytes = template.to_bytes();
    assert_eq!(Template::from_bytes(&bytes).as_ref(), Ok(&template));
    println!(
        "{n} minutiae, quality {}, {} bytes",
        template.quality(),
        bytes.len()
    );
}
use fingerprint::Template;
