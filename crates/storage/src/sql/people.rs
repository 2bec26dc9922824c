//! Reading the registry: people, their credentials and templates, places, settings.

use async_trait::async_trait;
use model::{
    AccessPoint, Area, Credential, FingerLock, Gate, Person, PersonDetails, PersonId, Settings,
    TagText, Timestamp, bare_identity_number,
};
use store::{
    FaceTemplate, FaceTemplateKey, FingerTemplate, People, PeopleQuery, Result, StoreError,
};

use super::keys::Keys;
use super::templates::{self, Keeping, SettlingOn};
use super::{SqlStore, fingers, places};
use crate::engine::fault::fault;
use crate::engine::rows::{Columns, from_json};
use crate::engine::value::Value;
use crate::engine::{Query, Row, query};

/// People asked for in one statement.
const TOGETHER: usize = 256;

#[async_trait]
impl People for SqlStore {
    async fn person(&self, id: PersonId) -> Result<Option<Person>> {
        let sql = "SELECT * FROM people WHERE id = ?";
        self.one_person(sql, id.0.as_bytes().to_vec()).await
    }

    async fn everybody(&self) -> Result<Vec<Person>> {
        let (known, reading) = self.known().everybody();
        if let Some(everybody) = known {
            return Ok(everybody.to_vec());
        }
        let mut sql = query("SELECT ");
        sql.push(PLAIN)
            .push(" FROM people ORDER BY name_folded, id");
        let mut db = self.read().await?;
        let rows = sql.fetch_all(&mut db).await.map_err(fault)?;
        let everybody = rows.iter().map(read_plain).collect::<Result<Vec<_>>>()?;
        self.known().keep_everybody(reading, &everybody);
        Ok(everybody)
    }

    async fn people_of(&self, ids: &[PersonId]) -> Result<Vec<Person>> {
        let (mut people, missing, reading) = self.known().find(ids);
        let read = self.some_people(PLAIN, &missing, read_plain).await?;
        self.known().keep(reading, &read);
        people.extend(read);
        Ok(people)
    }

    async fn people_with_details(&self, ids: &[PersonId]) -> Result<Vec<Person>> {
        let read = |row: &Row| read_person(self.keys(), row);
        self.some_people("*", ids, read).await
    }

    async fn person_by_number(&self, number: &str) -> Result<Option<Person>> {
        let sql = "SELECT * FROM people WHERE number = ?";
        self.one_person(sql, number.to_owned()).await
    }

    async fn person_by_identity_number(&self, number: &str) -> Result<Option<Person>> {
        let surrogate = self
            .keys()
            .identity_numbers
            .of(&bare_identity_number(number));
        let sql = "SELECT * FROM people WHERE identity_number = ? ORDER BY id LIMIT 1";
        self.one_person(sql, surrogate).await
    }

    async fn person_by_tag(&self, tag: &TagText) -> Result<Option<Person>> {
        let sql = "SELECT p.* FROM credentials c JOIN people p ON p.id = c.person WHERE c.tag = ?";
        self.one_person(sql, tag.as_str().to_owned()).await
    }

    async fn people(&self, query: &PeopleQuery) -> Result<Vec<Person>> {
        let sql = search(query);
        let mut db = self.read().await?;
        let rows = sql.fetch_all(&mut db).await.map_err(fault)?;
        rows.iter()
            .map(|row| read_person(self.keys(), row))
            .collect()
    }

    async fn people_count(&self) -> Result<u64> {
        let mut db = self.read().await?;
        let row = query("SELECT count(*) AS people FROM people")
            .fetch_one(&mut db)
            .await;
        row.map_err(fault)?.count("people")
    }

    async fn credentials(&self, person: PersonId) -> Result<Vec<Credential>> {
        let sql = "SELECT record FROM credentials WHERE person = ? ORDER BY enrolled_at, rowid";
        let mut db = self.read().await?;
        let rows = query(sql)
            .bind(person.0.as_bytes().as_slice())
            .fetch_all(&mut db)
            .await
            .map_err(fault)?;
        rows.iter().map(|row| row.record("record")).collect()
    }

