//! Records of ISO/IEC 19794-2:2005 written out byte by byte from the clauses of the standard, not by our writer; and what
//! our writer says of ridges whose ends are known, read byte by byte.
//!
//! What is checked: the general header (format, version, length, equipment, size, resolution, count of views), the header of a view
//! (position, number and kind of impression, quality, count), type and place of a minutia in 2 and 14 bits, the angle (counter-clockwise
//! from the x axis to the right, 256 units of 1.40625 degrees, along the ridge that ends or the valley that a fork closes),
//! qualities that were not given, extended data, other resolutions, differing in x and y.
#![allow(clippy::unwrap_used)]

mod stripes;

use fingerprint::{Error, Kind, extract, iso};
use stripes::stripes;

/// A general header: size and resolution given, `views` promised; the length is filled in by [`record`].
fn head(size: [u16; 2], per_cm: [u16; 2], views: u8) -> Vec<u8> {
    let mut head = vec![
        0x46, 0x4d, 0x52, 0x00, // "FMR", ended by zero
        0x20, 0x32, 0x30, 0x00, // " 20", ended by zero
        0, 0, 0, 0, // length of the record
        0x81, 0x5a, // certified equipment (four bits), its number (twelve)
    ];
    for word in size.into_iter().chain(per_cm) {
        head.extend([(word >> 8) as u8, (word & 0xff) as u8]);
    }
    head.extend([views, 0x00]); // views, reserved
    assert_eq!(head.len(), 24);
    head
}

/// The parts one after the other, with the length of all where the header has room for it.
fn record(parts: &[&[u8]]) -> Vec<u8> {
    let mut all = parts.concat();
    let length = all.len();
    all[8..12].copy_from_slice(&[0, 0, (length >> 8) as u8, (length & 0xff) as u8]);
    all
}

/// The way that an angle of ours points: to the right, and down.
fn way(angle: u8) -> (f32, f32) {
    let turn = f32::from(angle) * std::f32::consts::TAU / 256.0;
    (turn.cos().round() + 0.0, turn.sin().round() + 0.0)
}

#[test]
fn a_record_of_two_views_is_read_as_the_clauses_say() {
    let bytes = record(&[
        &head([0x0190, 0x01f4], [197, 197], 2),
        // Right index (2), view 0 of a live plain impression (0), quality 80, three minutiae.
        &[0x02, 0x00, 0x50, 0x03],
        // An end (01) at (100, 200), 0 units: to the right; quality 90.
        &[0x40, 0x64, 0x00, 0xc8, 0x00, 0x5a],
        // A fork (10) at (300, 5), 64 units: 90 degrees, up; quality 60.
        &[0x81, 0x2c, 0x00, 0x05, 0x40, 0x3c],
        // An end at (10, 499), 192 units: 270 degrees, down; quality 30.
        &[0x40, 0x0a, 0x01, 0xf3, 0xc0, 0x1e],
        &[0x00, 0x00], // no extended data
        // Left little finger (10), view 1 of a live rolled impression (1), quality 100, one minutia.
        &[0x0a, 0x11, 0x64, 0x01],
        // An end at (399, 0), 128 units: 180 degrees, to the left; quality not given.
        &[0x41, 0x8f, 0x00, 0x00, 0x80, 0x00],
        &[0x00, 0x00],
    ]);
    let views = iso::import(&bytes).unwrap();
    assert_eq!(views.len(), 2);
    let [index, little] = [&views[0], &views[1]];
    assert_eq!((index.position, little.position), (2, 10));
    assert_eq!(
        (index.template.quality(), little.template.quality()),
        (80, 100)
    );
    assert_eq!(
        (index.template.width(), index.template.height()),
        (400, 500)
    );
    let seen = |view: &iso::View| -> Vec<(u16, u16, Kind, (f32, f32))> {
        let minutiae = view.template.minutiae().iter();
        minutiae.map(|m| (m.x, m.y, m.kind, way(m.angle))).collect()
    };
    // Rows run downwards, so what points up has a negative second number.
    assert_eq!(
        seen(index),
        [
            (100, 200, Kind::Ending, (1.0, 0.0)),
            (300, 5, Kind::Bifurcation, (0.0, -1.0)),
            (10, 499, Kind::Ending, (0.0, 1.0)),
        ]
    );
    assert_eq!(seen(little), [(399, 0, Kind::Ending, (-1.0, 0.0))]);
    let qualities: Vec<u8> = index
        .template
        .minutiae()
        .iter()
        .map(|m| m.quality)
        .collect();
    assert_eq!(qualities, [90, 60, 30]);
    // Not given is neither good nor bad.
    assert_eq!(little.template.minutiae()[0].quality, 50);
    assert!(!index.template.has_ridges());
}

