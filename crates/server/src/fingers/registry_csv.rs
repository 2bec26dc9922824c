//! The registry with templates of fingers as CSV: rows in and out, without any storage.
//!
//! One row a template is written; a person without fingers has one row whose last columns are empty. Templates are records of
//! ISO/IEC 19794-2:2005, or Gatebook's own, in base64. A record that is read may hold several impressions of its finger.

use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fingerprint::{Template, iso};
use model::{FingerPosition, Person};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The columns, in their order.
pub const COLUMNS: [&str; 13] = [
    "number",
    "name",
    "birth_date",
    "gender",
    "address",
    "phone",
    "photo",
    "finger_position",
    "format",
    "quality",
    "template",
    "sha256",
    "enrolled_at",
];

/// How a template is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A record of ISO/IEC 19794-2:2005 with one impression: minutiae alone.
    Iso,
    /// Gatebook's own: with the ridges, which tell people apart better.
    Native,
}

impl Format {
    /// Its word in the column `format`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Iso => "iso-19794-2:2005",
            Self::Native => super::MODEL,
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Iso, Self::Native]
            .into_iter()
            .find(|format| format.word() == word)
    }
}

/// A template with its finger, as it is written.
pub struct Written<'a> {
    /// Which finger.
    pub position: FingerPosition,
    /// The template.
    pub template: &'a Template,
    /// When it was enrolled.
    pub enrolled_at: String,
}

/// A row of a person, with a template if there is one.
///
/// # Errors
/// When the template cannot be written in that format.
pub fn row(person: &Person, finger: Option<&Written<'_>>, format: Format) -> Result<Vec<String>> {
    let details = &person.details;
    let mut row = vec![
        person.number.clone(),
        person.name.clone(),
        details.birth_date.clone(),
        details.gender.clone(),
        details.address.clone(),
        details.phone.clone(),
        details.photo_file.clone(),
    ];
    let Some(finger) = finger else {
        row.resize(COLUMNS.len(), String::new());
        return Ok(row);
    };
    let bytes = match format {
        Format::Iso => iso::export(&[(finger.position.number(), finger.template)])?,
        Format::Native => finger.template.to_bytes(),
    };
    row.extend([
        word(finger.position),
        format.word().to_owned(),
        finger.template.quality().to_string(),
        STANDARD.encode(&bytes),
        hex(&Sha256::digest(&bytes)),
        finger.enrolled_at.clone(),
    ]);
    Ok(row)
}

/// A row that was read and found to be in order.
pub struct ReadRow {
    /// Line in the file, from 1.
    pub line: u64,
    /// The person number.
    pub number: String,
    /// Name, birth date, gender, address, phone and photo.
    pub fields: [String; 6],
    /// Its templates, if there are any.
    pub finger: Option<ReadFinger>,
}

/// The templates of a row.
pub struct ReadFinger {
    /// Which finger.
    pub position: FingerPosition,
    /// How it was written.
    pub format: Format,
    /// The templates: one, or those of all impressions of a record.
    pub templates: Vec<Template>,
}

/// Which finger: the person number, and which one of that person.
pub type FingerKey = (String, FingerPosition);

/// A row that was refused.
pub struct Refused {
    /// Line in the file, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
    /// The finger that it is about, as far as that can be read.
    pub finger: Option<FingerKey>,
}

impl ReadRow {
    /// It is refused after all.
    pub fn refused(&self, reason: String) -> Refused {
        let finger = self.finger.as_ref();
        Refused {
            line: self.line,
            reason,
            finger: finger.map(|finger| (self.number.clone(), finger.position)),
        }
    }
}

/// Reads a file: each row in order, or why it is refused.
///
/// # Errors
/// When the head is not the one of such a file.
pub fn read(csv: &[u8]) -> Result<Vec<Result<ReadRow, Refused>>, String> {
    let csv = csv.strip_prefix(b"\xef\xbb\xbf").unwrap_or(csv);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv);
    let head = reader
        .headers()
        .map_err(|error| format!("the first line cannot be read: {error}"))?;
    if head.iter().ne(COLUMNS) {
        return Err(format!(
            "the first line has to name the columns {}",
            COLUMNS.join(",")
        ));
    }
    let mut rows = Vec::new();
    for (n, record) in (2..).zip(reader.records()) {
        let line = |record: &csv::StringRecord| record.position().map_or(n, csv::Position::line);
        rows.push(match record {
            Ok(record) => read_row(line(&record), &record).map_err(|reason| Refused {
                line: line(&record),
                reason,
                finger: key(&record),
            }),
            Err(error) => Err(Refused {
                line: error.position().map_or(n, csv::Position::line),
                reason: format!("the row cannot be read: {error}"),
                finger: None,
            }),
        });
    }
    Ok(rows)
}

