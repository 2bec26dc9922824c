//! What the registry knows about the persons and tags that evidence speaks of.

use model::{AccessPoint, Custody, CustodyState, Evidence, Person, PersonId, TagText};

/// What the caller has to look up to decide on `Evidence`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wanted<'a> {
    /// The person with this number: [`Facts::by_finger`].
    pub number: Option<&'a str>,
    /// The person with this identity: [`Facts::by_face`].
    pub face: Option<PersonId>,
    /// The person whose finger the house found it to be: [`Facts::by_print`].
    pub print: Option<PersonId>,
    /// The custody of this tag and its holder: [`Facts::tag`].
    pub tag: Option<&'a TagText>,
}

/// What has to be looked up to decide on `evidence`.
#[must_use]
pub fn wanted(evidence: &Evidence) -> Wanted<'_> {
    let finger = evidence.finger.as_ref().map(|f| f.number.as_str());
    let line = evidence.classic_entry.as_ref().map(|e| e.number.as_str());
    Wanted {
        number: finger.or(line),
        face: evidence.face.as_ref().and_then(|f| f.person),
        print: evidence.fingerprint.as_ref().and_then(|f| f.person),
        tag: evidence.tag.as_ref().map(|t| &t.tag),
    }
}

/// A tag as the store knows it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TagFacts {
    /// Where the tag is; `None` when it was never seen or assigned.
    pub custody: Option<Custody>,
    /// The person that [`holder`] names, if still in the registry.
    pub holder: Option<Person>,
}

/// Whom a tag speaks for: the person it is issued or assigned to. A returned tag lies in a box
/// and speaks for nobody; a lost or revoked one is refused, and names its last holder.
#[must_use]
pub fn holder(custody: &Custody) -> Option<PersonId> {
    match custody.state {
        CustodyState::Returned => None,
        CustodyState::Issued
        | CustodyState::Assigned
        | CustodyState::Lost
        | CustodyState::Revoked => custody.person,
    }
}

/// Everything outside the evidence that a decision depends on, apart from the time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Where.
    pub access_point: AccessPoint,
    /// Whom the person number belongs to ([`Wanted::number`]).
    pub by_finger: Option<Person>,
    /// The person whom the face was found to be ([`Wanted::face`]), if still in the registry.
    pub by_face: Option<Person>,
    /// The person whose finger the house found it to be ([`Wanted::print`]), if still in the registry.
    pub by_print: Option<Person>,
    /// The tag ([`Wanted::tag`]).
    pub tag: TagFacts,
}
