-- Remembered like the rest of a snapshot: a project trained again by its name weighs its rows by the same column.
ALTER TABLE pgml.snapshots ADD COLUMN weight_column text;
COMMENT ON COLUMN pgml.snapshots.weight_column IS 'The column that says how often each row counts in learning; NULL: each once.';
