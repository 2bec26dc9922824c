-- A credential has a template of each model that looked at its photograph: one of the model that serves, and
-- while the models change one of the model to come.
CREATE TABLE templates_by_model (
    credential BLOB NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    person     BLOB NOT NULL,
    model      TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    PRIMARY KEY (credential, model)
) STRICT;

INSERT INTO templates_by_model (credential, person, model, sealed)
SELECT credential, person, model, sealed FROM templates ORDER BY rowid;

DROP TABLE templates;
ALTER TABLE templates_by_model RENAME TO templates;
CREATE INDEX templates_by_person ON templates (person);