    async fn all_credentials(&self) -> Result<Vec<Credential>> {
        let sql = "SELECT record FROM credentials ORDER BY person, enrolled_at, rowid";
        let mut db = self.read().await?;
        let rows = query(sql).fetch_all(&mut db).await.map_err(fault)?;
        rows.iter().map(|row| row.record("record")).collect()
    }

    async fn face_template_keys(&self) -> Result<Vec<FaceTemplateKey>> {
        let mut db = self.read().await?;
        let sql = "SELECT credential, person, model FROM templates ORDER BY rowid";
        let rows = query(sql).fetch_all(&mut db).await.map_err(fault)?;
        rows.iter().map(templates::key).collect()
    }

    async fn face_templates_from(&self, place: i64, most: u32) -> Result<(Vec<FaceTemplate>, i64)> {
        let mut db = self.read().await?;
        // By the order of the file: by credential, each row of a million would be looked for on its own.
        let sql = "SELECT rowid AS place, credential, person, model, sealed FROM templates \
                   WHERE rowid > ? ORDER BY rowid LIMIT ?";
        let rows = query(sql)
            .bind(place)
            .bind(i64::from(most))
            .fetch_all(&mut db)
            .await
            .map_err(fault)?;
        let next = rows.last().map(|row| row.col("place")).transpose()?;
        let read = |row| templates::read(self.keys(), row);
        let templates: Result<_> = rows.iter().map(read).collect();
        Ok((templates?, next.unwrap_or(place)))
    }

    async fn face_templates_of(&self, person: PersonId) -> Result<Vec<FaceTemplate>> {
        let mut db = self.read().await?;
        let rows = query("SELECT * FROM templates WHERE person = ? ORDER BY rowid")
            .bind(person.0.as_bytes().as_slice())
            .fetch_all(&mut db)
            .await
            .map_err(fault)?;
        rows.iter()
            .map(|row| templates::read(self.keys(), row))
            .collect()
    }

    async fn finger_templates(&self) -> Result<Vec<FingerTemplate>> {
        fingers::templates(&mut self.read().await?, self.keys(), None).await
    }

    async fn finger_templates_of(&self, person: PersonId) -> Result<Vec<FingerTemplate>> {
        fingers::templates(&mut self.read().await?, self.keys(), Some(person)).await
    }

    async fn finger_locks(&self) -> Result<Vec<FingerLock>> {
        fingers::locks(&mut self.read().await?).await
    }

    async fn keep_templates(&self, templates: Vec<FaceTemplate>) -> Result<()> {
        self.write(Keeping(templates)).await
    }

    async fn settle_on_model(&self, model: &str) -> Result<()> {
        self.write(SettlingOn(model.to_owned())).await
    }

    async fn areas(&self) -> Result<Vec<Area>> {
        let mut db = self.read().await?;
        places::records(&mut db, "SELECT record FROM areas ORDER BY name").await
    }

    async fn access_points(&self) -> Result<Vec<AccessPoint>> {
        let mut db = self.read().await?;
        places::records(&mut db, "SELECT record FROM access_points ORDER BY name").await
    }

    async fn gates(&self) -> Result<Vec<Gate>> {
        let mut db = self.read().await?;
        places::records(&mut db, "SELECT record FROM gates ORDER BY name").await
    }

    async fn settings(&self) -> Result<Settings> {
        let mut db = self.read().await?;
        places::settings(&mut db).await
    }
}

