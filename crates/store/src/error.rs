//! What can go wrong in a store.

/// Why a store call failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another row has this value already.
    #[error("{what} is taken already")]
    Conflict {
        /// The field in words, e.g. "person number 17".
        what: String,
    },
    /// The row was changed after it was read; read it again.
    #[error("{what} was changed meanwhile")]
    Stale {
        /// What was to be changed, in words.
        what: String,
    },
    /// Another row still refers to the one to be removed.
    #[error("still in use by {by}")]
    InUse {
        /// What refers to it, in words.
        by: String,
    },
    /// There is no such row.
    #[error("{what} does not exist")]
    NotFound {
        /// What was looked for, in words.
        what: String,
    },
    /// The write queue is full; nothing was written; try again later.
    #[error("the store is overloaded; try again")]
    Overloaded,
    /// No space left; nothing was damaged.
    #[error("no space left for the database or pictures; free some and try again")]
    Full,
    /// A sealed value does not open: wrong site key, or changed on disk.
    #[error("a sealed value does not open ({what}): wrong site key, or changed on disk")]
    Unsealable {
        /// Table and row.
        what: String,
    },
    /// A stored row cannot be read or contradicts another one.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// This value cannot be kept, now or later.
    #[error("this cannot be kept: {0}")]
    Unfit(String),
    /// The engine finds its own files damaged: nothing can be relied on.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// The database server cannot be reached, or ended the line; the text says why. Nothing is known of what was
    /// asked for; the same call works once it is back.
    #[error("the database does not answer: {0}")]
    Unreachable(String),
    /// Another process has the data directory.
    #[error("another Gatebook is running on this data directory or its database")]
    InUseElsewhere,
    /// Anything else the engine reports.
    #[error("storage: {0}")]
    Engine(String),
}

impl StoreError {
    /// Whether the store may take later what it did not take now.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::Overloaded)
    }

    /// Whether the rows or values that the call concerns are the reason: the same call fails
    /// again, while others go on.
    #[must_use]
    pub const fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Damaged(_) | Self::Unsealable { .. } | Self::Unfit(_)
        )
    }
}
