//! What covers a face, on real photographs on which it is painted; the figures on many people stand in
//! `docs/measurements.md`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::{engine, frame};
use vision::enrolment::{self, Finding};
use vision::{Analysis, Effort, Face, Frame, Gallery, Look, Point, Quality, Rect};

/// Photographs of a party, and of one person each.
const PHOTOGRAPHS: [&str; 6] = [
    "sample1.jpg",
    "sample2.jpg",
    "sample3.jpg",
    "sample4.jpg",
    "sample5.jpg",
    "sample6.jpg",
];
/// The jaw from ear to ear.
const JAW: [usize; 17] = [
    361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132,
];

/// Every face of the photographs that is large enough to enrol, seen well and straight ahead.
fn faces() -> Vec<(Frame, Face)> {
    let of = |name: &str| {
        let photograph = frame(name);
        let faces = engine().analyse(&photograph).unwrap();
        let large = |face: &Face| {
            let Quality { height, turn, .. } = face.quality;
            height > 60.0 && turn.abs() < 0.5 && face.quality.is_good()
        };
        let one = |face| (photograph.clone(), face);
        faces.into_iter().filter(large).map(one).collect::<Vec<_>>()
    };
    PHOTOGRAPHS.iter().copied().flat_map(of).collect()
}

/// The quality of the same face once more, after `paint` gave a colour to the pixels it covers.
fn painted(
    photograph: &Frame,
    face: &Face,
    paint: impl Fn(Point) -> Option<[u8; 3]>,
) -> Option<Quality> {
    let (width, height) = (photograph.width(), photograph.height());
    let pixel = |at: usize| {
        let (x, y) = (at % width, at / width);
        let centre = Point::new(x as f32 + 0.5, y as f32 + 0.5);
        let was = &photograph.rgb()[at * 3..at * 3 + 3];
        paint(centre).unwrap_or([was[0], was[1], was[2]])
    };
    let rgb = (0..width * height).flat_map(pixel).collect();
    same(&Frame::from_rgb(width, height, rgb).unwrap(), face, 0.0)
}

/// The face that is where `face` was, in a frame that begins lower by `above` pixels.
fn same(frame: &Frame, face: &Face, above: f32) -> Option<Quality> {
    let was = face.bounds.centre();
    let was = Point::new(was.x, was.y - above);
    let found = engine().detect(frame).unwrap().into_iter();
    let nearest = found
        .filter(|one| one.bounds.centre().distance(was) < face.bounds.height / 2.0)
        .max_by(|a, b| a.score.total_cmp(&b.score))?;
    let described = engine().describe(frame, &nearest, Effort::Single).unwrap();
    described.map(|face| face.quality)
}

fn point(face: &Face, index: usize) -> Point {
    face.landmarks.point(index).unwrap()
}

/// Whether a point lies within a polygon.
fn within(corners: &[Point], at: Point) -> bool {
    let edges = corners.iter().zip(corners.iter().cycle().skip(1));
    let crossed = edges.filter(|(a, b)| {
        (a.y <= at.y) != (b.y <= at.y) && at.x < a.x + (at.y - a.y) / (b.y - a.y) * (b.x - a.x)
    });
    crossed.count() % 2 == 1
}

fn glasses(face: &Face, at: Point) -> bool {
    let reach = point(face, 33).distance(point(face, 263)) * 0.27;
    [(33, 133), (263, 362)].into_iter().any(|(outer, inner)| {
        let eye = point(face, outer).midway(point(face, inner));
        ((at.x - eye.x) / reach).hypot((at.y - eye.y) / (reach * 0.8)) < 1.0
    })
}

/// A mask from the bridge of the nose to the chin.
fn mask(face: &Face) -> Vec<Point> {
    let top = [227, 118, 195, 347, 447].map(|index| point(face, index));
    top.into_iter()
        .chain(JAW.map(|index| point(face, index)))
        .collect()
}

/// One of the judgements of quality.
type Reads = fn(&Quality) -> bool;

