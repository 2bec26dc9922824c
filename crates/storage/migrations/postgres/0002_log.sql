-- The log: sealed entries, the Merkle tree over their leaves, signed checkpoints.
-- Times are nanoseconds since 1970 (UTC); identities are 16 bytes.

-- `sealed` holds the event's key and its canonical encoding. The other columns repeat what searching
-- needs and nothing else; verification holds them against the payload.
CREATE TABLE entries (
    idx          BIGINT PRIMARY KEY,
    id           BYTEA NOT NULL UNIQUE,
    leaf         BYTEA NOT NULL,
    sealed       BYTEA NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    occurred_at  BIGINT NOT NULL,
    access_point BYTEA,
    direction    TEXT COLLATE "C",
    outcome      TEXT COLLATE "C",
    taken        TEXT COLLATE "C",
    tag          TEXT COLLATE "C",
    refers       BYTEA
);

CREATE INDEX entries_by_time ON entries (occurred_at);
CREATE INDEX entries_by_access_point ON entries (access_point) WHERE access_point IS NOT NULL;
CREATE INDEX entries_by_tag ON entries (tag) WHERE tag IS NOT NULL;
CREATE INDEX entries_by_reference ON entries (refers) WHERE refers IS NOT NULL;

-- Whom an entry is about; a correction can be about two people.
CREATE TABLE entry_people (
    person BYTEA NOT NULL,
    idx    BIGINT NOT NULL,
    PRIMARY KEY (person, idx)
);

CREATE INDEX entry_people_by_entry ON entry_people (idx);

-- Perfect nodes of the tree. They are written once and never changed.
CREATE TABLE nodes (
    level BIGINT NOT NULL,
    idx   BIGINT NOT NULL,
    hash  BYTEA NOT NULL,
    PRIMARY KEY (level, idx)
);

CREATE TABLE checkpoints (
    size      BIGINT PRIMARY KEY,
    root      BYTEA NOT NULL,
    note      TEXT COLLATE "C" NOT NULL,
    signed_at BIGINT NOT NULL
);

ALTER TABLE entries ALTER COLUMN sealed SET STORAGE EXTERNAL;
