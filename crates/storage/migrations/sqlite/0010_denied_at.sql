-- What was denied at one access point, in the order of the log. That it was denied is said once, by the condition:
-- as the first column too, it kept SQLite from walking the rest in order.
DROP INDEX entries_denied_at;
CREATE INDEX entries_denied_at ON entries (access_point, idx) WHERE outcome = 'denied';