impl SqlStore {
    async fn some_people(
        &self,
        columns: &'static str,
        ids: &[PersonId],
        read: impl Fn(&Row) -> Result<Person> + Send,
    ) -> Result<Vec<Person>> {
        let mut people = Vec::with_capacity(ids.len());
        if ids.is_empty() {
            return Ok(people);
        }
        let mut db = self.read().await?;
        for ids in ids.chunks(TOGETHER) {
            let mut sql = query("SELECT ");
            sql.push(columns).push(" FROM people WHERE id IN (");
            let ids = ids.iter().map(|id| id.0.as_bytes().to_vec());
            sql.push_set(&ids.collect::<Vec<_>>());
            sql.push(")");
            for row in sql.fetch_all(&mut db).await.map_err(fault)? {
                people.push(read(&row)?);
            }
        }
        Ok(people)
    }

    async fn one_person<V>(&self, sql: &'static str, value: V) -> Result<Option<Person>>
    where
        V: Into<Value>,
    {
        let mut db = self.read().await?;
        let row = query(sql)
            .bind(value)
            .fetch_optional(&mut db)
            .await
            .map_err(fault)?;
        row.map(|row| read_person(self.keys(), &row)).transpose()
    }
}

/// How names are compared: without case, in any script.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// What is looked for with `LIKE`, letter by letter.
fn escaped(text: &str) -> String {
    let special = |letter| matches!(letter, '%' | '_' | '!');
    let letters = text
        .chars()
        .map(|letter| (special(letter).then_some('!'), letter));
    letters
        .flat_map(|(escape, letter)| escape.into_iter().chain([letter]))
        .collect()
}

fn search(wanted: &PeopleQuery) -> Query {
    let mut sql = query("SELECT * FROM people WHERE 1 = 1");
    let text = wanted.text.trim();
    if !text.is_empty() {
        sql.push(" AND (name_folded LIKE ")
            .push_bind(format!("%{}%", escaped(&folded(text))));
        sql.push(" ESCAPE '!' OR substr(number, 1, length(")
            .push_bind(text.to_owned());
        sql.push(")) = ").push_bind(text.to_owned());
    }
    if let Some(tag) = TagText::new(text) {
        sql.push(" OR id IN (SELECT person FROM credentials WHERE tag = ");
        sql.push_bind(tag.as_str().to_owned());
        sql.push(") OR id IN (SELECT person FROM custody WHERE state = 'issued' AND tag = ");
        sql.push_bind(tag.as_str().to_owned()).push("))");
    }
    if let Some((name, id)) = &wanted.after {
        sql.push(" AND (name_folded, id) > (")
            .push_bind(folded(name));
        sql.push(", ").push_bind(id.0.as_bytes().to_vec()).push(")");
    }
    sql.push(" ORDER BY name_folded, id LIMIT ")
        .push_bind(wanted.limit);
    sql
}

pub(super) fn read_person(keys: &Keys, row: &Row) -> Result<Person> {
    let sealed: &[u8] = row.col("details")?;
    let details = keys.details.open(row.col("id")?, sealed)?;
    let details: PersonDetails = from_json(&details)?;
    Ok(Person {
        details,
        ..read_plain(row)?
    })
}

/// The columns of [`read_plain`].
const PLAIN: &str = "id, number, name, department, status, valid_from, valid_until, places, photo";

/// What is kept in the clear.
fn read_plain(row: &Row) -> Result<Person> {
    Ok(Person {
        id: row.id("id")?,
        number: row.col("number")?,
        name: row.col("name")?,
        department: row.col("department")?,
        status: row.word("status")?,
        valid_from: written_time(row, "valid_from")?,
        valid_until: written_time(row, "valid_until")?,
        places: row.record("places")?,
        photo: row.maybe_id("photo")?,
        details: PersonDetails::default(),
    })
}

/// Validity is kept as written: it may lie further away than nanoseconds reach.
fn written_time(row: &Row, name: &str) -> Result<Option<Timestamp>> {
    let text: Option<&str> = row.col(name)?;
    let parse = |text: &str| text.parse();
    text.map(parse)
        .transpose()
        .map_err(|error| StoreError::Damaged(format!("{name}: {error}")))
}
