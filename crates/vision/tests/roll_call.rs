//! A room full of people, composed of the photographs that come with the weights.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::cast_precision_loss)]

mod common;

use common::{engine, frame};
use model::PersonId;
use uuid::Uuid;
use vision::{Effort, Face, Frame, Gallery, Look, Point, Purpose, Rect};

const SIZE: (usize, usize) = (1920, 1080);
const CELL: (usize, usize) = (480, 360);
/// Height of the faces, in pixels: a twentieth of the picture's.
const HEIGHT: f32 = 54.0;

/// The people of the photographs, each with a photograph.
fn pupils() -> Vec<(Frame, Face)> {
    let photographs = ["sample1.jpg", "sample3.jpg", "sample6.jpg"].map(frame);
    let mut pupils = Vec::new();
    for photograph in &photographs {
        let faces = engine().analyse_with(photograph, Effort::Mirrored).unwrap();
        pupils.extend(faces.into_iter().map(|face| (photograph.clone(), face)));
    }
    pupils
}

/// All of them in one picture, and where each face is.
fn room(pupils: &[(Frame, Face)]) -> (Frame, Vec<Rect>) {
    let mut rgb = vec![110_u8; SIZE.0 * SIZE.1 * 3];
    let mut places = Vec::new();
    for (seat, (photograph, face)) in pupils.iter().enumerate() {
        let across = SIZE.0 / CELL.0;
        let (left, top) = (seat % across * CELL.0, seat / across * CELL.1);
        let middle = Point::new(CELL.0 as f32 / 2.0, CELL.1 as f32 / 2.0);
        let scale = face.bounds.height / HEIGHT;
        // Only the head: whoever stands beside is in a cell of their own.
        let head = photograph.crop(&face.bounds.scaled(1.6)).unwrap();
        let at = head.bounds().centre();
        let cell = head.placed(at, middle, scale, CELL).unwrap();
        for (row, pixels) in cell.rgb().chunks_exact(CELL.0 * 3).enumerate() {
            let start = ((top + row) * SIZE.0 + left) * 3;
            rgb[start..start + pixels.len()].copy_from_slice(pixels);
        }
        places.push(Rect {
            x: left as f32 + middle.x - HEIGHT / 2.0,
            y: top as f32 + middle.y - HEIGHT / 2.0,
            width: HEIGHT,
            height: HEIGHT,
        });
    }
    (Frame::from_rgb(SIZE.0, SIZE.1, rgb).unwrap(), places)
}

#[test]
fn a_roll_call_finds_and_names_the_small_faces_that_a_frame_looked_at_once_does_not_show() {
    let pupils = pupils();
    let gallery = Gallery::new(engine().embedder().model());
    for (number, (_, face)) in (0_u128..).zip(&pupils) {
        let person = PersonId(Uuid::from_u128(number));
        gallery
            .set(person, std::slice::from_ref(&face.template))
            .unwrap();
    }
    let (room, places) = room(&pupils);
    let found = engine().roll_call(&room).unwrap();
    let there = |place: &&Rect| found.iter().any(|face| face.bounds.overlap(place) > 0.3);
    let seats = places.iter().filter(there).count();
    assert!(seats + 1 >= pupils.len(), "{seats} of {}", pupils.len());
    let once = engine().analyse(&room).unwrap().len();
    assert!(once * 2 <= seats, "{once} by one look at the whole frame");
    let mut named = 0;
    for face in &found {
        let Some(known) = gallery
            .search(&face.template)
            .filter(|found| found.is_known())
        else {
            continue;
        };
        let seat = usize::try_from(known.person.0.as_u128()).unwrap();
        assert!(
            face.bounds.overlap(&places[seat]) > 0.3,
            "{} is somebody else",
            seat
        );
        named += 1;
    }
    assert!(named * 2 >= pupils.len(), "{named} of {}", pupils.len());
    // As a server asks for it.
    let jpeg = room.to_jpeg(90).unwrap();
    let Look::Seen(seen) = engine().look(&jpeg, Purpose::RollCall).unwrap() else {
        panic!("the picture cannot be read");
    };
    assert!(seen.everywhere && seen.faces.len() + 1 >= seats);
}
