use super::*;

/// Similarity of two pictures under the best small shift: the correlation of their pixels.
fn alike(a: &Image, b: &Image) -> f32 {
    let shifts = (-6..=6).flat_map(|dx| (-6..=6).map(move |dy| (dx, dy)));
    shifts
        .map(|shift| correlation(a, b, shift))
        .fold(-1.0, f32::max)
}

fn correlation(a: &Image, b: &Image, (dx, dy): (isize, isize)) -> f32 {
    let (mut ab, mut aa, mut bb, mut n, mut sa, mut sb) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for y in (40..a.height - 40).step_by(2) {
        for x in (40..a.width - 40).step_by(2) {
            let other = y.wrapping_add_signed(dy) * b.width + x.wrapping_add_signed(dx);
            let (p, q) = (
                f32::from(a.pixels[y * a.width + x]),
                f32::from(b.pixels[other]),
            );
            (ab, aa, bb) = (ab + p * q, aa + p * p, bb + q * q);
            (n, sa, sb) = (n + 1.0, sa + p, sb + q);
        }
    }
    let (va, vb) = (aa - sa * sa / n, bb - sb * sb / n);
    (ab - sa * sb / n) / (va * vb).sqrt()
}

#[test]
fn one_seed_gives_one_picture_and_another_press_gives_another() {
    let finger = Finger::new(5);
    assert_eq!(
        Finger::new(5).impression(Sensor::R307, 1),
        finger.impression(Sensor::R307, 1)
    );
    assert_ne!(
        finger.impression(Sensor::R307, 1),
        finger.impression(Sensor::R307, 2)
    );
}

#[test]
fn two_careful_presses_of_one_finger_are_alike_and_those_of_two_fingers_are_not() {
    let (one, other) = (Finger::of(Class::Whorl, 1), Finger::of(Class::Whorl, 2));
    let first = one.pressed(Sensor::R307, Press::CAREFUL, 1);
    let again = one.pressed(Sensor::R307, Press::CAREFUL, 2);
    let stranger = other.pressed(Sensor::R307, Press::CAREFUL, 1);
    assert!(alike(&first, &again) > 0.7, "{}", alike(&first, &again));
    assert!(
        alike(&first, &stranger) < 0.3,
        "{}",
        alike(&first, &stranger)
    );
}

#[test]
fn an_r307_sees_sixteen_greys_of_256_by_288() {
    let image = Finger::new(9).impression(Sensor::R307, 0);
    assert_eq!((image.width, image.height, image.dpi), (256, 288, 500));
    assert_eq!(image.pixels.len(), 73_728);
    assert!(image.pixels.iter().all(|grey| grey % 17 == 0));
}

#[test]
fn a_wet_finger_prints_darker_than_a_dry_one() {
    let finger = Finger::new(11);
    let mean = |pressure| {
        let press = Press {
            pressure,
            ..Press::CAREFUL
        };
        let image = finger.pressed(Sensor::R307, press, 0);
        image
            .pixels
            .iter()
            .map(|&grey| u64::from(grey))
            .sum::<u64>()
            / 73_728
    };
    let (dry, plain, wet) = (mean(-0.8), mean(0.0), mean(0.8));
    assert!(dry > plain + 20 && plain > wet + 20, "{dry} {plain} {wet}");
}

#[test]
fn ridges_lie_as_far_apart_as_people_have_them() {
    let image = Finger::of(Class::RightLoop, 3).pressed(Sensor::DESK, Press::CAREFUL, 0);
    // Down the middle above the core ridges run across; count their crests.
    let column: Vec<u8> = (20..130)
        .map(|y| image.pixels[y * image.width + 194])
        .collect();
    let mean = column.iter().map(|&grey| u32::from(grey)).sum::<u32>() / 110;
    let dark: Vec<bool> = column
        .windows(3)
        .map(|w| w.iter().map(|&grey| u32::from(grey)).sum::<u32>() / 3 < mean)
        .collect();
    let crests = dark.windows(2).filter(|pair| !pair[0] && pair[1]).count();
    assert!((8..=18).contains(&crests), "{crests} ridges in 110 pixels");
}

#[test]
fn whatever_is_not_a_finger_has_the_sensors_size_and_greys() {
    for kind in NotAFinger::ALL {
        let image = kind.on(Sensor::R307, 4);
        assert_eq!(image.pixels.len(), 73_728);
        assert!(image.pixels.iter().all(|grey| grey % 17 == 0), "{kind:?}");
        assert_eq!(image, kind.on(Sensor::R307, 4));
    }
}

#[test]
fn a_picture_is_written_as_pgm_and_read_back() {
    let image = Image {
        dpi: 500,
        ..NotAFinger::Smear.on(Sensor::SMALL, 0)
    };
    let file = image.to_pgm();
    assert!(file.starts_with(b"P5 192 192 255\n"));
    assert_eq!(file.len(), 15 + 192 * 192);
    assert_eq!(Image::from_pgm(&file), Some(image));
    assert_eq!(Image::from_pgm(&file[..file.len() - 1]), None);
}
