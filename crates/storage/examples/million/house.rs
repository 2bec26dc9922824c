//! The house: its areas, access points with a reader each, and its people with a tag each.

use model::{
    AccessPoint, AccessPointId, Act, Area, AreaId, Author, Credential, CredentialKind, Device,
    DeviceId, DeviceKind, Direction, Entry, Factor, LivenessPolicy, Person, PersonDetails,
    PersonId, PersonStatus, Place, Places, Record, Settings, TagText, Timestamp,
};
use storage::SqlStore;
use store::{Append, Book, People, Put, Write};

use crate::Result;
use crate::random::Random;

/// An access point and the reader at it.
#[derive(Clone, Copy)]
pub struct Door {
    pub access_point: AccessPointId,
    pub direction: Direction,
    pub area: AreaId,
    pub area_has_exit: bool,
    /// The reader.
    pub device: DeviceId,
}

/// The doors by what people do at them, and the people.
#[derive(Default)]
pub struct House {
    /// Into the house.
    pub entries: Vec<Door>,
    /// Out of it.
    pub exits: Vec<Door>,
    /// Into and out of a room inside.
    pub rooms: Vec<(Door, Door)>,
    /// Seen in passing.
    pub halls: Vec<Door>,
    /// Who, with a tag.
    pub people: Vec<(PersonId, TagText)>,
}

impl Door {
    /// The place as an event has it.
    pub fn place(&self) -> Place {
        Place {
            access_point: self.access_point,
            direction: self.direction,
            area: self.area,
            area_has_exit: self.area_has_exit,
        }
    }
}

/// Adds the house to the site.
pub async fn build(
    store: &SqlStore,
    random: &mut Random,
    people: u64,
    now: Timestamp,
) -> Result<House> {
    let mut house = House::default();
    let settings = Settings {
        site_name: "A million".to_owned(),
        time_zone: crate::dates::zone_at_noon(now),
        ..store.settings().await?
    };
    let writes = vec![Write::Settings(settings)];
    put(store, random, Act::SettingsChanged, writes).await?;
    add_court(store, random, &mut house).await?;
    for name in ["Archive", "Garage"] {
        let room = area(store, random, name).await?;
        let ways = two_ways(store, random, name, room).await?;
        house.rooms.push(ways);
    }
    for name in ["Library", "Canteen"] {
        let hall = area(store, random, name).await?;
        let (name, both) = (format!("{name} door"), Direction::Both);
        let door = door(store, random, &name, both, hall, false).await?;
        house.halls.push(door);
    }
    for number in 1..=people {
        house.people.push(person(store, random, number, now).await?);
    }
    Ok(house)
}

/// The court house with its three gates.
async fn add_court(store: &SqlStore, random: &mut Random, house: &mut House) -> Result<()> {
    let court = area(store, random, "Court house").await?;
    for name in ["North", "South", "East"] {
        let (way_in, way_out) = two_ways(store, random, name, court).await?;
        house.entries.push(way_in);
        house.exits.push(way_out);
    }
    Ok(())
}

/// A door into an area, and one out of it.
async fn two_ways(
    store: &SqlStore,
    random: &mut Random,
    name: &str,
    area: AreaId,
) -> Result<(Door, Door)> {
    let (way_in, way_out) = (format!("{name} in"), format!("{name} out"));
    let way_in = door(store, random, &way_in, Direction::Entry, area, true).await?;
    let way_out = door(store, random, &way_out, Direction::Exit, area, true).await?;
    Ok((way_in, way_out))
}

