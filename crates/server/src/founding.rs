//! The first entry of a log, and the one-time link by which somebody becomes administrator.

use anyhow::Result;
use model::{Act, Author, Entry, EventId, Record, Settings, Timestamp, UserId};
use store::{Append, Put, Role, Store, User, Write};
use uuid::Uuid;

/// Founds a new site. Where nobody has become administrator yet, the path of a fresh one-time link.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn found(store: &dyn Store, now: Timestamp) -> Result<Option<String>> {
    if store.size().await? == 0 {
        let settings = Settings {
            time_zone: local_zone(),
            ..Settings::default()
        };
        act(
            store,
            Act::SiteFounded,
            vec![Write::Settings(settings)],
            now,
        )
        .await?;
    }
    let users = store.users().await?;
    if users.iter().any(|user| user.password_hash.is_some()) {
        return Ok(None);
    }
    let mut writes = Vec::new();
    let user = match users.first() {
        Some(user) => user.id,
        None => {
            let user = first_administrator();
            let id = user.id;
            writes.push(Write::User(Put::Add(user)));
            id
        }
    };
    let (write, path) = api::one_time_link(user, now)?;
    writes.push(write);
    act(store, Act::UserPut { user }, writes, now).await?;
    Ok(Some(path))
}

/// A user without a password: only the one-time link leads in.
fn first_administrator() -> User {
    User {
        id: UserId(Uuid::now_v7()),
        name: "admin".into(),
        role: Role::Admin,
        disabled: false,
        password_hash: None,
    }
}

/// Appends an act of somebody at the console.
///
/// # Errors
/// When the store refuses it.
pub async fn act(store: &dyn Store, act: Act, writes: Vec<Write>, now: Timestamp) -> Result<()> {
    let entry = Entry {
        id: EventId(Uuid::now_v7()),
        written_at: now,
        author: Author::Console,
        record: Record::Act(act),
    };
    store
        .append(Append {
            writes,
            ..Append::entry(entry)
        })
        .await?;
    Ok(())
}

/// The machine's zone as a first guess; Settings changes it.
fn local_zone() -> String {
    let zone = jiff::tz::TimeZone::system();
    zone.iana_name().unwrap_or("UTC").to_owned()
}