#[test]
fn an_angle_counts_up_against_the_clock_in_256ths_of_a_turn() {
    // 45, 135, 225 and 315 degrees; and one unit, 1.40625 degrees above the x axis.
    let units = [0x20, 0x60, 0xa0, 0xe0, 0x01];
    let mut view = vec![0x01, 0x00, 0x32, units.len() as u8];
    for (i, unit) in (0..).zip(units) {
        view.extend([0x40, 50, 0x00, 50 + i, unit, 100 - i]);
    }
    view.extend([0x00, 0x00]);
    let views = iso::import(&record(&[&head([256, 288], [197, 197], 1), &view])).unwrap();
    let angles: Vec<f32> = views[0]
        .template
        .minutiae()
        .iter()
        .map(|m| m.radians())
        .collect();
    let up = |angle: f32| (-angle.sin().to_degrees().signum(), angle.cos().signum());
    assert_eq!(up(angles[0]), (1.0, 1.0));
    assert_eq!(up(angles[1]), (1.0, -1.0));
    assert_eq!(up(angles[2]), (-1.0, -1.0));
    assert_eq!(up(angles[3]), (-1.0, 1.0));
    let unit = std::f32::consts::TAU - angles[4];
    assert!((unit.to_degrees() - 1.40625).abs() < 1e-3, "{unit}");
}

#[test]
fn other_resolutions_are_brought_to_500_dpi_each_axis_by_its_own() {
    // 1,000 dpi across (394 pixels a centimetre), 250 dpi down (98): 800 x 125 pixels are 20 x 13 mm.
    let bytes = record(&[
        &head([800, 125], [394, 98], 1),
        &[0x06, 0x00, 0x28, 0x02],
        // (600, 50) is 15.2 mm from the left and 5.1 mm from the top.
        &[0x42, 0x58, 0x00, 0x32, 0x40, 0x46],
        // (0x031f, 124), the last pixel.
        &[0x43, 0x1f, 0x00, 0x7c, 0x40, 0x14],
        &[0x00, 0x00],
    ]);
    let view = iso::import(&bytes).unwrap().remove(0);
    assert_eq!((view.template.width(), view.template.height()), (400, 251));
    let first = view.template.minutiae()[0];
    let millimetres = |pixels: u16| f32::from(pixels) * 10.0 / 197.0;
    assert!(
        (millimetres(first.x) - 6000.0 / 394.0).abs() < 0.05,
        "{first:?}"
    );
    assert!(
        (millimetres(first.y) - 500.0 / 98.0).abs() < 0.05,
        "{first:?}"
    );
}

#[test]
fn extended_data_is_passed_over_and_the_next_view_found_behind_it() {
    let bytes = record(&[
        &head([256, 288], [197, 197], 2),
        &[0x03, 0x00, 0x3c, 0x01],
        &[0x40, 0x20, 0x00, 0x30, 0x10, 0x40],
        // Twelve bytes: one area of ridge counts (type 1), twelve bytes with its own head: four neighbours by quadrant (1),
        // two triples of minutia, neighbour, ridges between (and one byte that fills up).
        &[0x00, 0x0c],
        &[
            0x00, 0x01, 0x00, 0x0c, 0x01, 0x01, 0x02, 0x05, 0x01, 0x03, 0x07, 0x00,
        ],
        &[0x03, 0x10, 0x3d, 0x01],
        &[0x80, 0x21, 0x00, 0x31, 0x10, 0x41],
        // An area of a maker's own (type 0x0100), six bytes.
        &[0x00, 0x06],
        &[0x01, 0x00, 0x00, 0x06, 0xff, 0xff],
    ]);
    let views = iso::import(&bytes).unwrap();
    let places: Vec<(u16, u16)> = views
        .iter()
        .map(|v| (v.template.minutiae()[0].x, v.template.minutiae()[0].y))
        .collect();
    assert_eq!(places, [(0x20, 0x30), (0x21, 0x31)]);
    assert_eq!(views[1].template.quality(), 61);
    // One byte of extended data less than promised is a cut record.
    let mut cut = bytes[..bytes.len() - 1].to_vec();
    let length = cut.len() as u8;
    cut[11] = length;
    assert!(matches!(iso::import(&cut), Err(Error::Iso(_))));
}

