-- People, their credentials, and places. A `record` column is the row itself as JSON; the columns
-- generated from it serve uniqueness and lookup.

CREATE TABLE people (
    id              BYTEA PRIMARY KEY,
    number          TEXT COLLATE "C" NOT NULL UNIQUE,
    name            TEXT COLLATE "C" NOT NULL,
    name_folded     TEXT COLLATE "C" NOT NULL,
    department      TEXT COLLATE "C" NOT NULL,
    status          TEXT COLLATE "C" NOT NULL,
    valid_from      TEXT COLLATE "C",
    valid_until     TEXT COLLATE "C",
    places          TEXT COLLATE "C" NOT NULL,
    photo           BYTEA,
    details         BYTEA NOT NULL, -- sealed
    identity_number BYTEA           -- keyed surrogate
);

CREATE INDEX people_by_name ON people (name_folded, id);
CREATE INDEX people_by_identity_number ON people (identity_number)
    WHERE identity_number IS NOT NULL;

CREATE TABLE credentials (
    rowid BIGINT GENERATED ALWAYS AS IDENTITY,
    id          BYTEA PRIMARY KEY,
    person      BYTEA NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    enrolled_at BIGINT NOT NULL,
    record      TEXT COLLATE "C" NOT NULL,
    tag         TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'tag') STORED UNIQUE
);

CREATE INDEX credentials_by_person ON credentials (person);

CREATE TABLE templates (
    rowid BIGINT GENERATED ALWAYS AS IDENTITY,
    credential BYTEA PRIMARY KEY REFERENCES credentials (id) ON DELETE CASCADE,
    person     BYTEA NOT NULL,
    model      TEXT COLLATE "C" NOT NULL,
    sealed     BYTEA NOT NULL
);

CREATE INDEX templates_by_person ON templates (person);

CREATE TABLE areas (
    id     TEXT COLLATE "C" PRIMARY KEY,
    record TEXT COLLATE "C" NOT NULL,
    name   TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'name') STORED UNIQUE
);

CREATE TABLE access_points (
    id     TEXT COLLATE "C" PRIMARY KEY,
    record TEXT COLLATE "C" NOT NULL,
    name   TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'name') STORED UNIQUE,
    area   TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'area') STORED REFERENCES areas (id)
);

CREATE TABLE devices (
    id           TEXT COLLATE "C" PRIMARY KEY,
    record       TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'name') STORED UNIQUE,
    access_point TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'access_point') STORED
                 REFERENCES access_points (id),
    password     TEXT COLLATE "C",
    last_seen    BIGINT
);

CREATE TABLE gates (
    id         TEXT COLLATE "C" PRIMARY KEY,
    record     TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'name') STORED UNIQUE,
    controller TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'controller') STORED REFERENCES devices (id),
    camera     TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'camera') STORED REFERENCES devices (id),
    entry      TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'entry') STORED
               REFERENCES access_points (id),
    exit       TEXT COLLATE "C" GENERATED ALWAYS AS (record::jsonb ->> 'exit') STORED
               REFERENCES access_points (id)
);

CREATE TABLE settings (
    "only" BIGINT PRIMARY KEY CHECK ("only" = 1),
    record TEXT COLLATE "C" NOT NULL
);

-- What went wrong at the edge; equal reports are counted.
CREATE TABLE incidents (
    rowid BIGINT GENERATED ALWAYS AS IDENTITY,
    id       BYTEA PRIMARY KEY,
    kind     TEXT COLLATE "C" NOT NULL,
    address  TEXT COLLATE "C" NOT NULL,
    device   BYTEA NOT NULL,
    reason   TEXT COLLATE "C" NOT NULL,
    remedy   TEXT COLLATE "C" NOT NULL,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL,
    count    BIGINT NOT NULL,
    UNIQUE (kind, address, device, reason, remedy)
);

CREATE INDEX incidents_by_time ON incidents (last_at);
