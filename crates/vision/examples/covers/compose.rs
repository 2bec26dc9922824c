//! Things laid over the face of a photograph, placed by its mesh.
//!
//! **Nobody wore any of this.** A mask here has no straps and throws no shadow, a hand is four fingers of the
//! skin's colour. It shows what the measure makes of such pictures, not of every mask and hand there is.

use crate::canvas::{Canvas, Colour, rounded};
use crate::cloth::Cloth;
use crate::dice::Dice;
use std::f32::consts::{FRAC_PI_2, PI, TAU};
use vision::{Frame, Landmarks, Point, Rect};

/// Something that covers a face.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    Nothing,
    /// Over mouth and nose; of one of several colours if none is named.
    Mask(Option<Colour>),
    /// Over the mouth and at times the nose.
    Scarf,
    Glasses(Lenses),
    Hand(Before),
    /// A thing with an upright edge before one half.
    Thing,
    /// A cap that ends low at the eyes.
    Cap,
    /// The frame ends within the face, so that this share of it is gone.
    Cut(f32),
}

/// How much of the eyes shines through glasses.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Lenses {
    Dark,
    Tinted,
}

/// What a hand is held before.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Before {
    Mouth,
    Eye,
    Half,
}

/// One of the parts that are measured apart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Part {
    Eyes,
    Mouth,
    Side,
}

pub const KINDS: [(&str, Kind); 16] = [
    ("nothing", Kind::Nothing),
    ("mask, blue", Kind::Mask(Some([150.0, 190.0, 220.0]))),
    ("mask, white", Kind::Mask(Some([228.0, 230.0, 232.0]))),
    ("mask, black", Kind::Mask(Some([32.0, 32.0, 35.0]))),
    ("mask, beige", Kind::Mask(Some([205.0, 170.0, 145.0]))),
    ("mask, other", Kind::Mask(None)),
    ("scarf", Kind::Scarf),
    ("glasses, dark", Kind::Glasses(Lenses::Dark)),
    ("glasses, tinted", Kind::Glasses(Lenses::Tinted)),
    ("hand, mouth", Kind::Hand(Before::Mouth)),
    ("hand, eye", Kind::Hand(Before::Eye)),
    ("hand, half", Kind::Hand(Before::Half)),
    ("thing, half", Kind::Thing),
    ("cap", Kind::Cap),
    ("cut, 25 %", Kind::Cut(0.25)),
    ("cut, 40 %", Kind::Cut(0.4)),
];

impl Kind {
    /// The part that it certainly covers. Through tinted glasses the eyes are seen, and a cap leaves them.
    pub fn covers(self) -> Option<Part> {
        match self {
            Self::Mask(_) | Self::Scarf | Self::Hand(Before::Mouth) => Some(Part::Mouth),
            Self::Glasses(Lenses::Dark) => Some(Part::Eyes),
            Self::Hand(Before::Eye | Before::Half) | Self::Thing => Some(Part::Side),
            Self::Nothing | Self::Glasses(Lenses::Tinted) | Self::Cap | Self::Cut(_) => None,
        }
    }
}

/// The photograph with its face covered, and where its upper left corner was in the photograph.
pub fn covered(
    frame: &Frame,
    landmarks: &Landmarks,
    kind: Kind,
    dice: &mut Dice,
) -> (Frame, Point) {
    let sitter = Sitter::of(landmarks);
    let mut canvas = Canvas::of(frame);
    match kind {
        Kind::Nothing => {}
        Kind::Mask(colour) => sitter.mask(&mut canvas, dice, colour),
        Kind::Scarf => sitter.scarf(&mut canvas, dice),
        Kind::Glasses(lenses) => sitter.glasses(&mut canvas, dice, lenses),
        Kind::Hand(before) => sitter.hand(&mut canvas, dice, before),
        Kind::Thing => sitter.thing(&mut canvas, dice),
        Kind::Cap => sitter.cap(&mut canvas, dice),
        Kind::Cut(share) => return sitter.cut(frame, dice, share),
    }
    (canvas.frame(), Point::default())
}

/// The mesh's outline, from the top of the forehead on to the right of the picture.
const OVAL: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];

/// Whose face is covered.
struct Sitter<'a> {
    landmarks: &'a Landmarks,
    oval: Vec<Point>,
    centre: Point,
    /// From the outer corner of the one eye to that of the other, pixels.
    apart: f32,
    /// One pixel along the line of the eyes, and down the face.
    right: Point,
    down: Point,
}

