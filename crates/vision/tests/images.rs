//! Images of every kind come out right or are refused with the reason.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use jpeg_encoder::{ColorType, Encoder};
use proptest::prelude::*;
use vision::{Frame, Limits, VisionError};

const SIDE: u16 = 64;

/// A JPEG whose pixel at (x, y) is `pixel(x, y)`.
fn jpeg(kind: ColorType, exif: Option<&[u8]>, pixel: impl Fn(u16, u16) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 95);
    if let Some(exif) = exif {
        encoder.add_exif_metadata(exif).unwrap();
    }
    let pixels: Vec<u8> = (0..SIDE)
        .flat_map(|y| (0..SIDE).map(move |x| (x, y)))
        .flat_map(|(x, y)| pixel(x, y))
        .collect();
    encoder.encode(&pixels, SIDE, SIDE, kind).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Result<Frame, VisionError> {
    Frame::decode(bytes, Limits::UPLOAD)
}

fn colour(frame: &Frame, x: usize, y: usize) -> [u8; 3] {
    let start = (y * frame.width() + x) * 3;
    frame.rgb()[start..start + 3].try_into().unwrap()
}

fn close(a: [u8; 3], b: [u8; 3]) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 16)
}

#[test]
fn a_colour_jpeg_keeps_its_colours() {
    let frame = read(&jpeg(ColorType::Rgb, None, |_, _| vec![200, 80, 30])).unwrap();
    assert_eq!((frame.width(), frame.height()), (64, 64));
    assert!(
        close(colour(&frame, 30, 30), [200, 80, 30]),
        "{:?}",
        colour(&frame, 30, 30)
    );
}

#[test]
fn a_grey_jpeg_is_grey() {
    let frame = read(&jpeg(ColorType::Luma, None, |_, _| vec![90])).unwrap();
    assert!(
        close(colour(&frame, 5, 5), [90; 3]),
        "{:?}",
        colour(&frame, 5, 5)
    );
}

#[test]
fn a_cmyk_jpeg_comes_out_in_its_colours() {
    for kind in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        // No cyan, full magenta and yellow, no black: red.
        let frame = read(&jpeg(kind, None, |_, _| vec![0, 255, 255, 0])).unwrap();
        assert!(
            close(colour(&frame, 5, 5), [255, 0, 0]),
            "{kind:?} {:?}",
            colour(&frame, 5, 5)
        );
    }
}

/// A TIFF block with nothing but the orientation.
fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    block.extend([orientation, 0, 0, 0, 0, 0, 0]);
    block
}

#[test]
fn the_exif_orientation_is_applied() {
    // Stored with red on the left; to be turned a quarter clockwise red comes to the top.
    let stored = |x: u16, _| {
        if x < SIDE / 2 {
            vec![220, 20, 20]
        } else {
            vec![20, 20, 220]
        }
    };
    let frame = read(&jpeg(ColorType::Rgb, Some(&exif(6)), stored)).unwrap();
    assert!(close(colour(&frame, 32, 5), [220, 20, 20]));
    assert!(close(colour(&frame, 32, 60), [20, 20, 220]));
    let plain = read(&jpeg(ColorType::Rgb, Some(&exif(99)), stored)).unwrap();
    assert!(
        close(colour(&plain, 5, 32), [220, 20, 20]),
        "an orientation that is none is ignored"
    );
}

fn png(kind: png::ColorType, pixel: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(kind);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixel.repeat(64)).unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn png_of_each_colour_type_is_read() {
    for (kind, pixel, expected) in [
        (png::ColorType::Rgb, vec![1, 2, 3], [1, 2, 3]),
        (png::ColorType::Rgba, vec![1, 2, 3, 0], [1, 2, 3]),
        (png::ColorType::Grayscale, vec![7], [7, 7, 7]),
        (png::ColorType::GrayscaleAlpha, vec![7, 9], [7, 7, 7]),
    ] {
        assert_eq!(colour(&read(&png(kind, &pixel)).unwrap(), 3, 3), expected);
    }
}

#[test]
fn a_png_of_sixteen_bits_is_read_with_the_upper_eight() {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().unwrap();
    let pixel = [200, 9, 80, 99, 30, 255];
    writer.write_image_data(&pixel.repeat(64)).unwrap();
    writer.finish().unwrap();
    assert_eq!(colour(&read(&bytes).unwrap(), 3, 3), [200, 80, 30]);
}

#[test]
fn of_an_animated_png_the_first_picture_is_read() {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 8, 8);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    for picture in [[1, 2, 3], [90, 90, 90]] {
        writer.write_image_data(&picture.repeat(64)).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(colour(&read(&bytes).unwrap(), 7, 7), [1, 2, 3]);
}

/// Where a chunk of this kind begins: its length, four bytes before the name.
fn chunk(png: &[u8], kind: &[u8; 4]) -> usize {
    png.windows(4).position(|name| name == kind).unwrap() - 4
}

#[test]
fn a_png_that_lies_about_its_length_or_size_is_refused() {
    let whole = png(png::ColorType::Rgb, &[1, 2, 3]);
    for length in [0u32, 3, 0x00FF_FFFF, 0x7FFF_FFFF, 0xFFFF_FFFF] {
        let mut lying = whole.clone();
        let at = chunk(&lying, b"IDAT");
        lying[at..at + 4].copy_from_slice(&length.to_be_bytes());
        assert!(
            matches!(read(&lying), Err(VisionError::Damaged(_))),
            "{length}"
        );
    }
    // The header says 40,000 x 40,000; its checksum is not looked at before the size is.
    let mut giant = whole;
    let at = chunk(&giant, b"IHDR") + 8;
    giant[at..at + 8].copy_from_slice(&[0, 0, 0x9C, 0x40, 0, 0, 0x9C, 0x40]);
    assert!(read(&giant).is_err());
}