/// The finger of a row that is refused.
fn key(record: &csv::StringRecord) -> Option<FingerKey> {
    let position = position_of(record.get(7)?.trim())?;
    Some((record.get(0)?.trim().to_owned(), position))
}

fn read_row(line: u64, record: &csv::StringRecord) -> Result<ReadRow, String> {
    if record.len() != COLUMNS.len() {
        let (got, want) = (record.len(), COLUMNS.len());
        return Err(format!("it has {got} columns in place of {want}"));
    }
    let text = |column: usize| record.get(column).unwrap_or_default().trim();
    for (column, name) in COLUMNS.iter().enumerate().take(7) {
        plain(name, text(column))?;
    }
    if text(0).is_empty() {
        return Err("it has no person number".to_owned());
    }
    let fields = [1, 2, 3, 4, 5, 6].map(|column| text(column).to_owned());
    let finger = if (7..12).all(|column| text(column).is_empty()) {
        None
    } else {
        Some(read_finger([7, 8, 9, 10, 11].map(text))?)
    };
    Ok(ReadRow {
        line,
        number: text(0).to_owned(),
        fields,
        finger,
    })
}

fn plain(name: &str, text: &str) -> Result<(), String> {
    if text.chars().count() > 200 || text.chars().any(char::is_control) {
        return Err(format!(
            "{name}: at most 200 characters on one line, without control characters"
        ));
    }
    Ok(())
}

fn read_finger(
    [position, format, quality, template, sha256]: [&str; 5],
) -> Result<ReadFinger, String> {
    let position = position_of(position)
        .ok_or("finger_position: right_thumb to right_little, left_thumb to left_little")?;
    let format = Format::of(format).ok_or_else(|| {
        let [iso, native] = [Format::Iso, Format::Native].map(Format::word);
        format!("format: {iso} or {native}")
    })?;
    let in_range = quality.is_empty() || quality.parse().is_ok_and(|q: u8| q <= 100);
    if !in_range {
        return Err("quality: a whole number from 0 to 100".to_owned());
    }
    let bytes = STANDARD
        .decode(template)
        .map_err(|error| format!("template: not base64: {error}"))?;
    if !sha256.is_empty() && !sha256.eq_ignore_ascii_case(&hex(&Sha256::digest(&bytes))) {
        return Err("sha256: not that of the template".to_owned());
    }
    let templates = match format {
        Format::Native => {
            vec![Template::from_bytes(&bytes).map_err(|e| format!("template: {e}"))?]
        }
        Format::Iso => views(&bytes, position)?,
    };
    Ok(ReadFinger {
        position,
        format,
        templates,
    })
}

/// The impressions of a record, which are all of the finger that the row names.
fn views(bytes: &[u8], position: FingerPosition) -> Result<Vec<Template>, String> {
    let views = iso::import(bytes).map_err(|error| format!("template: {error}"))?;
    let template = |view: iso::View| {
        if view.position != 0 && view.position != position.number() {
            return Err("template: it is of another finger than finger_position says".to_owned());
        }
        if view.template.minutiae().is_empty() {
            return Err("template: it has no minutiae".to_owned());
        }
        Ok(view.template)
    };
    views.into_iter().map(template).collect()
}

