-- Fingers that the house compares itself: their templates, and whose are locked after failures.
CREATE TABLE finger_templates (
    credential BYTEA NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    impression BIGINT NOT NULL,
    person     BYTEA NOT NULL,
    model      TEXT COLLATE "C" NOT NULL,
    sealed     BYTEA NOT NULL, -- the template, and whether the finger is marked for duress
    PRIMARY KEY (credential, impression)
);

CREATE INDEX finger_templates_by_person ON finger_templates (person);

-- A finger of a person is enrolled once.
CREATE UNIQUE INDEX credentials_by_finger ON credentials (person, (record::jsonb ->> 'position'));

CREATE TABLE finger_locks (
    subject  BYTEA PRIMARY KEY,
    kind     TEXT COLLATE "C" NOT NULL,
    since    BIGINT NOT NULL,
    failures BIGINT NOT NULL
);
