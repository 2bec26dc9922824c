//! Pictures of faces held before a camera, composed from photographs, and what passive liveness says.
//!
//! `GATEBOOK_FACES=folder cargo run --release -p gatebook-vision --example spoofs`
//!
//! The folder is described in `faces/mod.rs`. **Nothing here was filmed.** A living head is the
//! photograph laid over a head of usual depth and turned; an attack is the photograph on a sheet or a
//! screen that is turned in perspective, with border, lines of a screen and glare. So this shows whether the
//! mesh and the measure tell a plane from something with depth; it does not show how real prints, screens, masks
//! and people behave before a real camera.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

mod faces;

use faces::percent;
use std::time::Duration;
use vision::liveness::{Assessment, Liveness, Passive};
use vision::{Engine, Frame, Limits, Point, Rect};

/// Side of a composed frame, pixels.
const SIDE: usize = 480;
const FRAMES: usize = 10;
/// Every so many photographs, for one face takes some seconds.
const STEP: usize = 29;

/// What is before the camera.
#[derive(Clone, Copy)]
struct Scene {
    name: &'static str,
    /// How far the head in the picture turns, degrees either way.
    head: f32,
    /// How far the sheet is turned, degrees either way; none for a living head.
    sheet: Option<f32>,
    /// How far the sheet is bent round a head, as a share of a head's depth.
    bent: f32,
    /// Lines and glare of a screen.
    screen: bool,
    /// Cut out along the face, a head behind it.
    cut: bool,
}

const SCENES: [Scene; 8] = [
    Scene {
        name: "living, looks about",
        head: 16.0,
        sheet: None,
        bent: 0.0,
        screen: false,
        cut: false,
    },
    Scene {
        name: "living, hardly moves",
        head: 3.0,
        sheet: None,
        bent: 0.0,
        screen: false,
        cut: false,
    },
    Scene {
        name: "print, waved",
        head: 0.0,
        sheet: Some(28.0),
        bent: 0.0,
        screen: false,
        cut: false,
    },
    Scene {
        name: "print, held still",
        head: 0.0,
        sheet: Some(3.0),
        bent: 0.0,
        screen: false,
        cut: false,
    },
    Scene {
        name: "photograph on a screen, moved",
        head: 0.0,
        sheet: Some(20.0),
        bent: 0.0,
        screen: true,
        cut: false,
    },
    Scene {
        name: "film on a screen, held still",
        head: 16.0,
        sheet: Some(2.0),
        bent: 0.0,
        screen: true,
        cut: false,
    },
    Scene {
        name: "cut-out mask, flat, waved",
        head: 0.0,
        sheet: Some(28.0),
        bent: 0.0,
        screen: false,
        cut: true,
    },
    Scene {
        name: "cut-out mask, bent round a head",
        head: 0.0,
        sheet: Some(20.0),
        bent: 0.5,
        screen: false,
        cut: true,
    },
];

fn main() {
    let Some(folder) = faces::folder() else {
        return;
    };
    let engine = Engine::load().unwrap();
    let paths: Vec<String> = faces::images(&folder).into_keys().step_by(STEP).collect();
    println!(
        "{} photographs, {FRAMES} frames each, five a second",
        paths.len()
    );
    println!(
        "scene | established | not established | spoof suspected | change, depth (medians) | depth of change 5, 50, 95 %"
    );
    for scene in SCENES {
        let told = faces::on_two_threads(&paths, |path| {
            let bytes = std::fs::read(folder.join(path)).unwrap();
            let photograph = Frame::decode(&bytes, Limits::UPLOAD).unwrap();
            watched(&engine, &photograph, scene)
        });
        report(scene.name, &told.into_iter().flatten().collect::<Vec<_>>());
    }
}

fn report(name: &str, told: &[Assessment]) {
    let share = |liveness| percent(told, |one| one.liveness == liveness);
    let of = |pick: fn(&Assessment) -> f32, share| {
        let values: Vec<f32> = told.iter().map(pick).collect();
        faces::quantile(&values, share)
    };
    let ratio: fn(&Assessment) -> f32 = |one| one.depth / one.change.max(1e-6);
    println!(
        "{name} | {:.1} % | {:.1} % | {:.1} % | {:.3}, {:.3} | {:.2} {:.2} {:.2} ({} tracks)",
        share(Liveness::Established),
        share(Liveness::NotEstablished),
        share(Liveness::SpoofSuspected),
        of(|one| one.change, 0.5),
        of(|one| one.depth, 0.5),
        of(ratio, 0.05),
        of(ratio, 0.5),
        of(ratio, 0.95),
        told.len()
    );
}

/// What is held after all frames; `None` if the photograph shows no face.
fn watched(engine: &Engine, photograph: &Frame, scene: Scene) -> Option<Assessment> {
    let first = faces::central(&engine.detect(photograph).unwrap(), photograph)?;
    let mut passive = Passive::default();
    for n in 0..FRAMES {
        let frame = compose(photograph, &first.bounds, scene, n);
        // As a camera would send it.
        let frame = Frame::decode(&frame.to_jpeg(85).unwrap(), Limits::LIVE).unwrap();
        let Some(face) = faces::central(&engine.detect(&frame).unwrap(), &frame) else {
            continue;
        };
        let landmarks = engine.locate(&frame, &face).unwrap();
        passive.see(&landmarks, Duration::from_millis(n as u64 * 200));
    }
    Some(passive.assess())
}

