//! What is fed with records that somebody brings. Driven by `records.rs` here and by `fuzz/`.

use fingerprint::{Prepared, Template, compare, iso};

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
