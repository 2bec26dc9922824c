-- Templates are read in the order they came, which is how this engine keeps them: nothing to add. The other engine gets an index.
SELECT 1;