fn compose(photograph: &Frame, face: &Rect, scene: Scene, n: usize) -> Frame {
    let swing = (n as f32 / FRAMES as f32 * std::f32::consts::TAU).sin();
    let nod = (n as f32 / FRAMES as f32 * std::f32::consts::TAU * 1.5).cos() * 0.4;
    let degrees = |most: f32, part: f32| (most * part).to_radians();
    let (head, head_nod) = (degrees(scene.head, swing), degrees(scene.head, nod));
    let sheet = scene.sheet.unwrap_or(0.0);
    let (yaw, pitch) = (degrees(sheet, swing), degrees(sheet, nod));
    let mut rgb = Vec::with_capacity(SIDE * SIDE * 3);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let half = SIDE as f32 / 2.0;
            // In units of half the frame, with a little drift as a hand or a body has.
            let at = Point::new(
                (x as f32 - half) / half - swing * 0.05,
                (y as f32 - half) / half,
            );
            let on_sheet = turned_back(at, yaw, pitch, |_, _| 0.0);
            let depth = |u: f32, v: f32| {
                depth(u, v)
                    * if scene.sheet.is_none() {
                        1.0
                    } else {
                        scene.bent
                    }
            };
            let seen = match scene.sheet {
                // A film's head turns in the picture, a mask's bend turns with the sheet.
                Some(_) if scene.bent > 0.0 => turned_back(at, yaw, pitch, depth),
                Some(_) => turned_back(on_sheet, head, head_nod, self::depth),
                None => turned_back(at, head, head_nod, depth),
            };
            let mut pixel = colour(photograph, face, seen, scene);
            if scene.screen {
                pixel = on_screen(pixel, on_sheet, swing);
            }
            rgb.extend(pixel);
        }
    }
    Frame::from_rgb(SIDE, SIDE, rgb).unwrap()
}

/// Depth of a usual head at (u, v), in units of half the frame; its face fills the middle half.
fn depth(u: f32, v: f32) -> f32 {
    let (u, v) = (u / 0.55, v / 0.75);
    let skull = (1.0 - (u * u + v * v).min(1.0)).sqrt() * 0.45;
    let nose = 0.14 * (-(u * u) / 0.02 - (v - 0.12).powi(2) / 0.03).exp();
    skull + nose
}

/// Where on the untouched surface the ray through `at` meets it after it was turned; the eye is four units
/// away.
fn turned_back(at: Point, yaw: f32, pitch: f32, depth: impl Fn(f32, f32) -> f32) -> Point {
    const EYE: f32 = 4.0;
    let (mut u, mut v) = (at.x, at.y);
    for _ in 0..8 {
        let z = depth(u, v);
        let (x, z1) = (u * yaw.cos() + z * yaw.sin(), z * yaw.cos() - u * yaw.sin());
        let (y, z2) = (
            v * pitch.cos() + z1 * pitch.sin(),
            z1 * pitch.cos() - v * pitch.sin(),
        );
        let scale = EYE / (EYE - z2);
        u += at.x - x * scale;
        v += at.y - y * scale;
    }
    Point::new(u, v)
}

/// The photograph with its face in the middle half; a sheet has a white border and a wall behind it.
fn colour(photograph: &Frame, face: &Rect, at: Point, scene: Scene) -> [u8; 3] {
    if scene.cut && (at.x / 0.45).powi(2) + ((at.y + 0.03) / 0.6).powi(2) > 1.0 {
        return [96, 72, 60];
    }
    let sheet = scene.sheet.is_some() && !scene.cut;
    let centre = face.centre();
    let (x, y) = (centre.x + at.x * face.height, centre.y + at.y * face.height);
    if sheet && (at.x.abs() > 0.85 || at.y.abs() > 0.9) {
        return if at.x.abs() > 0.92 || at.y.abs() > 0.97 {
            [120, 118, 110]
        } else {
            [245; 3]
        };
    }
    sample(photograph, x, y).unwrap_or([128, 126, 120])
}

/// Lines that beat with the camera's pixels, and a lamp's reflection.
fn on_screen(pixel: [u8; 3], at: Point, swing: f32) -> [u8; 3] {
    let lines = 1.0 + 0.08 * ((at.x * 190.0).sin() + (at.y * 173.0).sin());
    let glare = 110.0 * (-((at.x - 0.3 - swing * 0.2).powi(2) + (at.y + 0.4).powi(2)) / 0.03).exp();
    pixel.map(|value| (f32::from(value) * lines + glare).clamp(0.0, 255.0) as u8)
}

fn sample(frame: &Frame, x: f32, y: f32) -> Option<[u8; 3]> {
    let (left, top) = ((x - 0.5).floor(), (y - 0.5).floor());
    if left < 0.0 || top < 0.0 {
        return None;
    }
    let (column, row) = (left as usize, top as usize);
    if column + 1 >= frame.width() || row + 1 >= frame.height() {
        return None;
    }
    let (fx, fy) = (x - 0.5 - left, y - 0.5 - top);
    let at = |dx: usize, dy: usize, colour: usize| {
        f32::from(frame.rgb()[((row + dy) * frame.width() + column + dx) * 3 + colour])
    };
    Some([0, 1, 2].map(|c| {
        let above = at(0, 0, c) * (1.0 - fx) + at(1, 0, c) * fx;
        let below = at(0, 1, c) * (1.0 - fx) + at(1, 1, c) * fx;
        (above * (1.0 - fy) + below * fy).round() as u8
    }))
}
