//! Fine detail on a chip, without the edges of JPEG's blocks.

use crate::geometry::{Point, Similarity};

/// JPEG's blocks have so many pixels a side.
const BLOCK: f32 = 8.0;
/// Where a pixel of the chip covers more pixels of the frame than this, hardly one is clear of an edge; and
/// there the edges are averaged away.
const COARSEST: f32 = 2.2;

/// `light` holds rows of the middle of a chip `width` pixels wide, which `placement` lays into the frame.
pub fn of(light: &[f32], width: usize, placement: Option<&Similarity>) -> f32 {
    let margin = width / 4;
    let row = (width - margin * 2).max(1);
    let rows: Vec<&[f32]> = light.chunks_exact(row).collect();
    let grid = placement.filter(|placement| placement.scale() <= COARSEST);
    let (mut second, mut first) = (0.0, 0.0);
    let mut places = 0u16;
    for (y, three) in rows.windows(3).enumerate() {
        let &[above, here, below] = three else {
            continue;
        };
        let vertical = above.iter().zip(below).skip(1);
        for (x, (around, (up, down))) in here.windows(3).zip(vertical).enumerate() {
            let &[left, centre, right] = around else {
                continue;
            };
            if grid.is_some_and(|grid| on_edge(grid, margin + x + 1, margin + y + 1)) {
                continue;
            }
            second += (left + right + up + down - 4.0 * centre).powi(2);
            first += ((right - left).powi(2) + (down - up).powi(2)) / 4.0;
            places += 1;
        }
    }
    // One step of brightness is added, so that a chip without any contrast counts as blank.
    second / (first + f32::from(places.max(1)))
}

/// Whether what is compared about a pixel of the chip lies across an edge between blocks.
#[allow(clippy::cast_precision_loss)] // sides of a chip
fn on_edge(grid: &Similarity, x: usize, y: usize) -> bool {
    let at = grid.apply(Point::new(x as f32 + 0.5, y as f32 + 0.5));
    // The neighbours are one step away, each blended of the pixels around it.
    let reach = grid.scale() + 0.5;
    [at.x, at.y]
        .iter()
        .any(|side| (side - (side / BLOCK).round() * BLOCK).abs() < reach)
}

#[cfg(test)]
mod tests {
    use super::super::brightness as middle;
    use super::*;
    use crate::frame::Frame;

    fn chip(pixel: impl Fn(usize, usize) -> u8) -> Frame {
        let rgb = (0..150 * 150)
            .flat_map(|i| [pixel(i % 150, i / 150); 3])
            .collect();
        Frame::from_rgb(150, 150, rgb).unwrap()
    }

    fn sharpness(chip: &Frame) -> f32 {
        of(&middle(chip), chip.width(), None)
    }

    #[test]
    fn fine_detail_is_sharper_than_a_slow_ramp_and_a_blank_is_not_sharp() {
        let stripes = sharpness(&chip(|x, _| if x % 4 < 2 { 60 } else { 180 }));
        let ramp = sharpness(&chip(|x, _| x as u8));
        assert!(stripes > 10.0 * ramp);
        assert!(sharpness(&chip(|_, _| 128)) < 1e-6);
    }

    #[test]
    fn the_sharpness_does_not_depend_on_the_light() {
        let bright = sharpness(&chip(|x, _| if x % 4 < 2 { 100 } else { 200 }));
        let dim = sharpness(&chip(|x, _| if x % 4 < 2 { 25 } else { 50 }));
        assert!((bright / dim - 1.0).abs() < 0.05, "{bright} {dim}");
    }

    #[test]
    fn the_edges_of_blocks_are_no_detail() {
        // A slow ramp in steps of eight pixels, as a strongly compressed blur is.
        let blocks = chip(|x, y| (x / 8 * 8 + y / 8 * 8) as u8 / 2 + 50);
        let here = Similarity::about(Point::default(), Point::default(), 0.0, 1.0);
        let light = middle(&blocks);
        assert!(of(&light, 150, None) > 0.5);
        assert!(of(&light, 150, Some(&here)) < 1e-6);
        // Detail between the edges is still seen.
        let fine = chip(|x, _| if x % 4 < 2 { 60 } else { 180 });
        assert!(of(&middle(&fine), 150, Some(&here)) > 0.5);
    }
}
