//! Records and templates from anywhere: whatever the bytes, an answer; what was written is read again.
#![allow(clippy::unwrap_used)]

#[path = "wire/targets.rs"]
mod targets;

use fingerprint::{Error, Template, iso};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

#[test]
fn records_and_templates_of_the_corpus_at_every_length() {
    for name in ["iso_record", "fingerprint_template"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../fuzz/corpus")
            .join(name);
        for file in fs::read_dir(folder).unwrap() {
            let bytes = fs::read(file.unwrap().path()).unwrap();
            for end in 0..=bytes.len() {
                targets::iso_record(&bytes[..end]);
                targets::template(&bytes[..end]);
            }
        }
    }
}

/// A template with the minutiae given (x, y, angle, fork, quality), in the bytes of version 1.
fn template(points: &[(u16, u16, u8, bool, u8)]) -> Template {
    let mut bytes = b"GBF\x01".to_vec();
    bytes.extend(256u16.to_le_bytes());
    bytes.extend(288u16.to_le_bytes());
    bytes.extend([0, 0, 70, points.len() as u8]);
    for (x, y, angle, fork, quality) in points {
        let packed = u64::from(*x)
            | u64::from(*y) << 11
            | u64::from(*angle) << 22
            | u64::from(*fork) << 30
            | u64::from(*quality) << 31;
        bytes.extend(&packed.to_le_bytes()[..5]);
    }
    Template::from_bytes(&bytes).unwrap()
}

fn points() -> impl Strategy<Value = Vec<(u16, u16, u8, bool, u8)>> {
    let point = (0u16..256, 0u16..288, any::<u8>(), any::<bool>(), 1u8..=100);
    prop::collection::vec(point, 0..80).prop_map(|mut points| {
        // A record is read with the clearest first.
        points.sort_by_key(|p| std::cmp::Reverse(p.4));
        points
    })
}

proptest! {
    #[test]
    fn a_record_brings_every_minutia_back(points in points(), position in 0u8..=10) {
        let template = template(&points);
        let record = iso::export(&[(position, &template), (position, &template)]).unwrap();
        let views = iso::import(&record).unwrap();
        prop_assert_eq!(views.len(), 2);
        for view in views {
            prop_assert_eq!(view.position, position);
            prop_assert_eq!(view.left_out, 0);
            prop_assert_eq!(&view.template, &template);
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        targets::iso_record(&bytes);
        targets::template(&bytes);
    }

    #[test]
    fn a_head_with_any_tail_is_answered(tail in prop::collection::vec(any::<u8>(), 0..1900)) {
        let mut bytes = b"GBF\x01\x00\x01\x20\x01\x15\x18\x40\x00".to_vec();
        bytes.extend(tail);
        // The picture of the ridges decodes from anything; what comes out packs into something readable again.
        let read = Template::from_bytes(&bytes).unwrap();
        targets::template(&bytes);
        prop_assert!(read.has_ridges());
    }
}

#[test]
fn a_record_that_lies_about_its_length_or_its_image_is_refused() {
    let good = iso::export(&[(1, &template(&[(10, 20, 30, true, 40)]))]).unwrap();
    assert!(iso::import(&good).is_ok());
    let changed = |at: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[at] = value;
        iso::import(&bytes)
    };
    assert!(matches!(changed(11, 1), Err(Error::Iso(_))));
    assert!(matches!(changed(22, 2), Err(Error::Iso(_))));
    assert!(matches!(changed(24, 11), Err(Error::Iso(_))));
    assert!(matches!(changed(27, 200), Err(Error::Iso(_))));
    assert!(matches!(changed(18, 0xff), Err(Error::Iso(_))));
    assert!(matches!(iso::export(&[]), Err(Error::Iso(_))));
}
