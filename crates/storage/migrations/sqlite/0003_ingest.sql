-- Observations: durable before they are acknowledged, settled exactly once.

-- `ord` is the order of commit. `sealed` holds the observation and its message as received.
-- A settled observation names the entry it ended in, or none when it is listed as unresolved.
CREATE TABLE observations (
    ord         INTEGER PRIMARY KEY,
    id          BLOB NOT NULL UNIQUE,
    device      BLOB NOT NULL,
    boot_id     TEXT,
    sequence    INTEGER,
    digest      BLOB,
    received_at INTEGER NOT NULL,
    sealed      BLOB NOT NULL,
    settled     INTEGER NOT NULL DEFAULT 0,
    event       BLOB
) STRICT;

CREATE UNIQUE INDEX observations_by_sequence ON observations (device, boot_id, sequence)
    WHERE boot_id IS NOT NULL;
CREATE INDEX observations_by_content ON observations (device, digest, received_at)
    WHERE digest IS NOT NULL;
CREATE INDEX observations_unsettled ON observations (ord) WHERE settled = 0;

-- One row per start of a device (boot_id; empty for devices that do not count). `before` is what
-- `highest` was before the last observation.
CREATE TABLE runs (
    device       BLOB NOT NULL,
    boot_id      TEXT NOT NULL,
    highest      INTEGER NOT NULL,
    before       INTEGER NOT NULL,
    observations INTEGER NOT NULL,
    skew_ms      INTEGER,
    last_at      INTEGER NOT NULL,
    PRIMARY KEY (device, boot_id)
) STRICT, WITHOUT ROWID;

-- Sequence numbers below `highest` that have not come.
CREATE TABLE gaps (
    device  BLOB NOT NULL,
    boot_id TEXT NOT NULL,
    first   INTEGER NOT NULL,
    last    INTEGER NOT NULL,
    PRIMARY KEY (device, boot_id, first)
) STRICT, WITHOUT ROWID;

CREATE TABLE unresolved (
    number    INTEGER PRIMARY KEY,
    record    TEXT NOT NULL,
    dismissed INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Which rows name which pictures. A file that none names is an orphan.
CREATE TABLE pictures_named (
    picture BLOB NOT NULL,
    by      BLOB NOT NULL,
    PRIMARY KEY (picture, by)
) STRICT, WITHOUT ROWID;

CREATE INDEX pictures_named_by ON pictures_named (by);
