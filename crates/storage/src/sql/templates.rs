//! Face templates: each is sealed, a credential has one of each model.

use model::{Credential, CredentialKind};
use store::{FaceTemplate, FaceTemplateKey, Result};

use super::keys::Keys;
use super::writer::{Tx, Work};
use crate::engine::fault::{fault, taken_or_dangling};
use crate::engine::rows::{Columns, json};
use crate::engine::{Query, Row, query};

/// Adds the template of a new credential.
pub(super) async fn put(tx: &mut Tx<'_>, template: &FaceTemplate) -> Result<()> {
    let what = || format!("the template of credential {}", template.credential);
    let done = insert(tx, "VALUES (?, ?, ?, ?)", template)?
        .execute(&mut *tx.db)
        .await;
    done.map(drop)
        .map_err(taken_or_dangling(what, "the credential of the template"))
}

/// A statement that adds a template; `source` gives its four values.
fn insert(tx: &Tx<'_>, source: &'static str, template: &FaceTemplate) -> Result<Query> {
    let credential = template.credential.0.as_bytes().as_slice();
    let sealed = tx.keys.templates.seal(credential, &template.bytes)?;
    let mut sql = query("INSERT INTO templates (credential, person, model, sealed) ");
    sql.push(source);
    Ok(sql
        .bind(credential)
        .bind(template.person.0.as_bytes().as_slice())
        .bind(&template.model)
        .bind(sealed))
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

/// What a row is the template of.
pub(super) fn key(row: &Row) -> Result<FaceTemplateKey> {
    Ok(FaceTemplateKey {
        credential: row.id("credential")?,
        person: row.id("person")?,
        model: row.col("model")?,
    })
}

/// Keeps templates by another model beside those that are there, as far as their credentials still are.
pub(super) struct Keeping(pub(super) Vec<FaceTemplate>);

impl Work for Keeping {
    type Output = ();

    async fn run(&self, tx: &mut Tx<'_>) -> Result<()> {
        let source = "SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM credentials WHERE id = ?) \
                      ON CONFLICT (credential, model) DO UPDATE SET sealed = excluded.sealed";
        for template in &self.0 {
            insert(tx, source, template)?
                .bind(template.credential.0.as_bytes().as_slice())
                .execute(&mut *tx.db)
                .await
                .map_err(fault)?;
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
