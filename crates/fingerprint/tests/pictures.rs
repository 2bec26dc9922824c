//! The pictures of `explain`, read: what they claim to show is drawn where it is.
#![allow(clippy::unwrap_used)]

mod pattern;
mod stripes;

use fingerprint::{GreyImage, Minutia, Picture, explain, explain_pair, extract};
use pattern::{Pattern, image};
use stripes::{HEIGHT, WIDTH, stripes};

/// A picture's colours.
struct Seen {
    width: usize,
    height: usize,
    data: Vec<u8>,
}

impl Seen {
    fn of(picture: &Picture) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(&picture.png))
            .read_info()
            .unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut data).unwrap();
        assert_eq!(info.color_type, png::ColorType::Rgb);
        Self {
            width: info.width as usize,
            height: info.height as usize,
            data,
        }
    }

    fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.data[at], self.data[at + 1], self.data[at + 2]]
    }

    fn is(&self, x: f32, y: f32, colour: fn([u8; 3]) -> bool) -> bool {
        let (x, y) = (x.round(), y.round());
        let inside =
            x >= 0.0 && y >= 0.0 && (x as usize) < self.width && (y as usize) < self.height;
        inside && colour(self.at(x as usize, y as usize))
    }

    fn places(&self, colour: fn([u8; 3]) -> bool) -> Vec<(usize, usize)> {
        let all = (0..self.height).flat_map(|y| (0..self.width).map(move |x| (x, y)));
        all.filter(|(x, y)| colour(self.at(*x, *y))).collect()
    }
}

fn red([r, g, b]: [u8; 3]) -> bool {
    r > 180 && g < 80 && b < 80
}

fn blue([r, g, b]: [u8; 3]) -> bool {
    b > 180 && r < 80 && g < 100
}

fn green([r, g, b]: [u8; 3]) -> bool {
    g > 120 && r < 60 && b < 110
}

fn drawn(image: &GreyImage, name: &str) -> Seen {
    let pictures = explain(image).unwrap();
    let picture = pictures.iter().find(|p| p.name == name).unwrap();
    let seen = Seen::of(picture);
    assert_eq!((seen.width, seen.height), (image.width(), image.height()));
    seen
}

#[test]
fn dashes_of_the_direction_run_along_the_ridges() {
    for upright in [true, false] {
        let (image, places) = stripes(upright);
        let seen = drawn(&image, "1-orientation");
        let (mut cells, mut along, mut across) = (0, 0, 0);
        for (cx, cy) in
            (5..30).flat_map(|c| (5..30).map(move |r| (8.0 * c as f32 + 4.0, 8.0 * r as f32 + 4.0)))
        {
            // Near a minutia the ridges bend.
            if places.iter().any(|p| (p.x - cx).hypot(p.y - cy) < 24.0) {
                continue;
            }
            let both =
                |dx: f32, dy: f32| seen.is(cx + dx, cy + dy, red) && seen.is(cx - dx, cy - dy, red);
            cells += 1;
            let (level, steep) = (both(3.0, 0.0), both(0.0, 3.0));
            along += usize::from(if upright { steep } else { level });
            across += usize::from(if upright { level } else { steep });
        }
        assert!(cells > 200 && along * 10 >= cells * 9, "{along} of {cells}");
        assert!(across * 10 < cells, "{across} of {cells}");
    }
}

#[test]
fn the_picture_of_quality_is_bright_where_ridges_are_and_red_outside() {
    let seen = drawn(&image(Pattern::of(1)), "2-quality");
    let outside = |[r, g, b]: [u8; 3]| g == 0 && b == 0 && r <= 128;
    let (x, y) = (seen.width / 2, seen.height / 2);
    let [r, g, b] = seen.at(x, y);
    assert!(r == g && g == b && r > 60, "{r} {g} {b}");
    for corner in [(2, 2), (seen.width - 3, 2), (2, seen.height - 3)] {
        assert!(outside(seen.at(corner.0, corner.1)), "{corner:?}");
    }
    // The ellipse of the pattern is a bit more than half of its window.
    let share = seen.places(outside).len() as f32 / (seen.width * seen.height) as f32;
    assert!((0.2..0.7).contains(&share), "{share}");
}

