-- Users, sessions, invitations, API tokens. Secrets are kept as digests only.

CREATE TABLE users (
    id          BLOB PRIMARY KEY,
    name        TEXT NOT NULL,
    name_folded TEXT NOT NULL UNIQUE,
    role        TEXT NOT NULL,
    disabled    INTEGER NOT NULL,
    password    TEXT
) STRICT;

CREATE TABLE sessions (
    token        BLOB PRIMARY KEY,
    subject_kind TEXT NOT NULL,
    subject      BLOB NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_subject ON sessions (subject);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE invitations (
    token      BLOB PRIMARY KEY,
    user       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    used       INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    id      BLOB PRIMARY KEY,
    name    TEXT NOT NULL,
    role    TEXT NOT NULL,
    token   BLOB NOT NULL UNIQUE,
    made_by BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    revoked INTEGER NOT NULL
) STRICT;
