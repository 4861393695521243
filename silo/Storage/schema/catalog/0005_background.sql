-- Trainings in the background have a row from their COMMIT on, before there is a model or even a project.
ALTER TABLE pgml.runs ALTER COLUMN project_id DROP NOT NULL;
ALTER TABLE pgml.runs ALTER COLUMN rows DROP NOT NULL;
ALTER TABLE pgml.runs ALTER COLUMN nodes DROP NOT NULL;
ALTER TABLE pgml.runs ALTER COLUMN finished_at DROP NOT NULL;
ALTER TABLE pgml.runs ADD COLUMN project text, ADD COLUMN owner name, ADD COLUMN status text NOT NULL DEFAULT 'successful',
    ADD COLUMN error_sqlstate text, ADD COLUMN error_message text, ADD COLUMN error_hint text,
    ADD COLUMN node text, ADD COLUMN seed bigint, ADD COLUMN snapshot_id bigint, ADD COLUMN request jsonb;
UPDATE pgml.runs r SET project = p.name, owner = p.owner FROM pgml.projects p WHERE p.id = r.project_id;
COMMENT ON COLUMN pgml.runs.status IS 'in_progress, successful, failed or cancelled.';
COMMENT ON COLUMN pgml.runs.project_id IS 'NULL until there is a model: a project that is dropped meanwhile does not take the run with it.';
COMMENT ON COLUMN pgml.runs.node IS 'Whose silo has the run, while it is in progress.';
COMMENT ON COLUMN pgml.runs.request IS 'What a run in the background was asked for.';

-- Models are for everyone to see, and so are the runs that made them; errors may quote rows. Without a subquery: Citus takes none in a policy. A role that was dropped is nobody.
ALTER TABLE pgml.runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON pgml.runs FOR SELECT TO PUBLIC USING (status = 'successful' OR pg_has_role(to_regrole(quote_ident(owner::text)), 'USAGE'));
CREATE POLICY silo ON pgml.runs FOR SELECT TO $silo_role$ USING (true);
