//! What an entry changes.

use model::{Acknowledgement, Alert, AlertId, Custody, EventId, PersonId, Visit};

/// One change to the projected rows. Applying the changes of every entry in the order of the
/// log, from nothing, gives the rows as they stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Adds or replaces the visit with this id.
    PutVisit(Visit),
    /// Adds or replaces the custody of this tag.
    PutCustody(Custody),
    /// Adds an alert. Its id follows from the entry and the kind, so a rebuild adds the same one.
    RaiseAlert(Alert),
    /// Marks an alert as looked at; an unknown alert, or one that somebody acknowledged
    /// before, stays as it is.
    AcknowledgeAlert {
        /// The alert.
        alert: AlertId,
        /// By whom, when, with which note.
        acknowledgement: Acknowledgement,
    },
    /// An entry counts for another person than it names, or for nobody.
    Attribute {
        /// The entry that was corrected.
        event: EventId,
        /// The correction.
        by: EventId,
        /// For whom it counts from now on.
        person: Option<PersonId>,
    },
}
