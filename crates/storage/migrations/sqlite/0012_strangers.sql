-- Faces that were like nobody in the gallery, for a configured time. `picture` is that of the passage and names the
-- sighting; `face` is cut out of it, `sealed` is the template. Sightings of one `stranger` are alike.
CREATE TABLE strangers (
    picture  BLOB PRIMARY KEY,
    face     BLOB NOT NULL,
    stranger BLOB NOT NULL,
    seen_at  INTEGER NOT NULL,
    model    TEXT NOT NULL,
    sealed   BLOB NOT NULL
) STRICT;

CREATE INDEX strangers_by_stranger ON strangers (stranger, seen_at);
CREATE INDEX strangers_by_time ON strangers (seen_at);
