-- Searching a log of millions. Every filter is a walk along an index in the order of the log, so that a
-- page costs what it shows.

-- Between which times the entries of each stretch of 1,024 lie, so that a search by time looks only where
-- something can be. The bounds may be wider than need be.
CREATE TABLE stretches (
    number   BIGINT PRIMARY KEY,
    first_at BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);

INSERT INTO stretches (number, first_at, last_at)
SELECT idx / 1024, min(occurred_at), max(occurred_at) FROM entries GROUP BY idx / 1024;

DROP INDEX entries_by_time;

-- Who came in, to be counted.
CREATE INDEX entries_in_by_time ON entries (occurred_at)
    WHERE outcome = 'granted' AND taken <> 'not_taken' AND direction <> 'exit';

-- What is rare.
CREATE INDEX entries_denied ON entries (idx) WHERE outcome = 'denied';
CREATE INDEX entries_denied_at ON entries (outcome, access_point, idx) WHERE outcome = 'denied';
CREATE INDEX entries_not_access ON entries (kind, idx) WHERE kind <> 'access';

-- In the order of the log, too.
DROP INDEX entries_by_access_point;
CREATE INDEX entries_by_access_point ON entries (access_point, idx) WHERE access_point IS NOT NULL;
DROP INDEX entries_by_tag;
CREATE INDEX entries_by_tag ON entries (tag, idx) WHERE tag IS NOT NULL;