impl<'a> Sitter<'a> {
    fn of(landmarks: &'a Landmarks) -> Self {
        let at = |index| landmarks.point(index).unwrap();
        let oval = OVAL.map(at).to_vec();
        let sum = oval
            .iter()
            .fold(Point::default(), |sum, p| away(sum, *p, 1.0));
        let (left, right) = (at(33), at(263));
        let apart = left.distance(right).max(1.0);
        let right = Point::new((right.x - left.x) / apart, (right.y - left.y) / apart);
        Self {
            landmarks,
            centre: away(Point::default(), sum, 1.0 / OVAL.len() as f32),
            oval,
            apart,
            right,
            down: Point::new(-right.y, right.x),
        }
    }

    fn at(&self, index: usize) -> Point {
        self.landmarks.point(index).unwrap()
    }

    fn midway(&self, one: usize, other: usize) -> Point {
        self.at(one).midway(self.at(other))
    }

    /// So many eyes' distances from a point to the right and down.
    fn beside(&self, from: Point, right: f32, down: f32) -> Point {
        let aside = away(from, self.right, right * self.apart);
        away(aside, self.down, down * self.apart)
    }

    /// Points of the outline, so many times as far from the middle.
    fn widened(&self, of: &[usize], factor: f32) -> Vec<Point> {
        let widened = |index: &usize| between(self.centre, self.at(*index), factor);
        of.iter().map(widened).collect()
    }

    fn lay(&self, canvas: &mut Canvas, dice: &mut Dice, outline: &[Point], cloth: &Cloth) {
        let woven = cloth.over(canvas, &self.oval, dice);
        canvas.lay(outline, 1.0, 0.8, |at| woven[at]);
    }

    fn mask(&self, canvas: &mut Canvas, dice: &mut Dice, colour: Option<Colour>) {
        const OTHERS: [Colour; 4] = [
            [130.0, 130.0, 132.0],
            [225.0, 170.0, 180.0],
            [120.0, 180.0, 160.0],
            [40.0, 50.0, 90.0],
        ];
        // From the one cheek around the jaw to the other.
        let jaw = [
            361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132,
        ];
        let mut outline = vec![
            self.at(227),
            self.midway(116, 117),
            self.midway(118, 50),
            self.at(dice.pick(&[6, 197, 195])),
            self.midway(347, 280),
            self.midway(345, 346),
            self.at(447),
        ];
        outline.extend(self.widened(&jaw, 1.04));
        let cloth = Cloth {
            folds: if dice.chance(0.7) { 0.06 } else { 0.0 },
            ..Cloth::plain(colour.unwrap_or_else(|| dice.pick(&OTHERS)), 2.5)
        };
        self.lay(canvas, dice, &rounded(&outline), &cloth);
    }

    fn scarf(&self, canvas: &mut Canvas, dice: &mut Dice) {
        const COLOURS: [Colour; 6] = [
            [120.0, 40.0, 40.0],
            [60.0, 70.0, 110.0],
            [90.0, 90.0, 80.0],
            [160.0, 150.0, 130.0],
            [30.0, 30.0, 30.0],
            [90.0, 60.0, 120.0],
        ];
        let colour = dice.pick(&COLOURS);
        let lighter = dice.within(0.5, 1.7);
        let mut outline = vec![
            self.at(93),
            self.midway(123, 50),
            between(self.at(195), self.at(1), dice.within(0.0, 1.0)),
            self.midway(352, 280),
            self.at(323),
        ];
        outline.extend(self.widened(&[361, 397, 379, 400, 152, 176, 150, 172, 132], 1.25));
        let cloth = Cloth {
            stripes: Some(colour.map(|part| (part * lighter).min(255.0))),
            ..Cloth::plain(colour, 6.0)
        };
        self.lay(canvas, dice, &rounded(&outline), &cloth);
    }

