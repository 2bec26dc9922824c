-- What the log comes to. Every row here can be thrown away and folded again from the entries.

CREATE TABLE visits (
    id         BYTEA PRIMARY KEY,
    person     BYTEA NOT NULL,
    area       BYTEA NOT NULL,
    entry      BYTEA NOT NULL,
    entered_at BIGINT NOT NULL,
    exit       BYTEA,
    left_at    BIGINT,
    state      TEXT COLLATE "C" NOT NULL
);

CREATE INDEX visits_by_time ON visits (entered_at);
CREATE INDEX visits_by_person ON visits (person, entered_at);
CREATE INDEX visits_by_entry ON visits (entry);
CREATE INDEX visits_by_exit ON visits (exit) WHERE exit IS NOT NULL;
CREATE INDEX visits_open ON visits (entered_at) WHERE state = 'open';

-- For whom each passage counts, which a correction can change.
CREATE TABLE passages (
    event         BYTEA PRIMARY KEY,
    person        BYTEA,
    at            BIGINT NOT NULL,
    attributed_by BYTEA
);

CREATE INDEX passages_by_person ON passages (person, at) WHERE person IS NOT NULL;

CREATE TABLE custody (
    tag     TEXT COLLATE "C" PRIMARY KEY,
    state   TEXT COLLATE "C" NOT NULL,
    person  BYTEA,
    since   BIGINT NOT NULL,
    written BYTEA NOT NULL
);

CREATE INDEX custody_by_person ON custody (person) WHERE person IS NOT NULL;

CREATE TABLE alerts (
    rowid BIGINT GENERATED ALWAYS AS IDENTITY,
    id           BYTEA PRIMARY KEY,
    kind         TEXT COLLATE "C" NOT NULL,
    raised_at    BIGINT NOT NULL,
    event        BYTEA NOT NULL,
    access_point BYTEA,
    device       BYTEA,
    person       BYTEA,
    acknowledged TEXT COLLATE "C"
);

CREATE INDEX alerts_by_time ON alerts (raised_at);
CREATE INDEX alerts_open ON alerts (raised_at) WHERE acknowledged IS NULL;
