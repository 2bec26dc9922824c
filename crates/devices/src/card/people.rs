//! `/a_d.csv`: read with every refused row named, and written so that the board accepts it.

use super::{REGISTRY_HEADER, RefusedRow, rows};
use crate::classic::line::{RegistryLine, registry_line};
use model::{Person, PersonDetails};
use std::collections::HashMap;

/// A row of the registry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonRow {
    /// Line number in the file, from 1.
    pub line: u64,
    /// Its fields.
    pub person: RegistryLine,
}

/// A registry as read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CardPeople {
    /// Rows in order, each person number once.
    pub rows: Vec<PersonRow>,
    /// Refused rows in order.
    pub refused: Vec<RefusedRow>,
}

/// Why a person cannot stand on a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FieldError {
    /// A comma in a field before the address would shift all that follow.
    #[error("{0} holds a comma, which the card's file cannot keep")]
    Comma(&'static str),
    /// A line break or another control character.
    #[error("{0} holds a line break or a control character")]
    Control(&'static str),
    /// No person number.
    #[error("the person number is empty")]
    NoNumber,
}

/// A registry as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrittenPeople {
    /// The file.
    pub text: String,
    /// People who could not be written: index in the given order, and why.
    pub refused: Vec<(usize, FieldError)>,
}

/// Reads a registry. A person number that stands twice is refused the second time.
#[must_use]
pub fn read_people(file: &[u8]) -> CardPeople {
    let mut people = CardPeople::default();
    let mut first_lines: HashMap<String, u64> = HashMap::new();
    for (line, row) in rows(file) {
        match registry_line(row) {
            Err(error) => people.refused.push(RefusedRow {
                line,
                reason: error.to_string(),
            }),
            Ok(person) => match first_lines.get(&person.number) {
                Some(first) => {
                    let reason = format!("the same person number (F_ID) stands in line {first}");
                    people.refused.push(RefusedRow { line, reason });
                }
                None => {
                    first_lines.insert(person.number.clone(), line);
                    people.rows.push(PersonRow { line, person });
                }
            },
        }
    }
    people
}

/// Writes a registry with its header and line feeds, as the board does itself.
#[must_use]
pub fn write_people(people: &[RegistryLine]) -> WrittenPeople {
    let mut written = WrittenPeople {
        text: format!("{REGISTRY_HEADER}\n"),
        refused: Vec::new(),
    };
    for (index, person) in people.iter().enumerate() {
        match row(person) {
            Ok(row) => {
                written.text.push_str(&row);
                written.text.push('\n');
            }
            Err(error) => written.refused.push((index, error)),
        }
    }
    written
}

/// A person's row.
#[must_use]
pub fn registry_line_of(person: &Person) -> RegistryLine {
    let details = &person.details;
    RegistryLine {
        number: person.number.clone(),
        name: person.name.clone(),
        age: details.age.clone(),
        gender: details.gender.clone(),
        birth_date: details.birth_date.clone(),
        identity_number: details.identity_number.clone(),
        photo_file: details.photo_file.clone(),
        phone: details.phone.clone(),
        address: details.address.clone(),
    }
}

impl From<&RegistryLine> for PersonDetails {
    fn from(line: &RegistryLine) -> Self {
        Self {
            age: line.age.clone(),
            gender: line.gender.clone(),
            birth_date: line.birth_date.clone(),
            identity_number: line.identity_number.clone(),
            photo_file: line.photo_file.clone(),
            phone: line.phone.clone(),
            address: line.address.clone(),
        }
    }
}

fn row(person: &RegistryLine) -> Result<String, FieldError> {
    if person.number.trim().is_empty() {
        return Err(FieldError::NoNumber);
    }
    let named = [
        ("the person number", &person.number),
        ("the name", &person.name),
        ("the age", &person.age),
        ("the gender", &person.gender),
        ("the date of birth", &person.birth_date),
        ("the identity number", &person.identity_number),
        ("the photo's file name", &person.photo_file),
        ("the phone number", &person.phone),
        ("the address", &person.address),
    ];
    let is_address = |what: &str| what == "the address";
    for (what, field) in named {
        if field.chars().any(char::is_control) {
            return Err(FieldError::Control(what));
        }
        if field.contains(',') && !is_address(what) {
            return Err(FieldError::Comma(what));
        }
    }
    Ok(named.map(|(_, field)| field.trim()).join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = "F_ID,Name,Age,Gender,DOB,A_No,Image,P_No,Address\r\n\
        7,Asha Rao,34,F,1991-05-17,123456789012,7.jpg,9000000001,12, Hill Road, Pune\r\n\
        \r\n\
        8,Bina\r\n\
        7,Asha again,,,,,,,\r\n\
        9,Chitra Sen,,,,,,,\n";

    #[test]
    fn good_rows_are_read_and_every_refused_row_is_named_with_its_line() {
        let people = read_people(FILE.as_bytes());
        let lines: Vec<u64> = people.rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 6]);
        assert_eq!(people.rows[0].person.address, "12, Hill Road, Pune");
        let refused: Vec<u64> = people.refused.iter().map(|row| row.line).collect();
        assert_eq!(refused, [4, 5]);
        assert!(people.refused[1].reason.contains("line 2"));
    }

    #[test]
    fn what_the_card_cannot_keep_is_an_error_and_not_a_shifted_row() {
        let person = |name: &str, address: &str| RegistryLine {
            number: "7".into(),
            name: name.into(),
            address: address.into(),
            ..RegistryLine::default()
        };
        let written = write_people(&[
            person("Rao, Asha", "x"),
            person("Asha", "two\nlines"),
            person("Asha", "12, Hill Road"),
        ]);
        assert_eq!(
            written.refused,
            [
                (0, FieldError::Comma("the name")),
                (1, FieldError::Control("the address"))
            ]
        );
        assert_eq!(
            written.text,
            format!("{REGISTRY_HEADER}\n7,Asha,,,,,,,12, Hill Road\n")
        );
    }

    fn field() -> impl Strategy<Value = String> {
        "([A-Za-z0-9.é-]([A-Za-z0-9. é-]{0,10}[A-Za-z0-9.é-])?)?"
    }

    proptest! {
        #[test]
        fn a_registry_that_was_written_is_read_back_whole(
            fields in proptest::collection::vec(field(), 7),
            address in "([a-z]([a-z, ]{0,20}[a-z])?)?",
        ) {
            let person = RegistryLine {
                number: "7".into(),
                name: fields[0].clone(),
                age: fields[1].clone(),
                gender: fields[2].clone(),
                birth_date: fields[3].clone(),
                identity_number: fields[4].clone(),
                photo_file: fields[5].clone(),
                phone: fields[6].clone(),
                address,
            };
            let written = write_people(std::slice::from_ref(&person));
            prop_assert_eq!(&written.refused, &[]);
            let read = read_people(written.text.as_bytes());
            prop_assert_eq!(&read.refused, &[]);
            prop_assert_eq!(&read.rows[0].person, &person);
        }

        #[test]
        fn any_file_is_read_and_never_a_panic(file: Vec<u8>) {
            let _ = read_people(&file);
        }
    }
}