#[test]
fn a_jpeg_whose_segment_lies_about_its_length_is_refused() {
    let whole = jpeg(ColorType::Rgb, None, |x, _| vec![x as u8, 0, 0]);
    let tables = whole
        .windows(2)
        .position(|pair| pair == [0xFF, 0xDB])
        .unwrap();
    for length in [[0, 0], [0, 1], [0xFF, 0xFF]] {
        let mut lying = whole.clone();
        lying[tables + 2..tables + 4].copy_from_slice(&length);
        assert!(
            matches!(read(&lying), Err(VisionError::Damaged(_))),
            "{length:?}"
        );
    }
}

#[test]
fn what_is_no_image_is_refused() {
    for bytes in [
        b"".as_slice(),
        b"hello",
        b"GIF89a......",
        b"\x89PN",
        b"<svg/>",
    ] {
        assert_eq!(read(bytes), Err(VisionError::NotAnImage));
    }
}

#[test]
fn a_truncated_jpeg_is_refused_wherever_it_breaks_off() {
    let whole = jpeg(ColorType::Rgb, None, |x, y| {
        vec![x as u8 * 3, y as u8 * 3, 100]
    });
    assert!(read(&whole).is_ok());
    for length in 3..whole.len() - 1 {
        assert!(
            matches!(read(&whole[..length]), Err(VisionError::Damaged(_))),
            "cut to {length} of {}",
            whole.len()
        );
    }
}

#[test]
fn a_truncated_png_is_refused() {
    let whole = png(png::ColorType::Rgb, &[1, 2, 3]);
    for length in [20, 40, whole.len() - 20] {
        assert!(
            matches!(read(&whole[..length]), Err(VisionError::Damaged(_))),
            "{length}"
        );
    }
}

#[test]
fn a_jpeg_that_claims_a_giant_size_is_refused_before_memory_is_taken() {
    let mut giant = jpeg(ColorType::Rgb, None, |_, _| vec![0, 0, 0]);
    let frame_header = giant
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    giant[frame_header + 5..frame_header + 9].copy_from_slice(&[0x9C, 0x40, 0x9C, 0x40]);
    assert_eq!(
        read(&giant),
        Err(VisionError::TooManyPixels {
            width: 40_000,
            height: 40_000,
            limit: Limits::UPLOAD.pixels
        })
    );
}

#[test]
fn a_progressive_jpeg_may_have_fewer_pixels_for_it_takes_more_memory() {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 95);
    encoder.set_progressive(true);
    let pixels = [90; SIDE as usize * SIDE as usize * 3];
    encoder.encode(&pixels, SIDE, SIDE, ColorType::Rgb).unwrap();
    assert!(read(&bytes).is_ok());
    let header = bytes.windows(2).position(|pair| pair == [0xFF, 0xC2]);
    let size = header.unwrap() + 5;
    bytes[size..size + 4].copy_from_slice(&[0x0B, 0xB8, 0x0F, 0xA0]); // 3,000 x 4,000
    let refusal = read(&bytes);
    assert!(
        matches!(refusal, Err(VisionError::TooManyPixels { limit, .. }) if limit < 12_000_000),
        "{refusal:?}"
    );
}

#[test]
fn a_file_over_the_limit_is_refused_unread() {
    let limits = Limits {
        bytes: 10,
        ..Limits::UPLOAD
    };
    let refusal = Frame::decode(&[0; 11], limits);
    assert_eq!(
        refusal,
        Err(VisionError::TooManyBytes {
            bytes: 11,
            limit: 10
        })
    );
}

#[test]
fn a_crop_survives_its_way_through_jpeg() {
    let frame = read(&jpeg(ColorType::Rgb, None, |x, _| {
        vec![x as u8 * 4, 50, 50]
    }))
    .unwrap();
    let right_half = vision::Rect {
        x: 32.0,
        y: 0.0,
        width: 100.0,
        height: 64.0,
    };
    let crop = frame.crop(&right_half).unwrap();
    assert_eq!((crop.width(), crop.height()), (32, 64));
    let back = read(&crop.to_jpeg(90).unwrap()).unwrap();
    assert!(close(colour(&back, 16, 30), colour(&frame, 48, 30)));
    assert!(
        frame
            .crop(&vision::Rect {
                x: 90.0,
                y: 0.0,
                width: 5.0,
                height: 5.0
            })
            .is_none()
    );
}

proptest! {
    #[test]
    fn a_jpeg_with_broken_bytes_never_panics(
        at in 3usize..600, value in any::<u8>(), length in 1usize..40,
    ) {
        let mut bytes = jpeg(ColorType::Rgb, None, |x, y| vec![x as u8, y as u8, 9]);
        for byte in bytes.iter_mut().skip(at).take(length) {
            *byte ^= value;
        }
        if let Ok(frame) = read(&bytes) {
            prop_assert!(frame.width() * frame.height() <= Limits::UPLOAD.pixels);
        }
    }
}
