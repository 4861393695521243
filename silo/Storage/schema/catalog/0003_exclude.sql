-- Remembered like the rest of a snapshot: a project trained again by its name leaves the same columns out.
ALTER TABLE pgml.snapshots ADD COLUMN exclude text[];
COMMENT ON COLUMN pgml.snapshots.exclude IS 'Columns of the relation that are no features.';
