//! Exporting the registry with templates of fingers.

use super::registry_csv::{COLUMNS, Format, Written, row};
use anyhow::Result;
use fingerprint::Template;
use model::{CredentialKind, Person};
use store::{PeopleQuery, Store};

/// People read at once.
const PAGE: u32 = 500;

/// The registry as CSV. Fingers of duress are left out: their mark must not be lost on the way; how many were.
///
/// # Errors
/// When the store cannot be read, or a template is damaged.
pub async fn export(store: &dyn Store, format: Format) -> Result<(String, usize)> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    let (mut after, mut left_out) = (None, 0);
    loop {
        let query = PeopleQuery {
            text: String::new(),
            after,
            limit: PAGE,
        };
        let people = store.people(&query).await?;
        let Some(last) = people.last() else { break };
        after = Some((last.name.clone(), last.id));
        for person in &people {
            left_out += export_person(store, person, format, &mut out).await?;
        }
    }
    let bytes = out.into_inner()?;
    Ok((String::from_utf8(bytes)?, left_out))
}

async fn export_person(
    store: &dyn Store,
    person: &Person,
    format: Format,
    out: &mut csv::Writer<Vec<u8>>,
) -> Result<usize> {
    let templates = store.finger_templates_of(person.id).await?;
    let (mut rows, mut left_out) = (0, 0);
    for credential in store.credentials(person.id).await? {
        let CredentialKind::Finger { position, .. } = credential.kind else {
            continue;
        };
        let own = templates.iter().filter(|t| t.credential == credential.id);
        let own: Vec<_> = own.collect();
        if own.iter().any(|template| template.duress) {
            left_out += 1;
            continue;
        }
        for stored in own {
            let template = Template::from_bytes(&stored.bytes)?;
            let written = Written {
                position,
                template: &template,
                enrolled_at: credential.enrolled_at.to_string(),
            };
            out.write_record(row(person, Some(&written), format)?)?;
            rows += 1;
        }
    }
    if rows == 0 {
        out.write_record(row(person, None, format)?)?;
    }
    Ok(left_out)
}
