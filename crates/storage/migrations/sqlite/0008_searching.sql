-- Searching a log of millions. Every filter is a walk along an index in the order of the log, so that a
-- page costs what it shows.

-- Between which times the entries of each stretch of 1,024 lie, so that a search by time looks only where
-- something can be. The bounds may be wider than need be.
CREATE TABLE stretches (
    number   INTEGER PRIMARY KEY,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL
) STRICT;

INSERT INTO stretches (number, first_at, last_at)
SELECT idx / 1024, min(occurred_at), max(occurred_at) FROM entries GROUP BY idx / 1024;

DROP INDEX entries_by_time;

-- Who came in, to be counted.
CREATE INDEX entries_in_by_time ON entries (occurred_at)
    WHERE outcome = 'granted' AND taken <> 'not_taken' AND direction <> 'exit';

-- What is rare. The number of a row is part of each index.
CREATE INDEX entries_denied ON entries (idx) WHERE outcome = 'denied';
CREATE INDEX entries_denied_at ON entries (outcome, access_point, idx) WHERE outcome = 'denied';
CREATE INDEX entries_not_access ON entries (kind, idx) WHERE kind <> 'access';