/// How many of the faces that are still found read so.
fn share(qualities: &[Option<Quality>], reads: Reads) -> (usize, usize) {
    let found: Vec<_> = qualities.iter().flatten().collect();
    (found.iter().filter(|q| reads(q)).count(), found.len())
}

#[test]
fn nobody_of_a_party_is_held_to_be_covered_as_they_are() {
    let faces = faces();
    let covered = faces.iter().filter(|(_, face)| !face.quality.is_whole());
    let covered: Vec<_> = covered.map(|(_, face)| face.quality).collect();
    assert!(faces.len() >= 8, "{}", faces.len());
    assert!(covered.len() <= 1, "{covered:?}");
}

#[test]
fn dark_glasses_masks_and_what_hides_one_half_are_found_on_everybody() {
    let faces = faces();
    let each = |paint: &dyn Fn(&Face, Point) -> Option<[u8; 3]>| -> Vec<Option<Quality>> {
        let one = |(frame, face): &(Frame, Face)| painted(frame, face, |at| paint(face, at));
        faces.iter().map(one).collect()
    };
    let dark = each(&|face, at| glasses(face, at).then_some([24, 24, 28]));
    let blue = each(&|face, at| within(&mask(face), at).then_some([150, 190, 220]));
    let half = each(&|face, at| {
        let near = at.x > point(face, 1).x
            && at.distance(face.bounds.centre()) < face.bounds.height * 0.55;
        near.then_some([70, 60, 60])
    });
    let ways: [(&str, &[Option<Quality>], Reads); 3] = [
        ("dark glasses", &dark, Quality::are_eyes_covered),
        ("masks", &blue, Quality::is_mouth_covered),
        ("halves", &half, Quality::is_side_covered),
    ];
    for (name, qualities, reads) in ways {
        let (read, found) = share(qualities, reads);
        assert!(found * 2 > faces.len(), "{name}: {found} are still found");
        assert!(read + 1 >= found, "{name}: {read} of {found}");
    }
}

#[test]
fn a_face_that_the_frame_ends_in_is_cut_off() {
    let mut found = 0;
    for (photograph, face) in faces() {
        let above = face.bounds.y + face.bounds.height * 0.25;
        let rest = Rect {
            x: 0.0,
            y: above.round(),
            width: photograph.width() as f32,
            height: photograph.height() as f32 - above.round(),
        };
        assert!(!face.quality.is_cut_off());
        if let Some(quality) = same(&photograph.crop(&rest).unwrap(), &face, above.round()) {
            assert!(quality.is_cut_off(), "{}", quality.outside);
            found += 1;
        }
    }
    assert!(found >= 4, "{found}");
}

#[test]
fn a_covered_face_is_told_at_enrolment_and_counts_less_than_a_whole_one() {
    let (photograph, face) = faces().swap_remove(0);
    let quality = painted(&photograph, &face, |at| {
        glasses(&face, at).then_some([24, 24, 28])
    });
    let quality = quality.unwrap();
    assert!(quality.weight() < face.quality.weight() / 2.0);
    assert!(quality.merit() < face.quality.merit());
    let judged = |quality: Quality| {
        let analysis = Analysis {
            width: photograph.width() as u32,
            height: photograph.height() as u32,
            faces: vec![Face {
                quality,
                ..face.clone()
            }],
            followed: Vec::new(),
            everywhere: true,
        };
        let looks = [Look::Seen(analysis)];
        enrolment::judge(&looks, 1, &Gallery::default(), None).swap_remove(0)
    };
    let covered = judged(quality);
    assert!(covered.findings.contains(&Finding::EyesCovered));
    assert!(!covered.is_accepted() && covered.serves_if_overruled());
    // Nobody can insist on what would name somebody else.
    let turned = judged(Quality {
        turn: 1.0,
        ..quality
    });
    assert!(!turned.serves_if_overruled());
    let whole = judged(face.quality);
    assert!(whole.is_accepted() && !whole.serves_if_overruled());
}
