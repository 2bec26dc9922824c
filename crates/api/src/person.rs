//! A person as the API shows one: how much depends on the caller's role.

use model::Person;
use serde::{Deserialize, Serialize};
use store::Role;
use utoipa::ToSchema;
use uuid::Uuid;

/// How many characters of an identity number stay readable.
const READABLE: usize = 4;

/// Who a person is, wherever one is named.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct PersonBrief {
    /// Identity.
    pub id: Uuid,
    /// The person number; empty when the person was deleted.
    pub number: String,
    /// Full name; empty when the person was deleted.
    pub name: String,
    /// Department or class; empty when none.
    pub department: String,
    /// The registered photograph.
    pub photo: Option<Uuid>,
    /// The person was deleted: the log keeps the identity and nothing more.
    pub deleted: bool,
}

impl PersonBrief {
    /// What is left to show of somebody who was deleted.
    #[must_use]
    pub fn deleted(id: model::PersonId) -> Self {
        Self {
            id: id.0,
            number: String::new(),
            name: String::new(),
            department: String::new(),
            photo: None,
            deleted: true,
        }
    }
}

impl From<&Person> for PersonBrief {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id.0,
            number: person.number.clone(),
            name: person.name.clone(),
            department: person.department.clone(),
            photo: person.photo.map(|picture| picture.0),
            deleted: false,
        }
    }
}

/// The personal fields; each may be empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PersonDetails {
    /// Age as the card's file gives it.
    pub age: String,
    /// Gender as the card's file gives it.
    pub gender: String,
    /// Date of birth as the card's file gives it.
    pub birth_date: String,
    /// Identity number: `XXXX XXXX 1234` for everybody but an admin. Sent back masked, it stays
    /// what it was.
    pub identity_number: String,
    /// File name of the registered photograph on the card.
    pub photo_file: String,
    /// Phone number.
    pub phone: String,
    /// Postal address.
    pub address: String,
}

impl PersonDetails {
    /// The fields that `role` may see: operators all with the identity number masked, admins all,
    /// the others none.
    #[must_use]
    pub fn for_role(details: &model::PersonDetails, role: Role) -> Option<Self> {
        if role < Role::Operator {
            return None;
        }
        let identity_number = match role {
            Role::Admin => details.identity_number.clone(),
            _ => masked(&details.identity_number),
        };
        Some(Self {
            age: details.age.clone(),
            gender: details.gender.clone(),
            birth_date: details.birth_date.clone(),
            identity_number,
            photo_file: details.photo_file.clone(),
            phone: details.phone.clone(),
            address: details.address.clone(),
        })
    }

    /// The fields to keep when these replace `before`.
    #[must_use]
    pub fn replacing(self, before: &model::PersonDetails) -> model::PersonDetails {
        let unchanged = self.identity_number == masked(&before.identity_number);
        model::PersonDetails {
            age: self.age,
            gender: self.gender,
            birth_date: self.birth_date,
            identity_number: if unchanged {
                before.identity_number.clone()
            } else {
                self.identity_number
            },
            photo_file: self.photo_file,
            phone: self.phone,
            address: self.address,
        }
    }
}

/// An identity number of which only the last four characters can be read, in groups of four; a
/// short one cannot be read at all.
#[must_use]
pub fn masked(number: &str) -> String {
    let plain: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
    let hidden = if plain.len() > 2 * READABLE {
        plain.len() - READABLE
    } else {
        plain.len()
    };
    let mut out = String::new();
    for (position, character) in plain.into_iter().enumerate() {
        if position > 0 && position % 4 == 0 {
            out.push(' ');
        }
        out.push(if position < hidden { 'X' } else { character });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> model::PersonDetails {
        model::PersonDetails {
            identity_number: "123456789012".into(),
            phone: "555".into(),
            ..Default::default()
        }
    }

    #[test]
    fn all_but_the_last_four_characters_of_an_identity_number_are_hidden() {
        assert_eq!(masked("123456789012"), "XXXX XXXX 9012");
        assert_eq!(masked("1234 5678 9012"), "XXXX XXXX 9012");
        assert_eq!(masked("1234"), "XXXX");
        assert_eq!(masked(""), "");
    }

    #[test]
    fn only_an_admin_reads_the_whole_identity_number() {
        assert_eq!(PersonDetails::for_role(&details(), Role::Viewer), None);
        assert_eq!(PersonDetails::for_role(&details(), Role::Auditor), None);
        let operator = PersonDetails::for_role(&details(), Role::Operator).unwrap();
        assert_eq!(operator.identity_number, "XXXX XXXX 9012");
        let admin = PersonDetails::for_role(&details(), Role::Admin).unwrap();
        assert_eq!(admin.identity_number, "123456789012");
    }

    #[test]
    fn a_masked_number_that_is_sent_back_changes_nothing() {
        let mut shown = PersonDetails::for_role(&details(), Role::Operator).unwrap();
        shown.phone = "556".into();
        let kept = shown.clone().replacing(&details());
        assert_eq!(kept.identity_number, "123456789012");
        assert_eq!(kept.phone, "556");
        shown.identity_number = "999999999999".into();
        assert_eq!(shown.replacing(&details()).identity_number, "999999999999");
    }
}
