-- People, their credentials, and places. A `record` column is the row itself as JSON; the columns
-- generated from it serve uniqueness and lookup.

CREATE TABLE people (
    id              BLOB PRIMARY KEY,
    number          TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    name_folded     TEXT NOT NULL,
    department      TEXT NOT NULL,
    status          TEXT NOT NULL,
    valid_from      TEXT,
    valid_until     TEXT,
    places          TEXT NOT NULL,
    photo           BLOB,
    details         BLOB NOT NULL, -- sealed
    identity_number BLOB           -- keyed surrogate
) STRICT;

CREATE INDEX people_by_name ON people (name_folded, id);
CREATE INDEX people_by_identity_number ON people (identity_number)
    WHERE identity_number IS NOT NULL;

CREATE TABLE credentials (
    id          BLOB PRIMARY KEY,
    person      BLOB NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    enrolled_at INTEGER NOT NULL,
    record      TEXT NOT NULL,
    tag         TEXT GENERATED ALWAYS AS (record ->> '$.tag') VIRTUAL UNIQUE
) STRICT;

CREATE INDEX credentials_by_person ON credentials (person);

CREATE TABLE templates (
    credential BLOB PRIMARY KEY REFERENCES credentials (id) ON DELETE CASCADE,
    person     BLOB NOT NULL,
    model      TEXT NOT NULL,
    sealed     BLOB NOT NULL
) STRICT;

CREATE INDEX templates_by_person ON templates (person);

CREATE TABLE areas (
    id     TEXT PRIMARY KEY,
    record TEXT NOT NULL,
    name   TEXT GENERATED ALWAYS AS (record ->> '$.name') VIRTUAL UNIQUE
) STRICT;

CREATE TABLE access_points (
    id     TEXT PRIMARY KEY,
    record TEXT NOT NULL,
    name   TEXT GENERATED ALWAYS AS (record ->> '$.name') VIRTUAL UNIQUE,
    area   TEXT GENERATED ALWAYS AS (record ->> '$.area') STORED REFERENCES areas (id)
) STRICT;

CREATE TABLE devices (
    id           TEXT PRIMARY KEY,
    record       TEXT NOT NULL,
    name         TEXT GENERATED ALWAYS AS (record ->> '$.name') VIRTUAL UNIQUE,
    access_point TEXT GENERATED ALWAYS AS (record ->> '$.access_point') STORED
                 REFERENCES access_points (id),
    password     TEXT,
    last_seen    INTEGER
) STRICT;

CREATE TABLE gates (
    id         TEXT PRIMARY KEY,
    record     TEXT NOT NULL,
    name       TEXT GENERATED ALWAYS AS (record ->> '$.name') VIRTUAL UNIQUE,
    controller TEXT GENERATED ALWAYS AS (record ->> '$.controller') STORED REFERENCES devices (id),
    camera     TEXT GENERATED ALWAYS AS (record ->> '$.camera') STORED REFERENCES devices (id),
    entry      TEXT GENERATED ALWAYS AS (record ->> '$.entry') STORED
               REFERENCES access_points (id),
    exit       TEXT GENERATED ALWAYS AS (record ->> '$.exit') STORED
               REFERENCES access_points (id)
) STRICT;

CREATE TABLE settings (
    only   INTEGER PRIMARY KEY CHECK (only = 1),
    record TEXT NOT NULL
) STRICT;

-- What went wrong at the edge; equal reports are counted.
CREATE TABLE incidents (
    id       BLOB PRIMARY KEY,
    kind     TEXT NOT NULL,
    address  TEXT NOT NULL,
    device   BLOB NOT NULL,
    reason   TEXT NOT NULL,
    remedy   TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    count    INTEGER NOT NULL,
    UNIQUE (kind, address, device, reason, remedy)
) STRICT;

CREATE INDEX incidents_by_time ON incidents (last_at);
