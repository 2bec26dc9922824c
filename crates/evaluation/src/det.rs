//! The detection error trade-off as a picture: both rates on normal-deviate axes.

use std::fmt::Write as _;

use crate::{OperatingPoint, Scores};

/// One line of the plot.
#[derive(Debug, Clone)]
pub struct DetCurve {
    /// What the legend calls it.
    pub name: String,
    /// Its operating points, as [`Scores::roc`] gives them.
    pub points: Vec<OperatingPoint>,
}

impl DetCurve {
    /// The curve of `scores`.
    #[must_use]
    pub fn new(name: impl Into<String>, scores: &Scores) -> Self {
        Self {
            name: name.into(),
            points: scores.roc(),
        }
    }
}

const LEFT: f64 = 70.0;
const TOP: f64 = 30.0;
const SIDE: f64 = 480.0;
/// Both axes run from here (0.01 %) ...
const LOWEST: f64 = 1e-4;
/// ... to here.
const HIGHEST: f64 = 0.5;
const TICKS: [(f64, &str); 9] = [
    (1e-4, "0.01"),
    (1e-3, "0.1"),
    (5e-3, "0.5"),
    (1e-2, "1"),
    (2e-2, "2"),
    (5e-2, "5"),
    (0.1, "10"),
    (0.2, "20"),
    (0.4, "40"),
];
const COLOURS: [&str; 6] = [
    "#0b62a4", "#c8102e", "#2e7d32", "#8e44ad", "#b9770e", "#444444",
];

/// A DET plot as an SVG document: FMR to the right, FNMR upwards, both in percent.
#[must_use]
pub fn det_plot(title: &str, curves: &[DetCurve]) -> String {
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 580 570\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"580\" height=\"570\" fill=\"white\"/>\n",
    );
    text(&mut svg, LEFT, 20.0, "start", title);
    axes(&mut svg);
    for (number, curve) in curves.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        line(&mut svg, curve, colour);
        let y = TOP + 18.0 + 16.0 * number as f64;
        text_in(&mut svg, LEFT + SIDE - 8.0, y, "end", &curve.name, colour);
    }
    svg.push_str("</svg>\n");
    svg
}

fn axes(svg: &mut String) {
    for (rate, label) in TICKS {
        let (x, y) = (across(rate), upwards(rate));
        let (right, bottom) = (LEFT + SIDE, TOP + SIDE);
        // Writing to a string cannot fail.
        let _ = writeln!(
            svg,
            "<path d=\"M{x:.1} {TOP}V{bottom}M{LEFT} {y:.1}H{right}\" stroke=\"#ddd\" fill=\"none\"/>"
        );
        text(svg, x, bottom + 16.0, "middle", label);
        text(svg, LEFT - 6.0, y + 4.0, "end", label);
    }
    let _ = writeln!(
        svg,
        "<rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#444\"/>"
    );
    text(
        svg,
        LEFT + SIDE / 2.0,
        TOP + SIDE + 40.0,
        "middle",
        "FMR, %",
    );
    text(svg, 8.0, TOP - 8.0, "start", "FNMR, %");
}

fn line(svg: &mut String, curve: &DetCurve, colour: &str) {
    let mut path = String::new();
    let mut before = None;
    for point in &curve.points {
        let (x, y) = (across(point.fmr), upwards(point.fnmr));
        // Steps, because that is what a finite experiment measures.
        let _ = match before {
            None => write!(path, "M{x:.1} {y:.1}"),
            Some(last) if last == (x, y) => Ok(()),
            Some(_) => write!(path, "H{x:.1}V{y:.1}"),
        };
        before = Some((x, y));
    }
    let _ = writeln!(
        svg,
        "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.6\"/>"
    );
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, words: &str) {
    text_in(svg, x, y, anchor, words, "#222");
}

fn text_in(svg: &mut String, x: f64, y: f64, anchor: &str, words: &str, colour: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{words}</text>"
    );
}

fn across(rate: f64) -> f64 {
    LEFT + SIDE * position(rate)
}

fn upwards(rate: f64) -> f64 {
    TOP + SIDE * (1.0 - position(rate))
}

fn position(rate: f64) -> f64 {
    let (low, high) = (deviate(LOWEST), deviate(HIGHEST));
    (deviate(rate.clamp(LOWEST, HIGHEST)) - low) / (high - low)
}

/// The normal deviate of a rate: the inverse of the normal distribution, by bisection.
fn deviate(rate: f64) -> f64 {
    let (mut low, mut high) = (-8.0f64, 8.0f64);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if normal(middle) < rate {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low + high) / 2.0
}

/// The normal distribution (Abramowitz and Stegun 26.2.17, error below 1e-7): enough for a drawing.
fn normal(x: f64) -> f64 {
    if x > 0.0 {
        return 1.0 - normal(-x);
    }
    let t = 1.0 / (1.0 - 0.231_641_9 * x);
    let factors = [
        0.319_381_530,
        -0.356_563_782,
        1.781_477_937,
        -1.821_255_978,
        1.330_274_429,
    ];
    let sum = factors.iter().rev().fold(0.0, |sum, f| (sum + f) * t);
    (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * sum
}
