-- Trainings in the background, and the end of any training that is under way.

CREATE FUNCTION pgml.train_async(
    project_name text,
    task text DEFAULT NULL,
    relation_name text DEFAULT NULL,
    y_column_name text DEFAULT NULL,
    algorithm pgml.algorithm DEFAULT 'linear',
    hyperparams jsonb DEFAULT '{}',
    search pgml.search DEFAULT NULL,
    search_params jsonb DEFAULT '{}',
    search_args jsonb DEFAULT '{}',
    test_size real DEFAULT 0.25,
    test_sampling pgml.sampling DEFAULT 'stratified',
    runtime pgml.runtime DEFAULT NULL,
    automatic_deploy boolean DEFAULT true,
    materialize_snapshot boolean DEFAULT false,
    preprocess jsonb DEFAULT '{}',
    seed bigint DEFAULT NULL,
    exclude text[] DEFAULT NULL,
    weight_column text DEFAULT NULL
) RETURNS bigint
AS 'MODULE_PATHNAME', 'graincast_train_async' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION pgml.train_async(text, text, text, text, pgml.algorithm, jsonb, pgml.search, jsonb, jsonb, real, pgml.sampling, pgml.runtime, boolean, boolean, jsonb, bigint, text[], text)
IS 'public: as pgml.train, but returns when the rows are read: the fit begins with COMMIT. The run is in pgml.runs under the id that is returned.';

CREATE FUNCTION pgml.cancel(run bigint) RETURNS boolean
AS 'MODULE_PATHNAME', 'graincast_cancel' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION pgml.cancel(bigint) IS 'public: ends a training of one''s own that is under way, at any node; false with a WARNING when it is not.';

CREATE FUNCTION pgml.publish_run(run bigint) RETURNS boolean
AS 'MODULE_PATHNAME', 'graincast_publish_run' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION pgml.publish_run(bigint) IS 'private: a silo has the end of a training in the background written to the catalog.';
