//! People, credentials, places and settings: reading. Writes go with an entry, see [`crate::Write`]; templates
//! that another model makes of photographs already enrolled say nothing new, and go without.

use crate::Result;
use async_trait::async_trait;
use model::{
    AccessPoint, Area, Credential, CredentialId, FingerLock, Gate, Person, PersonId, Settings,
    TagText,
};

/// A face template as the recogniser reads and writes it; sealed at rest.
#[derive(Clone, PartialEq, Debug)]
pub struct FaceTemplate {
    /// The credential it belongs to.
    pub credential: CredentialId,
    /// Whose it is.
    pub person: PersonId,
    /// Identity of the model that made it.
    pub model: String,
    /// The template's own encoding.
    pub bytes: Vec<u8>,
}

/// Which credential has a template by which model; the template itself stays sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaceTemplateKey {
    /// The credential it belongs to.
    pub credential: CredentialId,
    /// Whose it is.
    pub person: PersonId,
    /// Identity of the model that made it.
    pub model: String,
}

/// The template of one impression of a finger; sealed at rest, the mark for duress with it.
#[derive(Clone, PartialEq, Debug)]
pub struct FingerTemplate {
    /// The credential it belongs to.
    pub credential: CredentialId,
    /// Whose it is.
    pub person: PersonId,
    /// Number of the impression within its credential, from 0.
    pub impression: u8,
    /// Identity of what made it.
    pub model: String,
    /// Whether the finger is marked for duress.
    pub duress: bool,
    /// The template's own encoding.
    pub bytes: Vec<u8>,
}

/// What people to list.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PeopleQuery {
    /// Part of a name (any case, Unicode), a person number or a tag; empty: everybody.
    pub text: String,
    /// Only people after this (name, id), for the next page.
    pub after: Option<(String, PersonId)>,
    /// At most this many, 1..=500.
    pub limit: u32,
}

/// Face templates that are read together.
const TOGETHER: u32 = 4_096;

/// Hands every face template to `take`, some thousand at a time: of a million people all at once would be gigabytes.
///
/// # Errors
/// As [`People::face_templates_from`].
pub async fn face_templates(
    people: &(impl People + ?Sized),
    mut take: impl FnMut(Vec<FaceTemplate>) + Send,
) -> Result<()> {
    let mut place = 0;
    loop {
        let (page, next) = people.face_templates_from(place, TOGETHER).await?;
        if page.is_empty() {
            return Ok(());
        }
        place = next;
        take(page);
    }
}

/// The registry.
#[async_trait]
pub trait People: Send + Sync {
    /// One person.
    async fn person(&self, id: PersonId) -> Result<Option<Person>>;

    /// Everybody by name, without what is sealed of them: [`Person::details`] are empty.
    async fn everybody(&self) -> Result<Vec<Person>>;

    /// Several at once, in no order, those there are; as with everybody, [`Person::details`] are empty.
    async fn people_of(&self, ids: &[PersonId]) -> Result<Vec<Person>>;

    /// Several at once with all fields, in no order, those there are.
    async fn people_with_details(&self, ids: &[PersonId]) -> Result<Vec<Person>>;

    /// The person with this number.
    async fn person_by_number(&self, number: &str) -> Result<Option<Person>>;

    /// The person with this identity number, found by its keyed surrogate.
    async fn person_by_identity_number(&self, number: &str) -> Result<Option<Person>>;

    /// The person whom this tag is assigned to for good.
    async fn person_by_tag(&self, tag: &TagText) -> Result<Option<Person>>;

    /// People by name, then id.
    async fn people(&self, query: &PeopleQuery) -> Result<Vec<Person>>;

    /// How many people there are.
    async fn people_count(&self) -> Result<u64>;

    /// A person's credentials, oldest first.
    async fn credentials(&self, person: PersonId) -> Result<Vec<Credential>>;

    /// Everybody's credentials, to fill the galleries at start.
    async fn all_credentials(&self) -> Result<Vec<Credential>>;

    /// Which face templates there are, in the order they came; while the models change a credential may have one of
    /// each.
    async fn face_template_keys(&self) -> Result<Vec<FaceTemplateKey>>;

    /// Face templates in the order they came, at most `most`, 1.., from the place on that the page before gave, 0 at
    /// first; with the place to go on from. A page without any is the last. One that comes while the pages are read may be in none
    /// of them.
    async fn face_templates_from(&self, place: i64, most: u32) -> Result<(Vec<FaceTemplate>, i64)>;

    /// One person's face templates.
    async fn face_templates_of(&self, person: PersonId) -> Result<Vec<FaceTemplate>>;

    /// All templates of fingers, to fill the gallery at start.
    async fn finger_templates(&self) -> Result<Vec<FingerTemplate>>;

    /// One person's templates of fingers.
    async fn finger_templates_of(&self, person: PersonId) -> Result<Vec<FingerTemplate>>;

    /// Whose fingers are locked, the oldest lock first.
    async fn finger_locks(&self) -> Result<Vec<FingerLock>>;

    /// Keeps templates by another model beside those that their credentials have; one of the same model is
    /// replaced. A credential that is gone is passed over.
    async fn keep_templates(&self, templates: Vec<FaceTemplate>) -> Result<()>;

    /// Ends a change of models: credentials with a template of `model` name it, and their templates of other models
    /// go. Those without one keep what they have.
    async fn settle_on_model(&self, model: &str) -> Result<()>;

    /// All areas by name.
    async fn areas(&self) -> Result<Vec<Area>>;

    /// All access points by name.
    async fn access_points(&self) -> Result<Vec<AccessPoint>>;

    /// All gates by name.
    async fn gates(&self) -> Result<Vec<Gate>>;

    /// The site's settings; the default where none were set.
    async fn settings(&self) -> Result<Settings>;
}