    fn glasses(&self, canvas: &mut Canvas, dice: &mut Dice, lenses: Lenses) {
        const COLOURS: [Colour; 4] = [
            [18.0, 18.0, 20.0],
            [35.0, 25.0, 20.0],
            [20.0, 28.0, 22.0],
            [45.0, 45.0, 50.0],
        ];
        let strength = match lenses {
            Lenses::Dark => dice.within(0.88, 1.0),
            Lenses::Tinted => dice.within(0.5, 0.7),
        };
        let colour = dice.pick(&COLOURS);
        let wide = dice.within(0.2, 0.27) * self.apart;
        let tall = wide * dice.within(0.7, 0.95);
        // 2 is an ellipse; the more, the more corners there are.
        let corners = 2.0 / dice.pick(&[2.0, 3.0, 5.0]);
        let gleam = match dice.chance(0.6) {
            true => 40.0 * dice.within(0.3, 1.2),
            false => 0.0,
        };
        let gleam_above = dice.within(0.0, 0.2);
        let middle = self.midway(33, 263);
        let bare = canvas.clone();
        let lens = |at: usize| {
            let place = bare.middle(at);
            let below = along(middle, place, self.down) / self.apart + gleam_above;
            colour.map(|part| part + gleam * (-below * below / 0.01).exp())
        };
        for eye in [self.midway(33, 133), self.midway(263, 362)] {
            let centre = self.beside(eye, 0.0, 0.03);
            let bent = |part: f32| part.signum() * part.abs().powf(corners);
            let outline = (0..40).map(|step| {
                let (sin, cos) = (step as f32 / 40.0 * TAU).sin_cos();
                let aside = away(centre, self.right, bent(cos) * wide * 1.02);
                away(aside, self.down, bent(sin) * tall)
            });
            canvas.lay(&outline.collect::<Vec<_>>(), strength, 0.5, lens);
        }
        let bridge = [133, 362].map(|eye| self.beside(self.at(eye), 0.0, -0.04));
        let arms = [[33, 127], [263, 356]]
            .map(|ends| ends.map(|end| self.beside(self.at(end), 0.0, -0.02)));
        for [from, to] in [bridge, arms[0], arms[1]] {
            let edge = |end, down| self.beside(end, 0.0, down);
            let bar = [
                edge(from, -0.02),
                edge(to, -0.02),
                edge(to, 0.02),
                edge(from, 0.02),
            ];
            canvas.lay(&bar, 0.9, 0.4, |_| colour);
        }
    }

    /// Four fingers of the skin's colour, from below or from the side.
    fn hand(&self, canvas: &mut Canvas, dice: &mut Dice, before: Before) {
        let lighter = dice.within(0.85, 1.1);
        let cloth = Cloth {
            from_here: true,
            ..Cloth::plain(self.skin(canvas).map(|part| part * lighter), 2.5)
        };
        let side = dice.pick(&[-1.0, 1.0]);
        let turned = |way: Point, by: f32| away(Point::default(), way, by);
        let eye = if side < 0.0 {
            self.midway(33, 133)
        } else {
            self.midway(263, 362)
        };
        let upwards = (turned(self.down, -1.0), turned(self.right, side));
        let (centre, (ahead, across)) = match before {
            Before::Mouth => (
                self.beside(self.midway(13, 14), 0.0, 0.05),
                (turned(self.right, side), self.down),
            ),
            Before::Eye => (self.beside(eye, side * 0.12, 0.1), upwards),
            Before::Half => (self.beside(self.at(1), side * 0.42, 0.0), upwards),
        };
        let broad = if before == Before::Half { 0.25 } else { 0.23 } * self.apart;
        let half = broad * 0.52;
        let reach = dice.within(0.55, 0.8) * self.apart;
        let woven = cloth.over(canvas, &self.oval, dice);
        let bare = canvas.clone();
        for finger in [0.0, 1.0, 2.0, 3.0] {
            let root = away(centre, across, (finger - 1.5) * broad * 0.98);
            let tip = away(root, ahead, reach * (1.0 - 0.12 * (finger - 1.3_f32).abs()));
            let wrist = away(root, ahead, -1.7 * self.apart);
            let mut outline: Vec<Point> = (0..9)
                .map(|step| {
                    let (sin, cos) = (step as f32 / 8.0 * PI - FRAC_PI_2).sin_cos();
                    away(away(tip, ahead, cos * half), across, sin * half)
                })
                .collect();
            outline.extend([away(wrist, across, half), away(wrist, across, -half)]);
            // A finger is round, so it is darker at its edges.
            canvas.lay(&outline, 1.0, 0.7, |at| {
                let off = (along(tip, bare.middle(at), across) / half).abs().min(1.0);
                woven[at].map(|part| part * (1.0 - 0.28 * off.powi(3)))
            });
        }
    }

