-- Observations: durable before they are acknowledged, settled exactly once.

-- `ord` is the order of commit. `sealed` holds the observation and its message as received.
-- A settled observation names the entry it ended in, or none when it is listed as unresolved.
CREATE TABLE observations (
    ord         BIGINT PRIMARY KEY,
    id          BYTEA NOT NULL UNIQUE,
    device      BYTEA NOT NULL,
    boot_id     TEXT COLLATE "C",
    sequence    BIGINT,
    digest      BYTEA,
    received_at BIGINT NOT NULL,
    sealed      BYTEA NOT NULL,
    settled     BIGINT NOT NULL DEFAULT 0,
    event       BYTEA
);

CREATE UNIQUE INDEX observations_by_sequence ON observations (device, boot_id, sequence)
    WHERE boot_id IS NOT NULL;
CREATE INDEX observations_by_content ON observations (device, digest, received_at)
    WHERE digest IS NOT NULL;
CREATE INDEX observations_unsettled ON observations (ord) WHERE settled = 0;

-- One row per start of a device (boot_id; empty for devices that do not count). `before` is what
-- `highest` was before the last observation.
CREATE TABLE runs (
    device       BYTEA NOT NULL,
    boot_id      TEXT COLLATE "C" NOT NULL,
    highest      BIGINT NOT NULL,
    before       BIGINT NOT NULL,
    observations BIGINT NOT NULL,
    skew_ms      BIGINT,
    last_at      BIGINT NOT NULL,
    PRIMARY KEY (device, boot_id)
);

-- Sequence numbers below `highest` that have not come.
CREATE TABLE gaps (
    device  BYTEA NOT NULL,
    boot_id TEXT COLLATE "C" NOT NULL,
    first   BIGINT NOT NULL,
    last    BIGINT NOT NULL,
    PRIMARY KEY (device, boot_id, first)
);

CREATE TABLE unresolved (
    number    BIGINT PRIMARY KEY,
    record    TEXT COLLATE "C" NOT NULL,
    dismissed BIGINT NOT NULL DEFAULT 0
);

-- Which rows name which pictures. A file that none names is an orphan.
CREATE TABLE pictures_named (
    picture BYTEA NOT NULL,
    by      BYTEA NOT NULL,
    PRIMARY KEY (picture, by)
);

CREATE INDEX pictures_named_by ON pictures_named (by);

ALTER TABLE observations ALTER COLUMN sealed SET STORAGE EXTERNAL;
