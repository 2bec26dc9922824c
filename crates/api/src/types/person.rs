//! People as other views mention them.

use crate::words::PersonStatus;
use model::Person;
use serde::Serialize;
use store::Role;
use utoipa::ToSchema;
use uuid::Uuid;

/// A person in a list or beside a visit.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PersonRef {
    /// Identity.
    pub(crate) id: Uuid,
    /// Person number.
    pub(crate) number: String,
    /// Full name.
    pub(crate) name: String,
    /// Department or class; may be empty.
    pub(crate) department: String,
    /// The registered photograph.
    pub(crate) photo: Option<Uuid>,
}

/// The registry's fields beside a passage.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PersonFacts {
    /// Age as the registry has it; may be empty, as each of these.
    age: String,
    /// Gender.
    gender: String,
    /// Date of birth.
    birth_date: String,
    /// Identity number, masked.
    identity_number: String,
    /// Phone number.
    phone: String,
    /// Postal address.
    address: String,
}

/// The person of a passage.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PersonCard {
    /// Identity.
    pub(crate) id: Uuid,
    /// Person number.
    pub(crate) number: String,
    /// Full name.
    pub(crate) name: String,
    /// Department or class; may be empty.
    pub(crate) department: String,
    /// The registered photograph.
    pub(crate) photo: Option<Uuid>,
    /// Active or suspended.
    pub(crate) status: PersonStatus,
    /// The registry's fields; absent for a viewer.
    pub(crate) facts: Option<PersonFacts>,
}

impl From<&Person> for PersonRef {
    fn from(person: &Person) -> Self {
        Self {
            id: person.id.0,
            number: person.number.clone(),
            name: person.name.clone(),
            department: person.department.clone(),
            photo: person.photo.map(|photo| photo.0),
        }
    }
}

impl PersonCard {
    /// The person as `role` may see it beside a passage.
    pub(crate) fn new(person: &Person, role: Role) -> Self {
        Self {
            id: person.id.0,
            number: person.number.clone(),
            name: person.name.clone(),
            department: person.department.clone(),
            photo: person.photo.map(|photo| photo.0),
            status: person.status.into(),
            facts: (role > Role::Viewer).then(|| PersonFacts::from(person)),
        }
    }
}

impl From<&Person> for PersonFacts {
    fn from(person: &Person) -> Self {
        let details = &person.details;
        Self {
            age: details.age.clone(),
            gender: details.gender.clone(),
            birth_date: details.birth_date.clone(),
            identity_number: masked(&details.identity_number),
            phone: details.phone.clone(),
            address: details.address.clone(),
        }
    }
}

/// An identity number with all but its last four characters hidden, in groups of four:
/// `XXXX XXXX 1234`. A number of four characters or fewer is hidden whole.
pub(crate) fn masked(number: &str) -> String {
    let characters: Vec<char> = number.chars().filter(|c| !c.is_whitespace()).collect();
    let shown_from = match characters.len() {
        0..=4 => characters.len(),
        more => more - 4,
    };
    let mut text = String::new();
    for (position, character) in characters.iter().enumerate() {
        if position > 0 && (characters.len() - position).is_multiple_of(4) {
            text.push(' ');
        }
        text.push(if position < shown_from { 'X' } else { *character });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn only_the_last_four_characters_of_an_identity_number_are_shown() {
        assert_eq!(masked("123412341234"), "XXXX XXXX 1234");
        assert_eq!(masked("1234 1234 1234"), "XXXX XXXX 1234");
        assert_eq!(masked("12345"), "X 2345");
    }

    #[test]
    fn a_short_number_is_hidden_whole() {
        assert_eq!(masked("1234"), "XXXX");
        assert_eq!(masked(""), "");
    }
}
