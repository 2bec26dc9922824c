//! Real photographs through the whole pipeline.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{engine, frame, photograph};
use model::PersonId;
use uuid::Uuid;
use vision::enrolment::{self, Candidate, Finding};
use vision::{Attention, Effort, Face, Frame, Gallery, Look, Purpose, Rect, Template};

/// The overview of faces: its first row shows one man in different photographs. Tiles of 104
/// pixels.
fn tile(sheet: &Frame, row: usize, column: usize) -> Frame {
    let x = 3.4 + 106.4 * column as f32;
    let y = 284.0 + 112.2 * row as f32;
    sheet
        .crop(&Rect {
            x: x.round(),
            y: y.round(),
            width: 104.0,
            height: 104.0,
        })
        .unwrap()
}

fn only_face(frame: &Frame) -> Face {
    let faces = engine().analyse_with(frame, Effort::Mirrored).unwrap();
    faces.into_iter().next().expect("a face")
}

fn template(sheet: &Frame, row: usize, column: usize) -> Template {
    only_face(&tile(sheet, row, column)).template
}

fn jpeg(frame: &Frame) -> Vec<u8> {
    frame.to_jpeg(95).unwrap()
}

/// As PNG: the edges of JPEG's blocks pass for detail.
fn lossless(frame: &Frame) -> Vec<u8> {
    let mut bytes = Vec::new();
    let side = |pixels: usize| u32::try_from(pixels).unwrap();
    let mut encoder = png::Encoder::new(&mut bytes, side(frame.width()), side(frame.height()));
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(frame.rgb()).unwrap();
    writer.finish().unwrap();
    bytes
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// The faces of a photograph of other people.
fn strangers() -> Vec<Face> {
    engine()
        .analyse_with(&frame("sample6.jpg"), Effort::Mirrored)
        .unwrap()
}

#[test]
fn everybody_on_a_photograph_of_a_party_is_found() {
    for (name, people) in [("sample1.jpg", 3), ("sample3.jpg", 3), ("sample6.jpg", 4)] {
        let photograph = frame(name);
        let faces = engine().analyse(&photograph).unwrap();
        assert_eq!(faces.len(), people, "{name}");
        assert!(faces.iter().all(|face| face.landmarks.presence > 0.5));
    }
}

#[test]
fn looking_at_the_eyes_lays_the_lids_about_them_and_leaves_the_rest_as_it_was() {
    // Both corners, and a point of each lid between them.
    const EYES: [[usize; 4]; 2] = [[33, 133, 159, 145], [263, 362, 386, 374]];
    const NOSE: usize = 1;
    for name in ["sample1.jpg", "sample6.jpg"] {
        let image = photograph(name);
        let look = |purpose| match engine().look(&image, purpose).unwrap() {
            Look::Seen(seen) => seen.faces,
            Look::Unreadable(reason) => panic!("{reason}"),
        };
        let (live, asked) = (
            look(Purpose::Live),
            look(Purpose::Asked(Attention::everywhere())),
        );
        assert_eq!(live.len(), asked.len());
        for (before, after) in live.iter().zip(&asked) {
            assert_eq!(before.template, after.template);
            let place = |face: &Face, n| face.landmarks.point(n).unwrap();
            assert_eq!(place(before, NOSE), place(after, NOSE));
            for eye in EYES {
                let width = place(before, eye[0]).distance(place(before, eye[1]));
                for n in eye {
                    let moved = place(before, n).distance(place(after, n));
                    assert!(
                        moved > 0.0 && moved < width * 0.35,
                        "{name}: {moved} of {width}"
                    );
                }
            }
        }
    }
}

#[test]
fn eyes_that_are_shut_are_seen_as_shut_when_they_are_looked_at() {
    // Corners, and a point of each lid between them.
    const EYES: [[usize; 4]; 2] = [[33, 133, 159, 145], [263, 362, 386, 374]];
    let purpose = Purpose::Asked(Attention::everywhere());
    let Look::Seen(mut seen) = engine().look(&photograph("sample1.jpg"), purpose).unwrap() else {
        panic!("it can be read");
    };
    seen.faces.sort_by(|a, b| a.bounds.x.total_cmp(&b.bounds.x));
    let openness = |face: &Face| {
        let place = |n| face.landmarks.point(n).unwrap();
        let of = |[outer, inner, upper, lower]: [usize; 4]| {
            place(upper).distance(place(lower)) / place(outer).distance(place(inner))
        };
        EYES.map(of).iter().sum::<f32>() / 2.0
    };
    // The woman in the middle looks down at her telephone, both others into the camera.
    let [left, middle, right] = [0, 1, 2].map(|n| openness(&seen.faces[n]));
    let open = left.min(right);
    assert!(middle < open * 0.6, "{left}, {middle}, {right}");
}

#[test]
fn a_photograph_without_people_has_no_faces() {
    let pattern = |i: usize| [(i % 251) as u8, (i / 640 % 253) as u8, (i % 97) as u8];
    let frame = Frame::from_rgb(640, 480, (0..640 * 480).flat_map(pattern).collect()).unwrap();
    assert!(engine().analyse(&frame).unwrap().is_empty());
}

#[test]
fn a_person_is_known_on_other_photographs_and_others_are_not() {
    let sheet = frame("screenshot-facematch.jpg");
    let gallery = Gallery::default();
    let enrolled = [1, 3, 5].map(|column| template(&sheet, 0, column));
    gallery.set(person(1), &enrolled).unwrap();
    let known = |face: &Template| gallery.search(face).unwrap().is_known();
    let seen = [0, 2, 4, 6]
        .into_iter()
        .filter(|column| known(&template(&sheet, 0, *column)));
    assert!(seen.count() >= 3);
    assert!(!strangers().iter().any(|face| known(&face.template)));
}

#[test]
fn the_size_of_the_picture_hardly_changes_the_template() {
    let photograph = frame("sample1.jpg");
    let large = only_face(&photograph);
    let around = large.bounds.scaled(3.0);
    let near = only_face(&photograph.crop(&around).unwrap());
    assert!(large.template.cosine(&near.template) > 0.97);
}

#[test]
fn a_frame_on_its_side_is_still_read_without_harm() {
    let photograph = frame("sample1.jpg");
    for size in [(1, 1), (3, 900), (900, 3), (32, 32)] {
        let strip = Rect {
            x: 400.0,
            y: 100.0,
            width: size.0 as f32,
            height: size.1 as f32,
        };
        assert!(engine().analyse(&photograph.crop(&strip).unwrap()).is_ok());
    }
}

/// What enrolment says of each image.
fn judged(images: &[Vec<u8>], gallery: &Gallery, person: Option<PersonId>) -> Vec<Candidate> {
    let taken = images.iter().take(enrolment::MOST_IMAGES);
    let looks: Vec<_> = taken
        .map(|image| engine().look(image, Purpose::Enrolment).unwrap())
        .collect();
    enrolment::judge(&looks, images.len(), gallery, person)
}

#[test]
fn enrolment_says_per_image_what_is_wrong() {
    let sheet = frame("screenshot-facematch.jpg");
    let portrait = |row, column| jpeg(&enlarged(&tile(&sheet, row, column)));
    let grey = Frame::from_rgb(200, 200, vec![128; 200 * 200 * 3]).unwrap();
    let dark: Vec<u8> = enlarged(&tile(&sheet, 0, 3))
        .rgb()
        .iter()
        .map(|v| v / 8)
        .collect();
    let dark = Frame::from_rgb(416, 416, dark).unwrap();
    let images = [
        portrait(0, 1),
        portrait(0, 3),
        portrait(0, 5),
        portrait(1, 9),
        b"not an image".to_vec(),
        jpeg(&grey),
        photograph("sample3.jpg"),
        jpeg(&tile(&sheet, 0, 2)),
        jpeg(&dark),
        lossless(&blurred(&blurred(&enlarged(&tile(&sheet, 0, 5)), 8), 8)),
    ];
    let judged = judged(&images, &Gallery::default(), None);
    let findings: Vec<&[Finding]> = judged.iter().map(|one| one.findings.as_slice()).collect();
    for (index, found) in findings.iter().enumerate() {
        println!("{index}: {found:?}");
    }
    assert!(findings[..3].iter().all(|found| found.is_empty()));
    assert!(findings[3].contains(&Finding::UnlikeTheOthers));
    assert!(matches!(findings[4], [Finding::Unreadable { .. }]));
    assert_eq!(findings[5], [Finding::NoFace]);
    assert!(matches!(findings[6], [Finding::SeveralFaces { .. }]));
    assert!(matches!(
        findings[7].first(),
        Some(Finding::TooSmall { .. })
    ));
    assert!(findings[8].contains(&Finding::Dark));
    assert!(findings[9].contains(&Finding::Blurred));
}

#[test]
fn enrolling_somebody_twice_is_noticed_except_for_the_person_themselves() {
    let sheet = frame("screenshot-facematch.jpg");
    let image = jpeg(&enlarged(&tile(&sheet, 0, 1)));
    let gallery = Gallery::default();
    gallery.set(person(7), &[template(&sheet, 0, 1)]).unwrap();
    let judge = |who| judged(std::slice::from_ref(&image), &gallery, who);
    assert!(
        matches!(judge(None)[0].findings[..], [Finding::AlreadyEnrolled { person: p, .. }] if p == person(7))
    );
    assert!(judge(Some(person(7)))[0].is_accepted());
}

#[test]
fn an_eleventh_image_is_not_taken() {
    let images = vec![b"x".to_vec(); 11];
    let judged = judged(&images, &Gallery::default(), None);
    assert_eq!(judged[10].findings, [Finding::OneTooMany]);
}

#[test]
fn a_face_is_verified_against_its_own_person_only() {
    let sheet = frame("screenshot-facematch.jpg");
    let gallery = Gallery::default();
    gallery
        .set(person(1), &[1, 3].map(|column| template(&sheet, 0, column)))
        .unwrap();
    let verify = |row, column| {
        gallery
            .verify(person(1), &template(&sheet, row, column))
            .unwrap()
    };
    assert!(verify(0, 5).agrees());
    let others = strangers();
    assert!(
        !others
            .iter()
            .any(|face| gallery.verify(person(1), &face.template).unwrap().agrees())
    );
    assert!(gallery.verify(person(2), &template(&sheet, 0, 1)).is_none());
}

/// Four times the size, smoothly.
fn enlarged(frame: &Frame) -> Frame {
    let (width, height) = (frame.width(), frame.height());
    let at = |x: usize, y: usize| {
        let start = (y.min(height - 1) * width + x.min(width - 1)) * 3;
        &frame.rgb()[start..start + 3]
    };
    let mut rgb = Vec::new();
    for y in 0..height * 4 {
        for x in 0..width * 4 {
            let (fx, fy) = ((x % 4) as f32 / 4.0, (y % 4) as f32 / 4.0);
            for channel in 0..3 {
                let value = |dx, dy| f32::from(at(x / 4 + dx, y / 4 + dy)[channel]);
                let above = value(0, 0) * (1.0 - fx) + value(1, 0) * fx;
                let below = value(0, 1) * (1.0 - fx) + value(1, 1) * fx;
                rgb.push((above * (1.0 - fy) + below * fy).round() as u8);
            }
        }
    }
    Frame::from_rgb(width * 4, height * 4, rgb).unwrap()
}

/// Every pixel the mean of those up to `reach` away.
fn blurred(frame: &Frame, reach: usize) -> Frame {
    let (width, height) = (frame.width(), frame.height());
    let mut rgb = frame.rgb().to_vec();
    for (step, line) in [(3, width), (3 * width, height)] {
        let old = rgb.clone();
        for (index, value) in rgb.iter_mut().enumerate() {
            let at = index / step % line;
            let around = at.saturating_sub(reach)..(at + reach + 1).min(line);
            let count = around.len() as u32;
            let sum: u32 = around
                .map(|other| u32::from(old[index + other * step - at * step]))
                .sum();
            *value = (sum / count) as u8;
        }
    }
    Frame::from_rgb(width, height, rgb).unwrap()
}
