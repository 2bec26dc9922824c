-- The same tables as in SQLite, with three differences: text is ordered by its bytes whatever the
-- database's locale, "rowid" is a column where the order of insertion counts, and sealed values are
-- not compressed, because they cannot be. Flags are 0 or 1, as they are there.

-- Facts about this database as a whole.
CREATE TABLE meta (
    name  TEXT COLLATE "C" PRIMARY KEY,
    value BYTEA NOT NULL
);
