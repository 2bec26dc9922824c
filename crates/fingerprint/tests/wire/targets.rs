//! What is fed with records and images that somebody brings. Driven by `records.rs` and `images.rs` here and by `fuzz/`.

use fingerprint::{GreyImage, Prepared, Template, compare, examine, iso};

/// A record of ISO/IEC 19794-2: refused, or read; what was read can be written and read again.
pub fn iso_record(bytes: &[u8]) {
    let Ok(views) = iso::import(bytes) else {
        return;
    };
    for view in &views {
        let again = iso::export(&[(view.position, &view.template)]);
        assert!(again.is_ok_and(|record| iso::import(&record).is_ok()));
    }
}

/// A template of Gatebook's own: refused, or read, prepared and compared.
pub fn template(bytes: &[u8]) {
    if let Ok(template) = Template::from_bytes(bytes) {
        let prepared = Prepared::new(&template);
        let score = compare(&prepared, &prepared);
        assert!(!score.similarity.is_nan());
    }
}

/// A file with the picture of a press: refused, or read, written, read again, and looked at for a print. Larger ones take
/// too long to be tried by the thousand.
#[allow(dead_code)]
pub fn image(bytes: &[u8]) {
    let Ok(image) = GreyImage::from_file(bytes, 500) else {
        return;
    };
    assert_eq!(image.pixels().len(), image.width() * image.height());
    let again = GreyImage::from_file(&image.to_png(), 500);
    assert!(again.is_ok_and(|again| again.pixels() == image.pixels()));
    if image.pixels().len() <= 200 * 200
        && let Ok(seen) = examine(&image)
    {
        assert!((0.0..=1.0).contains(&seen.darkness));
        assert!(Template::from_bytes(&seen.template.to_bytes()).is_ok());
    }
}
