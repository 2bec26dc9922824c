-- What the log comes to. Every row here can be thrown away and folded again from the entries.

CREATE TABLE visits (
    id         BLOB PRIMARY KEY,
    person     BLOB NOT NULL,
    area       BLOB NOT NULL,
    entry      BLOB NOT NULL,
    entered_at INTEGER NOT NULL,
    exit       BLOB,
    left_at    INTEGER,
    state      TEXT NOT NULL
) STRICT;

CREATE INDEX visits_by_time ON visits (entered_at);
CREATE INDEX visits_by_person ON visits (person, entered_at);
CREATE INDEX visits_by_entry ON visits (entry);
CREATE INDEX visits_by_exit ON visits (exit) WHERE exit IS NOT NULL;
CREATE INDEX visits_open ON visits (entered_at) WHERE state = 'open';

-- For whom each passage counts, which a correction can change.
CREATE TABLE passages (
    event         BLOB PRIMARY KEY,
    person        BLOB,
    at            INTEGER NOT NULL,
    attributed_by BLOB
) STRICT, WITHOUT ROWID;

CREATE INDEX passages_by_person ON passages (person, at) WHERE person IS NOT NULL;

CREATE TABLE custody (
    tag     TEXT PRIMARY KEY,
    state   TEXT NOT NULL,
    person  BLOB,
    since   INTEGER NOT NULL,
    written BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX custody_by_person ON custody (person) WHERE person IS NOT NULL;

CREATE TABLE alerts (
    id           BLOB PRIMARY KEY,
    kind         TEXT NOT NULL,
    raised_at    INTEGER NOT NULL,
    event        BLOB NOT NULL,
    access_point BLOB,
    device       BLOB,
    person       BLOB,
    acknowledged TEXT
) STRICT;

CREATE INDEX alerts_by_time ON alerts (raised_at);
CREATE INDEX alerts_open ON alerts (raised_at) WHERE acknowledged IS NULL;
