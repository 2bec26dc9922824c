//! Names for identities, looked up once per answer.

use crate::error::ApiError;
use crate::person::PersonBrief;
use crate::state::House;
use model::{
    AccessPointId, AlertId, AlertKind, AreaId, Author, DeviceId, GateId, Person, PersonId, UserId,
};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;
use store::Role;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something with a name people use.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub(crate) struct Named {
    /// Identity.
    pub(crate) id: Uuid,
    /// Name; empty when it was removed since.
    pub(crate) name: String,
}

/// Who wrote an entry.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(tag = "author", rename_all = "snake_case")]
pub(crate) enum AuthorView {
    /// Gatebook itself.
    System,
    /// A user, signed in or by API token.
    User(Named),
    /// Somebody at the server's console.
    Console,
    /// Not known: the entry cannot be read.
    Unknown,
}

/// Alerts that `role` must not know of: those about duress are for operators, whoever else looks at their screens. They
/// are left out where they are read, so that not even a count tells of them.
pub(crate) const fn hidden_from(role: Role) -> &'static [AlertKind] {
    match role {
        Role::Viewer | Role::Auditor => &[AlertKind::Duress],
        Role::Operator | Role::Admin => &[],
    }
}

/// The names of the site as they are now. Places, devices and users are few and read at once;
/// people are read as they are asked for.
pub(crate) struct Names {
    house: House,
    points: HashMap<AccessPointId, String>,
    areas: HashMap<AreaId, String>,
    devices: HashMap<DeviceId, String>,
    gates: HashMap<GateId, String>,
    users: HashMap<UserId, String>,
    people: HashMap<PersonId, PersonBrief>,
    full: HashMap<PersonId, Option<Arc<Person>>>,
}

impl Names {
    /// Reads places, devices and users.
    pub(crate) async fn load(house: &House) -> Result<Self, ApiError> {
        let store = &house.store;
        let points = store.access_points().await?;
        let areas = store.areas().await?;
        let devices = store.devices().await?;
        let gates = store.gates().await?;
        let users = store.users().await?;
        Ok(Self {
            house: house.clone(),
            points: points.into_iter().map(|p| (p.id, p.name)).collect(),
            areas: areas.into_iter().map(|a| (a.id, a.name)).collect(),
            devices: devices.into_iter().map(|d| (d.id, d.name)).collect(),
            gates: gates.into_iter().map(|g| (g.id, g.name)).collect(),
            users: users.into_iter().map(|u| (u.id, u.name)).collect(),
            people: HashMap::new(),
            full: HashMap::new(),
        })
    }

    /// A person with all fields; `None` when deleted.
    pub(crate) async fn full_person(
        &mut self,
        id: PersonId,
    ) -> Result<Option<Arc<Person>>, ApiError> {
        if let Some(known) = self.full.get(&id) {
            return Ok(known.clone());
        }
        let person = self.house.store.person(id).await?.map(Arc::new);
        self.full.insert(id, person.clone());
        Ok(person)
    }

    /// Reads people with all fields who will be asked for, all at once.
    pub(crate) async fn load_full(
        &mut self,
        people: impl IntoIterator<Item = PersonId>,
    ) -> Result<(), ApiError> {
        let mut unknown: Vec<PersonId> = people.into_iter().collect();
        unknown.retain(|id| !self.full.contains_key(id));
        unknown.sort_unstable();
        unknown.dedup();
        for person in self.house.store.people_with_details(&unknown).await? {
            self.full.insert(person.id, Some(Arc::new(person)));
        }
        for id in unknown {
            self.full.entry(id).or_insert(None);
        }
        Ok(())
    }

    /// Whether `role` must not know of an alert.
    pub(crate) async fn is_hidden(&self, alert: AlertId, role: Role) -> Result<bool, ApiError> {
        let hidden = hidden_from(role);
        if hidden.is_empty() {
            return Ok(false);
        }
        let alert = self.house.store.alert(alert).await?;
        Ok(alert.is_some_and(|alert| hidden.contains(&alert.kind)))
    }

    /// Reads people who will be asked for, all at once.
    pub(crate) async fn load_people(
        &mut self,
        people: impl IntoIterator<Item = PersonId>,
    ) -> Result<(), ApiError> {
        let mut unknown: Vec<PersonId> = people.into_iter().collect();
        unknown.retain(|id| !self.people.contains_key(id));
        unknown.sort_unstable();
        unknown.dedup();
        if unknown.is_empty() {
            return Ok(());
        }
        for person in self.house.store.people_of(&unknown).await? {
            self.people.insert(person.id, PersonBrief::from(&person));
        }
        for id in unknown {
            let gone = || PersonBrief::deleted(id);
            self.people.entry(id).or_insert_with(gone);
        }
        Ok(())
    }

    /// Who a person is; what is left of it when deleted.
    pub(crate) async fn person(&mut self, id: PersonId) -> Result<PersonBrief, ApiError> {
        self.load_people([id]).await?;
        let known = self.people.get(&id).cloned();
        Ok(known.unwrap_or_else(|| PersonBrief::deleted(id)))
    }

    /// An access point by name.
    pub(crate) fn access_point(&self, id: AccessPointId) -> Named {
        named(id.0, self.points.get(&id))
    }

    /// An area by name.
    pub(crate) fn area(&self, id: AreaId) -> Named {
        named(id.0, self.areas.get(&id))
    }

    /// A device by name.
    pub(crate) fn device(&self, id: DeviceId) -> Named {
        named(id.0, self.devices.get(&id))
    }

    /// A gate by name.
    pub(crate) fn gate(&self, id: GateId) -> Named {
        named(id.0, self.gates.get(&id))
    }

    /// A user by name.
    pub(crate) fn user(&self, id: UserId) -> Named {
        named(id.0, self.users.get(&id))
    }

    /// Who wrote an entry.
    pub(crate) fn author(&self, author: Author) -> AuthorView {
        match author {
            Author::System => AuthorView::System,
            Author::Console => AuthorView::Console,
            Author::User { user } => AuthorView::User(self.user(user)),
        }
    }
}

fn named(id: Uuid, name: Option<&String>) -> Named {
    Named {
        id,
        name: name.cloned().unwrap_or_default(),
    }
}
