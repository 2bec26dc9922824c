-- A gallery is filled with templates in the order they came, some thousand at a time.
CREATE UNIQUE INDEX templates_by_rowid ON templates (rowid);
