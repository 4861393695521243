-- Several labels in one model. Arguments and overloads are those of pgml.train and pgml.predict.

CREATE FUNCTION pgml.train_joint(
    project_name text,
    task text DEFAULT NULL,
    relation_name text DEFAULT NULL,
    y_column_name text[] DEFAULT NULL,
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
) RETURNS TABLE (project text, task text, algorithm text, deployed boolean)
AS 'MODULE_PATHNAME', 'graincast_train_joint' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1 COST 100000;
COMMENT ON FUNCTION pgml.train_joint(text, text, text, text[], pgml.algorithm, jsonb, pgml.search, jsonb, jsonb, real, pgml.sampling, pgml.runtime, boolean, boolean, jsonb, bigint, text[], text)
IS 'public: trains a model of several labels, as pgml.train does one of one; pgml.predict_joint answers for all of them.';

CREATE FUNCTION pgml.predict_joint(project_name text, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(text, real[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(project_name text, features double precision[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(text, double precision[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(project_name text, features smallint[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(text, smallint[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(project_name text, features integer[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(text, integer[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(project_name text, features bigint[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(text, bigint[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(project_name text, features boolean[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(text, boolean[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(project_name text, features numeric[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(text, numeric[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(project_name text, "row" anyelement) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_project_row' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(text, anyelement) IS 'public: the prediction for each label of a joint model, in the order of y_column_name, for a row: columns by name, or by position.';

CREATE FUNCTION pgml.predict_joint(model_id bigint, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(bigint, real[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(model_id bigint, features double precision[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(bigint, double precision[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(model_id bigint, features smallint[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(bigint, smallint[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(model_id bigint, features integer[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(bigint, integer[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(model_id bigint, features bigint[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(bigint, bigint[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(model_id bigint, features boolean[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(bigint, boolean[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(model_id bigint, features numeric[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(bigint, numeric[]) IS 'public: the prediction for each label of a joint model, in the order of y_column_name; of another model an array of one.';

CREATE FUNCTION pgml.predict_joint(model_id bigint, "row" anyelement) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_joint_model_row' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_joint(bigint, anyelement) IS 'public: the prediction for each label of a joint model, in the order of y_column_name, for a row: columns by name, or by position.';
