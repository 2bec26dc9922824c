-- Which passages had a finger that the house compared, by person. Filled with the projections, which are folded again.
CREATE TABLE finger_passages (
    person BYTEA NOT NULL,
    idx    BIGINT NOT NULL,
    PRIMARY KEY (person, idx)
);
