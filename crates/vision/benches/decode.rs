//! Time and memory that bad and large images cost, each read in a process of its own.
//!
//! `cargo bench -p gatebook-vision --bench decode` (Linux: memory is the peak of resident pages, `VmHWM`).
#![allow(clippy::unwrap_used, clippy::expect_used)]

use jpeg_encoder::{ColorType, Encoder};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;
use vision::{Frame, Limits};

/// Names the file that a process started by this one reads.
const FILE: &str = "GATEBOOK_BENCH_IMAGE";

fn main() {
    if let Some(path) = std::env::var_os(FILE) {
        read(&std::fs::read(path).unwrap());
        return;
    }
    let folder = std::env::temp_dir().join(format!("gatebook-decode-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in images() {
        let path = folder.join("image");
        std::fs::File::create(&path)
            .unwrap()
            .write_all(&bytes)
            .unwrap();
        let child = Command::new(std::env::current_exe().unwrap())
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        println!("{name:<40} {:>9} bytes {}", bytes.len(), said.trim());
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

fn read(bytes: &[u8]) {
    let before = peak();
    let started = Instant::now();
    let outcome = Frame::decode(bytes, Limits::UPLOAD);
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    let said = match &outcome {
        Ok(frame) => format!("read, {} x {}", frame.width(), frame.height()),
        Err(reason) => format!("refused: {reason}"),
    };
    let memory = peak().saturating_sub(before) / 1_024;
    println!("{milliseconds:8.1} ms {memory:4} MiB  {said}");
}

/// Most memory this process ever had, KiB.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn images() -> Vec<(&'static str, Vec<u8>)> {
    let small = jpeg(640, 480, Kind::Plain, None);
    let mut giant = small.clone();
    let header = giant
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    giant[header + 5..header + 9].copy_from_slice(&[0x9C, 0x40, 0x9C, 0x40]);
    let large = jpeg(5_472, 3_648, Kind::Plain, None);
    let cut = large[..large.len() / 2].to_vec();
    let turned = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".as_slice();
    vec![
        ("not an image, 16 MiB", vec![7; 16 << 20]),
        ("claims 40,000 x 40,000", giant),
        ("20 megapixels, breaks off in the middle", cut),
        ("12 megapixels", jpeg(4_032, 3_024, Kind::Plain, None)),
        (
            "12 megapixels, to be turned a quarter",
            jpeg(4_032, 3_024, Kind::Plain, Some(turned)),
        ),
        (
            "12 megapixels, progressive",
            jpeg(4_032, 3_024, Kind::Progressive(4), None),
        ),
        (
            "9 megapixels, progressive",
            jpeg(3_456, 2_592, Kind::Progressive(4), None),
        ),
        (
            "9 megapixels, progressive in 61 scans",
            jpeg(3_456, 2_592, Kind::Progressive(21), None),
        ),
        ("20 megapixels", large),
        ("20 megapixels, PNG of 16 bits", png(5_472, 3_648, false)),
        ("8 megapixels, animated PNG", png(4_000, 2_000, true)),
    ]
}

#[derive(Clone, Copy)]
enum Kind {
    Plain,
    Progressive(u8),
}

fn jpeg(width: u16, height: u16, kind: Kind, exif: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 85);
    match kind {
        Kind::Plain => {}
        Kind::Progressive(scans) => encoder.set_progressive_scans(scans),
    }
    if let Some(exif) = exif {
        encoder.add_exif_metadata(exif).unwrap();
    }
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height))
        .flat_map(|n| [(n % 251) as u8, (n / 257 % 241) as u8, (n % 17 * 9) as u8])
        .collect();
    encoder
        .encode(&pixels, width, height, ColorType::Rgb)
        .unwrap();
    bytes
}

fn png(width: u32, height: u32, animated: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Sixteen);
    if animated {
        encoder.set_animated(2, 0).unwrap();
    }
    let mut writer = encoder.write_header().unwrap();
    let pixels = vec![90; width as usize * height as usize * 8];
    for _ in 0..=usize::from(animated) {
        writer.write_image_data(&pixels).unwrap();
    }
    writer.finish().unwrap();
    bytes
}