    /// The median over some places of forehead, cheeks, nose and chin.
    fn skin(&self, canvas: &Canvas) -> Colour {
        let mut seen = Vec::new();
        for index in [50, 280, 205, 425, 101, 330, 9, 151] {
            let place = self.at(index);
            let (x, y) = (place.x.max(0.0) as usize, place.y.max(0.0) as usize);
            for (x, y) in (0..25).map(|step| (x + step % 5, y + step / 5)) {
                if (2..canvas.width + 2).contains(&x) && (2..canvas.height + 2).contains(&y) {
                    seen.push(canvas.pixels[(y - 2) * canvas.width + x - 2]);
                }
            }
        }
        let median = |part: usize| {
            let mut values: Vec<f32> = seen.iter().map(|colour| colour[part]).collect();
            values.sort_by(f32::total_cmp);
            values.get(values.len() / 2).copied()
        };
        [0, 1, 2].map(|part| median(part).unwrap_or(150.0))
    }

    fn thing(&self, canvas: &mut Canvas, dice: &mut Dice) {
        const COLOURS: [Colour; 4] = [
            [25.0, 25.0, 28.0],
            [230.0, 230.0, 225.0],
            [120.0, 70.0, 50.0],
            [70.0, 90.0, 130.0],
        ];
        let side = dice.pick(&[-1.0, 1.0]);
        let (sin, cos) = dice.within(-0.15, 0.15).sin_cos();
        let edge = self.beside(self.at(1), side * dice.within(-0.02, 0.12), 0.0);
        // Askew by a few degrees.
        let corner = |aside: f32, below: f32| {
            self.beside(edge, aside * cos - below * sin, aside * sin + below * cos)
        };
        let far = side * 1.3;
        let outline = [
            corner(0.0, -1.6),
            corner(far, -1.6),
            corner(far, 1.6),
            corner(0.0, 1.6),
        ];
        let cloth = Cloth::plain(dice.pick(&COLOURS), 2.0);
        self.lay(canvas, dice, &outline, &cloth);
    }

    fn cap(&self, canvas: &mut Canvas, dice: &mut Dice) {
        const COLOURS: [Colour; 4] = [
            [25.0, 25.0, 28.0],
            [90.0, 30.0, 30.0],
            [60.0, 50.0, 40.0],
            [40.0, 50.0, 90.0],
        ];
        let brim = self.beside(self.midway(159, 386), 0.0, -dice.within(0.0, 0.1));
        let outline = [
            self.beside(brim, -1.2, 0.12),
            brim,
            self.beside(brim, 1.2, 0.12),
            self.beside(brim, 1.2, -2.0),
            self.beside(brim, -1.2, -2.0),
        ];
        let cloth = Cloth::plain(dice.pick(&COLOURS), 4.0);
        self.lay(canvas, dice, &outline, &cloth);
    }

    /// What is left if one edge of the frame lies so far within the face.
    fn cut(&self, frame: &Frame, dice: &mut Dice, share: f32) -> (Frame, Point) {
        let points: Vec<Point> = (0..468).map(|index| self.at(index)).collect();
        let least = |of: fn(&Point) -> f32| points.iter().map(of).fold(f32::MAX, f32::min);
        let most = |of: fn(&Point) -> f32| points.iter().map(of).fold(f32::MIN, f32::max);
        let (left, right) = (least(|p| p.x), most(|p| p.x));
        let (top, bottom) = (least(|p| p.y), most(|p| p.y));
        let (across, down) = ((right - left) * share, (bottom - top) * share);
        let all = frame.bounds();
        let (mut from, mut to) = (Point::default(), Point::new(all.width, all.height));
        match dice.pick(&[0, 1, 2, 3]) {
            0 => from.x = (left + across).floor().max(0.0),
            1 => to.x = (right - across).floor().min(to.x),
            2 => from.y = (top + down).floor().max(0.0),
            _ => to.y = (bottom - down).floor().min(to.y),
        }
        let left_over = Rect {
            x: from.x,
            y: from.y,
            width: to.x - from.x,
            height: to.y - from.y,
        };
        (frame.crop(&left_over).unwrap(), from)
    }
}

/// The point so many steps `way` from another.
fn away(from: Point, way: Point, by: f32) -> Point {
    Point::new(from.x + way.x * by, from.y + way.y * by)
}

/// The point at `share` of the way; beyond 1 past the end.
fn between(from: Point, to: Point, share: f32) -> Point {
    away(from, Point::new(to.x - from.x, to.y - from.y), share)
}

/// How far `to` lies from `from` in the direction of `way`.
fn along(from: Point, to: Point, way: Point) -> f32 {
    (to.x - from.x) * way.x + (to.y - from.y) * way.y
}
