-- Users, sessions, invitations, API tokens. Secrets are kept as digests only.

CREATE TABLE users (
    id          BYTEA PRIMARY KEY,
    name        TEXT COLLATE "C" NOT NULL,
    name_folded TEXT COLLATE "C" NOT NULL UNIQUE,
    role        TEXT COLLATE "C" NOT NULL,
    disabled    BIGINT NOT NULL,
    password    TEXT COLLATE "C"
);

CREATE TABLE sessions (
    token        BYTEA PRIMARY KEY,
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject      BYTEA NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

CREATE INDEX sessions_by_subject ON sessions (subject);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE invitations (
    token      BYTEA PRIMARY KEY,
    "user"     BYTEA NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    used       BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE tokens (
    id      BYTEA PRIMARY KEY,
    name    TEXT COLLATE "C" NOT NULL,
    role    TEXT COLLATE "C" NOT NULL,
    token   BYTEA NOT NULL UNIQUE,
    made_by BYTEA NOT NULL,
    made_at BIGINT NOT NULL,
    revoked BIGINT NOT NULL
);
