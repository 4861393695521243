-- Whatever is deleted is looked for in the tables that refer to it: without an index by a scan of each.
CREATE INDEX models_snapshot_id ON pgml.models (snapshot_id);
CREATE INDEX deployments_model_id ON pgml.deployments (model_id);
CREATE INDEX runs_project_id ON pgml.runs (project_id);
CREATE INDEX runs_model_id ON pgml.runs (model_id);
