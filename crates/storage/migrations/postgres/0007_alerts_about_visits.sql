-- Which visit an alert is about, so that a visit is told of once.
ALTER TABLE alerts ADD COLUMN visit BYTEA;

CREATE INDEX alerts_by_visit ON alerts (visit) WHERE visit IS NOT NULL;
