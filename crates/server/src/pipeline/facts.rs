//! What the registry says of the persons and tags in a piece of evidence.

use decision::{Facts, TagFacts, holder, wanted};
use model::{AccessPoint, AreaId, Direction, Evidence, Place};
use store::{Result, Store, StoreError};

/// Looks up what a decision on `evidence` depends on.
///
/// # Errors
/// When the store cannot be read, or the access point was removed meanwhile.
pub async fn of(store: &dyn Store, evidence: &Evidence, points: &[AccessPoint]) -> Result<Facts> {
    let wanted = wanted(evidence);
    let access_point = points
        .iter()
        .find(|point| point.id == evidence.access_point)
        .cloned()
        .ok_or_else(|| StoreError::NotFound {
            what: "the access point".into(),
        })?;
    let by_finger = match wanted.number {
        Some(number) => store.person_by_number(number).await?,
        None => None,
    };
    let by_face = match wanted.face {
        Some(person) => store.person(person).await?,
        None => None,
    };
    let by_print = match wanted.print {
        Some(person) => store.person(person).await?,
        None => None,
    };
    let custody = match wanted.tag {
        Some(tag) => store.custody(tag).await?,
        None => None,
    };
    let holder = match custody.as_ref().and_then(holder) {
        Some(person) => store.person(person).await?,
        None => None,
    };
    Ok(Facts {
        access_point,
        by_finger,
        by_face,
        by_print,
        tag: TagFacts { custody, holder },
    })
}

/// The access point as it stands now.
pub fn place(point: &AccessPoint, points: &[AccessPoint]) -> Place {
    Place {
        access_point: point.id,
        direction: point.direction,
        area: point.area,
        area_has_exit: has_exit(point.area, points),
    }
}

fn has_exit(area: AreaId, points: &[AccessPoint]) -> bool {
    points
        .iter()
        .any(|point| point.area == area && point.direction == Direction::Exit)
}
