//! Faces are followed without looking for them in the whole frame.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{engine, frame};
use vision::{Detection, Effort, Frame, Point, threshold};

/// The photograph moved by so many pixels.
fn moved(photograph: &Frame, x: f32, y: f32) -> Frame {
    let size = (photograph.width(), photograph.height());
    let from = Point::new(0.0, 0.0);
    photograph
        .placed(from, Point::new(x, y), 1.0, size)
        .unwrap()
}

fn detections(photograph: &Frame) -> Vec<Detection> {
    engine().detect(photograph).unwrap()
}

#[test]
fn a_face_that_moved_a_little_is_found_again_and_is_the_same_person() {
    for name in ["sample1.jpg", "sample3.jpg", "sample5.jpg"] {
        let photograph = frame(name);
        let before = engine().analyse(&photograph).unwrap();
        let seen = detections(&photograph);
        let step = seen[0].bounds.width / 8.0;
        let next = moved(&photograph, step, -step);
        let found = engine().follow(&next, &seen).unwrap();
        assert_eq!(found.len(), seen.len());
        for (face, before) in found.iter().zip(&before) {
            let face = face.as_ref().expect("it is still there");
            let centre = before.bounds.centre();
            let there = Point::new(centre.x + step, centre.y - step);
            let away = face.detection.bounds.centre().distance(there);
            assert!(away < before.bounds.height / 5.0, "{name}: {away}");
            let again = engine().recognise(&next, face, Effort::Single).unwrap();
            let cosine = again.unwrap().template.cosine(&before.template);
            assert!(cosine >= threshold::verification(1), "{name}: {cosine}");
        }
    }
}

#[test]
fn a_face_is_followed_through_many_frames_without_drifting_away() {
    let photograph = frame("sample5.jpg");
    let first = detections(&photograph)[0];
    let mut last = first;
    for n in 1u8..=20 {
        let next = moved(&photograph, f32::from(n) * 4.0, 0.0);
        let found = engine().follow(&next, &[last]).unwrap();
        last = found[0].as_ref().expect("it is still there").detection;
    }
    let away = last.bounds.centre().x - first.bounds.centre().x - 80.0;
    assert!(away.abs() < first.bounds.width / 5.0, "{away}");
    let size = last.bounds.height / first.bounds.height;
    assert!((0.75..1.33).contains(&size), "{size}");
}

#[test]
fn where_no_face_is_any_more_none_is_followed() {
    let photograph = frame("sample1.jpg");
    let seen = detections(&photograph);
    let (width, height) = (photograph.width(), photograph.height());
    let wall = Frame::from_rgb(width, height, vec![90; width * height * 3]).unwrap();
    let found = engine().follow(&wall, &seen).unwrap();
    assert!(found.iter().all(Option::is_none));
}
