//! `cargo run --release -p gatebook-fingerprint --example explain -- FOLDER IMAGE [IMAGE]`: draws each step from an
//! image to its minutiae, and with two images the pairs.
#![allow(clippy::expect_used)]

use fingerprint::{GreyImage, Picture, explain, explain_pair};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder");
    let images: Vec<GreyImage> = arguments.map(|path| read(&path)).collect();
    for (number, image) in images.iter().enumerate() {
        let prefix = if number == 0 { "" } else { "other-" };
        for picture in explain(image).expect("a finger") {
            write(&folder, prefix, &picture);
        }
    }
    if let [one, other] = images.as_slice() {
        let (picture, said) = explain_pair(one, other).expect("two fingers");
        write(&folder, "", &picture);
        println!("{said}");
    }
}

fn read(path: &str) -> GreyImage {
    let bytes = std::fs::read(path).expect("a file that can be read");
    GreyImage::from_file(&bytes, 500).expect("an image of a finger")
}

fn write(folder: &str, prefix: &str, picture: &Picture) {
    let path = format!("{folder}/{prefix}{}.png", picture.name);
    std::fs::write(path, &picture.png).expect("a folder that can be written");
}