#[test]
fn kinds_and_reserved_bits_are_told_from_coordinates() {
    let bytes = record(&[
        &head([256, 288], [197, 197], 1),
        &[0x00, 0x00, 0x32, 0x03],
        // Other (00): counted and left out.
        &[0x00, 0x10, 0x00, 0x10, 0x00, 0x32],
        // Reserved bits before y are set: they are no part of it.
        &[0x40, 0xff, 0xc1, 0x1f, 0x00, 0x32],
        &[0x80, 0x00, 0x00, 0x00, 0x00, 0x32],
        &[0x00, 0x00],
    ]);
    let view = iso::import(&bytes).unwrap().remove(0);
    assert_eq!((view.position, view.left_out), (0, 1));
    let kept: Vec<(u16, u16, Kind)> = view
        .template
        .minutiae()
        .iter()
        .map(|m| (m.x, m.y, m.kind))
        .collect();
    assert_eq!(kept, [(255, 287, Kind::Ending), (0, 0, Kind::Bifurcation)]);
}

#[test]
fn a_view_more_or_less_than_promised_is_refused() {
    let view: &[u8] = &[
        0x01, 0x00, 0x32, 0x01, 0x40, 0x10, 0x00, 0x10, 0x00, 0x32, 0x00, 0x00,
    ];
    let with = |promised: u8, views: usize| {
        let mut parts = vec![head([256, 288], [197, 197], promised)];
        parts.extend(std::iter::repeat_n(view.to_vec(), views));
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        iso::import(&record(&parts)).map(|views| views.len())
    };
    assert_eq!(with(3, 3), Ok(3));
    assert!(with(2, 3).is_err() && with(3, 2).is_err() && with(0, 0).is_err());
}

/// Ends and forks of known ridges, through extraction and our writer; the bytes are read here.
#[test]
fn what_is_written_of_known_ridges_lies_and_points_as_the_clauses_say() {
    for upright in [true, false] {
        let (image, places) = stripes(upright);
        let bytes = iso::export(&[(7, &extract(&image).unwrap())]).unwrap();
        assert_eq!(bytes[..8], [0x46, 0x4d, 0x52, 0x00, 0x20, 0x32, 0x30, 0x00]);
        assert_eq!(bytes[8..12], (bytes.len() as u32).to_be_bytes());
        assert_eq!(
            bytes[14..24],
            [0x01, 0x18, 0x01, 0x18, 0x00, 0xc5, 0x00, 0xc5, 0x01, 0x00]
        );
        assert_eq!(bytes[24..26], [0x07, 0x00]);
        assert!((1..=100).contains(&bytes[26]));
        let count = usize::from(bytes[27]);
        assert_eq!(bytes.len(), 28 + 6 * count + 2);
        assert_eq!(bytes[28 + 6 * count..], [0x00, 0x00]);
        let (mut ends, mut forks) = (0, 0);
        for m in bytes[28..28 + 6 * count].chunks_exact(6) {
            assert!([1, 2].contains(&(m[0] >> 6)) && m[2] >> 6 == 0);
            assert!((1..=100).contains(&m[5]));
            let x = f32::from(u16::from(m[0] & 0x3f) << 8 | u16::from(m[1]));
            let y = f32::from(u16::from(m[2] & 0x3f) << 8 | u16::from(m[3]));
            let Some(place) = places.iter().find(|p| (p.x - x).hypot(p.y - y) < 9.0) else {
                continue;
            };
            // Against the clock here, with it there.
            let off = m[4].wrapping_add(place.angle);
            if m[0] >> 6 == 1 {
                assert!((off as i8).unsigned_abs() < 8, "{place:?} {m:?}");
                ends += 1;
            } else {
                // Along the ridges; which way is not asserted: a fork as wide open as these is told apart badly.
                assert!(
                    (off.wrapping_mul(2) as i8).unsigned_abs() < 16,
                    "{place:?} {m:?}"
                );
                forks += 1;
            }
        }
        assert!(
            ends >= 6 && forks >= 1 && ends + forks >= 10,
            "{ends} ends, {forks} forks"
        );
    }
}
