//! Identifiers: random 128-bit values that carry no meaning and no personal data.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl core::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

id! {
    /// A person the site knows.
    PersonId,
    /// A credential enrolled for a person: a face template, a finger number, a tag.
    CredentialId,
    /// An access point.
    AccessPointId,
    /// An area that access points lead into.
    AreaId,
    /// A device that reports: controller, camera board, camera station.
    DeviceId,
    /// A gate: a controller and its camera board.
    GateId,
    /// One observation of one device.
    ObservationId,
    /// An entry of the log: access event, act, correction or notice.
    EventId,
    /// A sealed picture file.
    PictureId,
    /// A visit.
    VisitId,
    /// An alert.
    AlertId,
    /// A face that is like nobody in the gallery, seen once or several times.
    StrangerId,
    /// Somebody who signs in to Gatebook.
    UserId,
    /// An API token.
    TokenId,
    /// A refused connection, bad line or failed upload.
    IncidentId,
}
