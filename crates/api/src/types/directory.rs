//! Names for the identities that entries mention, looked up once per answer.

use crate::error::ApiError;
use crate::state::House;
use crate::types::PersonRef;
use model::{AccessPoint, AccessPointId, Device, DeviceId, Person, PersonId};
use std::collections::HashMap;

/// Access points, devices and the people asked for so far.
#[derive(Default)]
pub(crate) struct Directory {
    points: HashMap<AccessPointId, AccessPoint>,
    devices: HashMap<DeviceId, Device>,
    people: HashMap<PersonId, Option<Person>>,
}

impl Directory {
    /// All access points and devices; no people yet.
    pub(crate) async fn load(house: &House) -> Result<Self, ApiError> {
        let points = house.store.access_points().await?;
        let devices = house.store.devices().await?;
        Ok(Self {
            points: points.into_iter().map(|point| (point.id, point)).collect(),
            devices: devices.into_iter().map(|device| (device.id, device)).collect(),
            people: HashMap::new(),
        })
    }

    /// Looks these people up, each once.
    pub(crate) async fn learn(
        &mut self,
        house: &House,
        people: impl IntoIterator<Item = PersonId>,
    ) -> Result<(), ApiError> {
        for id in people {
            if !self.people.contains_key(&id) {
                let person = house.store.person(id).await?;
                self.people.insert(id, person);
            }
        }
        Ok(())
    }

    /// A person learned before; `None` once deleted.
    pub(crate) fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id)?.as_ref()
    }

    /// As [`Self::person`], as a list mentions it.
    pub(crate) fn person_ref(&self, id: PersonId) -> Option<PersonRef> {
        self.person(id).map(PersonRef::from)
    }

    /// An access point; `None` once removed.
    pub(crate) fn point(&self, id: AccessPointId) -> Option<&AccessPoint> {
        self.points.get(&id)
    }

    /// A device; `None` once removed.
    pub(crate) fn device(&self, id: DeviceId) -> Option<&Device> {
        self.devices.get(&id)
    }
}