#[test]
fn the_enhanced_picture_is_dark_where_ridges_are() {
    let (image, places) = stripes(true);
    let seen = drawn(&image, "3-enhanced");
    let (mut told, mut right) = (0, 0);
    for y in 40..HEIGHT - 40 {
        for x in 40..WIDTH - 40 {
            let near = |p: &stripes::Place| (p.x - x as f32).hypot(p.y - y as f32) < 16.0;
            let grey = image.pixels()[y * WIDTH + x];
            // Between ridge and valley nothing is dark or light.
            if places.iter().any(near) || (80..176).contains(&grey) {
                continue;
            }
            told += 1;
            right += usize::from((seen.at(x, y)[0] < 128) == (grey < 128));
        }
    }
    assert!(
        told > 10_000 && right * 20 >= told * 19,
        "{right} of {told}"
    );
}

#[test]
fn the_skeleton_lies_on_the_ridges() {
    let (image, _) = stripes(false);
    let seen = drawn(&image, "4-skeleton");
    let lines = seen.places(red);
    let inside =
        |(x, y): &&(usize, usize)| (30..WIDTH - 30).contains(x) && (30..HEIGHT - 30).contains(y);
    let dark = |(x, y): &&(usize, usize)| image.pixels()[y * WIDTH + x] < 128;
    let (on, all) = (
        lines.iter().filter(inside).filter(dark).count(),
        lines.iter().filter(inside).count(),
    );
    // A line of one pixel every nine.
    let expected = (WIDTH - 60) * (HEIGHT - 60) / 9;
    assert!(
        all > expected * 8 / 10 && all < expected * 13 / 10,
        "{all} of {expected}"
    );
    assert!(on * 20 >= all * 19, "{on} of {all}");
}

/// Is the ring of a minutia drawn, and its tail?
fn marked(seen: &Seen, m: &Minutia, offset: f32) -> bool {
    let colour = |pixel: [u8; 3]| red(pixel) || blue(pixel) || green(pixel);
    let (x, y) = (f32::from(m.x) + offset, f32::from(m.y));
    // A line is one pixel wide: it may pass just beside.
    let beside = [(0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)];
    let near = |x: f32, y: f32| {
        beside
            .iter()
            .any(|(dx, dy)| seen.is(x + dx, y + dy, colour))
    };
    let ring = [(3.0, 0.0), (-3.0, 0.0), (0.0, 3.0), (0.0, -3.0)];
    let (sin, cos) = m.radians().sin_cos();
    let mut tail = [5.0, 7.0, 9.0].map(|d| (d * cos, d * sin)).into_iter();
    let ringed = ring
        .into_iter()
        .all(|(dx, dy)| seen.is(x + dx, y + dy, colour));
    ringed && tail.all(|(dx, dy)| near(x + dx, y + dy))
}

#[test]
fn every_minutia_is_drawn_with_its_direction() {
    let image = image(Pattern::of(1));
    let template = extract(&image).unwrap();
    let seen = drawn(&image, "5-minutiae");
    assert!(template.minutiae().len() > 10);
    for m in template.minutiae() {
        assert!(marked(&seen, m, 0.0), "{m:?}");
    }
    // And little else: ring and tail are some 28 pixels.
    let coloured = seen.places(|p| red(p) || blue(p)).len();
    assert!(coloured < 40 * template.minutiae().len(), "{coloured}");
}

/// How many pairs the sentence speaks of.
fn paired(said: &str) -> usize {
    let before = said.split(" paired").next().unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn pairs_are_linked_by_lines_from_print_to_print() {
    let one = image(Pattern::of(3));
    let template = extract(&one).unwrap();
    let (picture, said) = explain_pair(&one, &one).unwrap();
    let seen = Seen::of(&picture);
    let offset = one.width() as f32;
    assert_eq!(seen.width, 2 * one.width());
    let mut linked = 0;
    for m in template.minutiae() {
        assert!(marked(&seen, m, 0.0) && marked(&seen, m, offset), "{m:?}");
        // The same print beside itself: every line is level, and as long as the print is wide.
        let (x, y) = (f32::from(m.x), f32::from(m.y));
        let line = (1..16).all(|i| seen.is(x + offset * i as f32 / 16.0, y, green));
        linked += usize::from(line);
    }
    assert!(
        paired(&said) * 10 >= template.minutiae().len() * 8,
        "{said}"
    );
    // Two minutiae of one row share their line.
    assert!(linked >= paired(&said), "{linked}: {said}");
    let (picture, said) = explain_pair(&one, &image(Pattern::of(4))).unwrap();
    let lines = Seen::of(&picture).places(green).len();
    assert!(
        lines < seen.places(green).len() && paired(&said) < linked,
        "{said}"
    );
}
