//! Face templates: each is sealed, a credential has one of each model.

use model::{Credential, CredentialKind};
use store::{FaceTemplate, Result};

use super::keys::Keys;
use super::writer::{Tx, Work};
use crate::engine::fault::{Fault, fault, taken_or_dangling};
use crate::engine::rows::{Columns, json};
use crate::engine::{Row, query};

const INSERT: &str =
    "INSERT INTO templates (credential, person, model, sealed) VALUES (?, ?, ?, ?)";
const KEEP: &str = "INSERT INTO templates (credential, person, model, sealed) VALUES (?, ?, ?, ?) \
     ON CONFLICT (credential, model) DO UPDATE SET sealed = excluded.sealed";

/// Adds the template of a new credential.
pub(super) async fn put(tx: &mut Tx<'_>, template: &FaceTemplate) -> Result<()> {
    let what = || format!("the template of credential {}", template.credential);
    inserted(tx, INSERT, template)
        .await?
        .map_err(taken_or_dangling(what, "the credential of the template"))
}

async fn inserted(
    tx: &mut Tx<'_>,
    sql: &'static str,
    template: &FaceTemplate,
) -> Result<std::result::Result<(), Fault>> {
    let credential = template.credential.0.as_bytes().as_slice();
    let sealed = tx.keys.templates.seal(credential, &template.bytes)?;
    let done = query(sql)
        .bind(credential)
        .bind(template.person.0.as_bytes().as_slice())
        .bind(&template.model)
        .bind(sealed)
        .execute(&mut *tx.db)
        .await;
    Ok(done.map(drop))
}

/// A row as a template.
pub(super) fn read(keys: &Keys, row: &Row) -> Result<FaceTemplate> {
    let credential: &[u8] = row.col("credential")?;
    Ok(FaceTemplate {
        credential: row.id("credential")?,
        person: row.id("person")?,
        model: row.col("model")?,
        bytes: keys.templates.open(credential, row.col("sealed")?)?,
    })
}

/// Keeps templates by another model beside those that are there.
pub(super) struct Keeping(pub(super) Vec<FaceTemplate>);

impl Work for Keeping {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        for template in &self.0 {
            let known = query("SELECT 1 AS one FROM credentials WHERE id = ?")
                .bind(template.credential.0.as_bytes().as_slice())
                .fetch_optional(&mut *tx.db)
                .await
                .map_err(fault)?;
            if known.is_some() {
                inserted(tx, KEEP, template).await?.map_err(fault)?;
            }
        }
        Ok(())
    }
}

/// Ends a change of models.
pub(super) struct SettlingOn(pub(super) String);

impl Work for SettlingOn {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let sql = "SELECT c.record FROM credentials c JOIN templates t ON t.credential = c.id \
                   WHERE t.model = ? ORDER BY c.id";
        let rows = query(sql).bind(&self.0).fetch_all(&mut *tx.db).await;
        for row in rows.map_err(fault)? {
            let credential: Credential = row.record("record")?;
            self.named(tx, credential).await?;
        }
        let sql = "DELETE FROM templates WHERE model <> ? AND credential IN \
                   (SELECT credential FROM templates WHERE model = ?)";
        let done = query(sql).bind(&self.0).bind(&self.0).execute(&mut *tx.db);
        done.await.map(drop).map_err(fault)
    }
}

impl SettlingOn {
    /// Lets the credential name the model.
    async fn named(&self, tx: &mut Tx<'_>, mut credential: Credential) -> Result<()> {
        match &mut credential.kind {
            CredentialKind::Face { model, .. } if *model != self.0 => model.clone_from(&self.0),
            _ => return Ok(()),
        }
        let done = query("UPDATE credentials SET record = ? WHERE id = ?")
            .bind(json(&credential)?)
            .bind(credential.id.0.as_bytes().as_slice())
            .execute(&mut *tx.db)
            .await;
        done.map(drop).map_err(fault)
    }
}
