-- Faces that were like nobody in the gallery, for a configured time. `picture` is that of the passage and names the
-- sighting; `face` is cut out of it, `sealed` is the template. Sightings of one `stranger` are alike.
CREATE TABLE strangers (
    picture  BYTEA PRIMARY KEY,
    face     BYTEA NOT NULL,
    stranger BYTEA NOT NULL,
    seen_at  BIGINT NOT NULL,
    model    TEXT COLLATE "C" NOT NULL,
    sealed   BYTEA NOT NULL
);

CREATE INDEX strangers_by_stranger ON strangers (stranger, seen_at);
CREATE INDEX strangers_by_time ON strangers (seen_at);
