-- The log: sealed entries, the Merkle tree over their leaves, signed checkpoints.
-- Times are nanoseconds since 1970 (UTC); identities are 16 bytes.

-- `sealed` holds the event's key and its canonical encoding. The other columns repeat what searching
-- needs and nothing else; verification holds them against the payload.
CREATE TABLE entries (
    idx          INTEGER PRIMARY KEY,
    id           BLOB NOT NULL UNIQUE,
    leaf         BLOB NOT NULL,
    sealed       BLOB NOT NULL,
    kind         TEXT NOT NULL,
    occurred_at  INTEGER NOT NULL,
    access_point BLOB,
    direction    TEXT,
    outcome      TEXT,
    taken        TEXT,
    tag          TEXT,
    refers       BLOB
) STRICT;

CREATE INDEX entries_by_time ON entries (occurred_at);
CREATE INDEX entries_by_access_point ON entries (access_point) WHERE access_point IS NOT NULL;
CREATE INDEX entries_by_tag ON entries (tag) WHERE tag IS NOT NULL;
CREATE INDEX entries_by_reference ON entries (refers) WHERE refers IS NOT NULL;

-- Whom an entry is about; a correction can be about two people.
CREATE TABLE entry_people (
    person BLOB NOT NULL,
    idx    INTEGER NOT NULL,
    PRIMARY KEY (person, idx)
) STRICT, WITHOUT ROWID;

CREATE INDEX entry_people_by_entry ON entry_people (idx);

-- Perfect nodes of the tree. They are written once and never changed.
CREATE TABLE nodes (
    level INTEGER NOT NULL,
    idx   INTEGER NOT NULL,
    hash  BLOB NOT NULL,
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    size      INTEGER PRIMARY KEY,
    root      BLOB NOT NULL,
    note      TEXT NOT NULL,
    signed_at INTEGER NOT NULL
) STRICT;
