//! The sealers of this database's tables.

use crate::{Sealer, SiteKey, Surrogates};

/// One sealer for each sealed column.
pub(crate) struct Keys {
    /// Entries with their event keys.
    pub(crate) entries: Sealer,
    /// Observations with their messages.
    pub(crate) observations: Sealer,
    /// People's details.
    pub(crate) details: Sealer,
    /// Face templates.
    pub(crate) templates: Sealer,
    /// Templates of fingers.
    pub(crate) finger_templates: Sealer,
    /// Templates of strangers.
    pub(crate) strangers: Sealer,
    /// Where network cameras are.
    pub(crate) network_cameras: Sealer,
    /// The proof that key and database belong together.
    pub(crate) meta: Sealer,
    /// Stand-ins of identity numbers.
    pub(crate) identity_numbers: Surrogates,
}

impl Keys {
    pub(crate) fn new(key: &SiteKey) -> Self {
        Self {
            entries: Sealer::new(key, "entries"),
            observations: Sealer::new(key, "observations"),
            details: Sealer::new(key, "people"),
            templates: Sealer::new(key, "templates"),
            finger_templates: Sealer::new(key, "finger_templates"),
            strangers: Sealer::new(key, "strangers"),
            network_cameras: Sealer::new(key, "network_cameras"),
            meta: Sealer::new(key, "meta"),
            identity_numbers: Surrogates::new(key, "identity_number"),
        }
    }
}