/// The word of a position, as the API has it.
pub fn word(position: FingerPosition) -> String {
    match serde_json::to_value(position) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The position of a word.
pub fn position_of(word: &str) -> Option<FingerPosition> {
    serde_json::from_value(Value::String(word.to_owned())).ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use fingerprint::{GreyImage, extract};
    use model::PersonDetails;
    use proptest::prelude::*;
    use std::path::Path;
    use std::sync::OnceLock;
    use testkit::prints::{Finger, Press, Sensor};

    fn ada() -> Person {
        Person {
            name: "Ada, \"the first\"".to_owned(),
            details: PersonDetails {
                phone: "555".to_owned(),
                ..PersonDetails::default()
            },
            ..crate::tests::person(17)
        }
    }

    fn template() -> &'static Template {
        static GROWN: OnceLock<Template> = OnceLock::new();
        GROWN.get_or_init(|| {
            let print = Finger::new(3).pressed(Sensor::R307, Press::CAREFUL, 1);
            let image = GreyImage::new(print.width, print.height, print.dpi, print.pixels);
            extract(&image.unwrap()).unwrap()
        })
    }

    fn file(rows: &[Vec<String>]) -> Vec<u8> {
        let mut out = csv::WriterBuilder::new();
        let mut out = out.flexible(true).from_writer(Vec::new());
        out.write_record(COLUMNS).unwrap();
        for row in rows {
            out.write_record(row).unwrap();
        }
        out.into_inner().unwrap()
    }

    fn written(format: Format) -> Vec<String> {
        let finger = Written {
            position: FingerPosition::LeftRing,
            template: template(),
            enrolled_at: String::new(),
        };
        row(&ada(), Some(&finger), format).unwrap()
    }

    /// Why the one row is refused.
    fn refused(change: impl Fn(&mut Vec<String>)) -> String {
        let mut row = written(Format::Iso);
        change(&mut row);
        let read = read(&file(&[row])).unwrap().remove(0);
        read.err().map(|refused| refused.reason).unwrap_or_default()
    }

    #[test]
    fn what_was_written_is_read_again() {
        for format in [Format::Iso, Format::Native] {
            let rows = [written(format), row(&ada(), None, format).unwrap()];
            let mut read = read(&file(&rows)).unwrap().into_iter();
            let first = read.next().unwrap().ok().unwrap();
            assert_eq!((first.line, first.number.as_str()), (2, "17"));
            assert_eq!(first.fields[0], ada().name);
            let finger = first.finger.unwrap();
            assert_eq!(finger.position, FingerPosition::LeftRing);
            assert_eq!(finger.templates.len(), 1);
            assert_eq!(finger.templates[0].has_ridges(), format == Format::Native);
            assert!(read.next().unwrap().ok().unwrap().finger.is_none());
        }
    }

    #[test]
    fn a_record_with_several_impressions_is_one_row_and_one_finger() {
        let (ring, thumb) = (9, 6);
        let record = |positions: &[u8]| {
            let views: Vec<_> = positions.iter().map(|p| (*p, template())).collect();
            let record = STANDARD.encode(iso::export(&views).unwrap());
            let mut row = written(Format::Iso);
            row[10] = record;
            row[11].clear();
            read(&file(&[row])).unwrap().remove(0)
        };
        let finger = record(&[ring, ring, ring]).ok().unwrap().finger.unwrap();
        assert_eq!(finger.templates.len(), 3);
        let mixed = record(&[ring, thumb]).err().unwrap().reason;
        assert!(mixed.contains("another finger"), "{mixed}");
    }

    #[test]
    fn each_thing_that_is_wrong_with_a_row_is_named() {
        let at =
            |column: usize, text: &'static str| refused(move |row| row[column] = text.to_owned());
        assert!(at(0, "").contains("no person number"));
        assert!(at(1, "a\tb").contains("name"));
        assert!(at(7, "left_toe").contains("finger_position"));
        assert!(at(7, "left_thumb").contains("another finger"));
        assert!(at(8, "other").contains("format"));
        assert!(at(9, "101").contains("quality"));
        assert!(at(10, "!").contains("base64"));
        assert!(at(11, "00").contains("sha256"));
        let cut = refused(|row| {
            let half = row[10].len() / 8 * 4;
            row[10].truncate(half);
            row[11].clear();
        });
        assert!(cut.contains("ISO/IEC 19794-2:2005"), "{cut}");
        assert!(refused(|row| drop(row.pop())).contains("12 columns"));
        assert!(read(b"other,head\n").is_err());
    }

    #[test]
    fn the_corpus_of_the_fuzzer_at_every_length() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/finger_csv");
        let (mut read_rows, mut refused_rows) = (0, 0);
        for file in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            for end in 0..=bytes.len() {
                for row in read(&bytes[..end]).unwrap_or_default() {
                    match row {
                        Ok(_) => read_rows += 1,
                        Err(refused) => {
                            assert!(refused.line > 1 && !refused.reason.is_empty());
                            refused_rows += 1;
                        }
                    }
                }
            }
        }
        assert!(read_rows > 0 && refused_rows > 0);
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
            let _ = read(&bytes);
            let mut file = COLUMNS.join(",").into_bytes();
            file.push(b'\n');
            file.extend(&bytes);
            let _ = read(&file).map(|rows| rows.len());
        }

        #[test]
        fn any_template_is_answered(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            for format in [Format::Iso, Format::Native] {
                let mut row = written(format);
                row[10] = STANDARD.encode(&bytes);
                row[11].clear();
                prop_assert!(read(&file(&[row])).unwrap().remove(0).is_err());
            }
        }
    }
}
