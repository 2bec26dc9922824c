-- Which passages had a finger that the house compared, by person. Filled with the projections, which are folded again.
CREATE TABLE finger_passages (
    person BLOB NOT NULL,
    idx    INTEGER NOT NULL,
    PRIMARY KEY (person, idx)
) STRICT, WITHOUT ROWID;
