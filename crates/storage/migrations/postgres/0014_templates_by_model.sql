-- A credential has a template of each model that looked at its photograph: one of the model that serves, and
-- while the models change one of the model to come.
ALTER TABLE templates DROP CONSTRAINT templates_pkey;
ALTER TABLE templates ADD PRIMARY KEY (credential, model);
