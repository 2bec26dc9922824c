-- Fingers that the house compares itself: their templates, and whose are locked after failures.
CREATE TABLE finger_templates (
    credential BLOB NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    impression INTEGER NOT NULL,
    person     BLOB NOT NULL,
    model      TEXT NOT NULL,
    sealed     BLOB NOT NULL, -- the template, and whether the finger is marked for duress
    PRIMARY KEY (credential, impression)
) STRICT;

CREATE INDEX finger_templates_by_person ON finger_templates (person);

-- A finger of a person is enrolled once.
CREATE UNIQUE INDEX credentials_by_finger ON credentials (person, record ->> '$.position');

CREATE TABLE finger_locks (
    subject  BLOB PRIMARY KEY,
    kind     TEXT NOT NULL,
    since    INTEGER NOT NULL,
    failures INTEGER NOT NULL
) STRICT;