/// An act with what it writes.
pub async fn put(
    store: &SqlStore,
    random: &mut Random,
    act: Act,
    writes: Vec<Write>,
) -> Result<()> {
    let entry = Entry {
        id: random.id(),
        written_at: Timestamp::now(),
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

async fn area(store: &SqlStore, random: &mut Random, name: &str) -> Result<AreaId> {
    let area = Area {
        id: random.id(),
        name: name.to_owned(),
    };
    let id = area.id;
    put(
        store,
        random,
        Act::AreaPut { area: id },
        vec![Write::Area(Put::Add(area))],
    )
    .await?;
    Ok(id)
}

async fn door(
    store: &SqlStore,
    random: &mut Random,
    name: &str,
    direction: Direction,
    area: AreaId,
    area_has_exit: bool,
) -> Result<Door> {
    let point = AccessPoint {
        id: random.id(),
        name: name.to_owned(),
        direction,
        area,
        factors: vec![Factor::Tag],
        liveness: LivenessPolicy::NotAsked,
    };
    let device = Device {
        id: random.id(),
        name: format!("{name} reader"),
        kind: DeviceKind::Native,
        access_point: point.id,
        silent_after_s: 0,
        disabled: false,
    };
    let door = Door {
        access_point: point.id,
        direction,
        area,
        area_has_exit,
        device: device.id,
    };
    let act = Act::AccessPointPut {
        access_point: point.id,
    };
    put(
        store,
        random,
        act,
        vec![Write::AccessPoint(Put::Add(point))],
    )
    .await?;
    let act = Act::DevicePut { device: device.id };
    put(store, random, act, vec![Write::Device(Put::Add(device))]).await?;
    Ok(door)
}

const FIRST: [&str; 20] = [
    "Ada", "Ben", "Chandra", "Dilek", "Emil", "Farid", "Greta", "Hiro", "Ines", "Jamal", "Kira",
    "Luis", "Mei", "Noor", "Olga", "Pavel", "Rosa", "Samir", "Tove", "Yusuf",
];
const LAST: [&str; 25] = [
    "Abbas", "Berg", "Costa", "Dahl", "Evans", "Fischer", "Gupta", "Haddad", "Ito", "Jensen",
    "Kaya", "Lopez", "Moreau", "Nowak", "Okafor", "Petrov", "Quinn", "Rossi", "Santos", "Tanaka",
    "Ueda", "Vogel", "Weber", "Yilmaz", "Zhang",
];
const DEPARTMENTS: [&str; 6] = [
    "Registry", "Civil", "Criminal", "Family", "Security", "Service",
];

/// Somebody of the registry.
pub fn somebody(random: &mut Random, number: u64) -> Person {
    let name = format!(
        "{} {}",
        random.one_of(&FIRST).unwrap_or_default(),
        random.one_of(&LAST).unwrap_or_default()
    );
    Person {
        id: random.id(),
        number: format!("{number:05}"),
        name,
        department: random.one_of(&DEPARTMENTS).unwrap_or_default().to_owned(),
        status: PersonStatus::Active,
        valid_from: None,
        valid_until: None,
        places: Places::Everywhere,
        photo: None,
        details: PersonDetails {
            identity_number: format!("{:012}", random.below(1_000_000_000_000)),
            phone: format!("+90 5{:09}", random.below(1_000_000_000)),
            address: format!("{}, Some Street, Some Town", 1 + random.below(200)),
            ..PersonDetails::default()
        },
    }
}

async fn person(
    store: &SqlStore,
    random: &mut Random,
    number: u64,
    now: Timestamp,
) -> Result<(PersonId, TagText)> {
    let person = somebody(random, number);
    let id = person.id;
    let text = format!("{:08X}", 0x1000_0000 + number * 7_919);
    let tag = TagText::new(&text).ok_or_else(|| format!("{text} is no tag"))?;
    let credential = Credential {
        id: random.id(),
        person: id,
        kind: CredentialKind::Tag { tag: tag.clone() },
        enrolled_at: now,
    };
    put(
        store,
        random,
        Act::PersonAdded { person: id },
        vec![Write::Person(Put::Add(person))],
    )
    .await?;
    let act = Act::TagAssigned {
        person: id,
        tag: tag.clone(),
    };
    put(
        store,
        random,
        act,
        vec![Write::Credential(credential, None)],
    )
    .await?;
    Ok((id, tag))
}
