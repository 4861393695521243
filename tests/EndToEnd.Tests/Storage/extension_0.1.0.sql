-- The objects of the extension. The catalog's tables are not among them: migrations create those (silo/Storage/schema).
\echo Use "CREATE EXTENSION graincast" to load this file. \quit

GRANT USAGE ON SCHEMA pgml TO PUBLIC;

CREATE TYPE pgml.task AS ENUM ('regression', 'classification', 'decomposition', 'clustering');
COMMENT ON TYPE pgml.task IS 'public: what a project learns.';

CREATE TYPE pgml.sampling AS ENUM ('random', 'last', 'stratified');
COMMENT ON TYPE pgml.sampling IS 'public: how held-out rows are chosen.';

CREATE TYPE pgml.search AS ENUM ('grid', 'random');
COMMENT ON TYPE pgml.search IS 'public: how hyperparameters are searched.';

CREATE TYPE pgml.runtime AS ENUM ('python', 'rust', 'openai');
COMMENT ON TYPE pgml.runtime IS 'public: kept for calls written for PostgresML; has no effect.';

CREATE TYPE pgml.status AS ENUM ('in_progress', 'successful', 'failed');
COMMENT ON TYPE pgml.status IS 'public: of a model.';

CREATE TYPE pgml.strategy AS ENUM ('new_score', 'best_score', 'most_recent', 'rollback', 'specific');
COMMENT ON TYPE pgml.strategy IS 'public: how the model of a deployment was chosen.';

CREATE TYPE pgml.algorithm AS ENUM (
    'linear', 'lasso', 'svm', 'elastic_net', 'ridge', 'random_forest', 'xgboost', 'xgboost_random_forest', 'orthogonal_matching_pursuit',
    'bayesian_ridge', 'automatic_relevance_determination', 'stochastic_gradient_descent', 'perceptron', 'passive_aggressive', 'ransac',
    'theil_sen', 'huber', 'quantile', 'kernel_ridge', 'gaussian_process', 'nu_svm', 'ada_boost', 'bagging', 'extra_trees',
    'gradient_boosting_trees', 'hist_gradient_boosting', 'least_angle', 'lasso_least_angle', 'linear_svm', 'lightgbm', 'catboost',
    'affinity_propagation', 'birch', 'kmeans', 'mini_batch_kmeans', 'mean_shift', 'pca', 'dbscan', 'feature_agglomeration', 'optics',
    'spectral', 'spectral_bi', 'spectral_co', 'knn', 'transformers'
);
COMMENT ON TYPE pgml.algorithm IS 'public: PostgresML''s names; one that is not offered is refused by train with 0A000.';

CREATE FUNCTION pgml.version() RETURNS text
AS 'MODULE_PATHNAME', 'graincast_version' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.version() IS 'public: the version of the extension.';

CREATE FUNCTION pgml.train(
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
    preprocess jsonb DEFAULT '{}'
) RETURNS TABLE (project text, task text, algorithm text, deployed boolean)
AS 'MODULE_PATHNAME', 'graincast_train' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1 COST 100000;
COMMENT ON FUNCTION pgml.train(text, text, text, text, pgml.algorithm, jsonb, pgml.search, jsonb, jsonb, real, pgml.sampling, pgml.runtime, boolean, boolean, jsonb)
IS 'public: trains a model on a table or view and deploys it unless the deployed one is better.';

CREATE FUNCTION pgml.feed(run bigint, r anyelement) RETURNS void
AS 'MODULE_PATHNAME', 'graincast_feed' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION pgml.feed(bigint, anyelement) IS 'private: sends a row of a training to the silo; pgml.train calls it.';

CREATE FUNCTION pgml.catalog_changed() RETURNS trigger
AS 'MODULE_PATHNAME', 'graincast_catalog_changed' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION pgml.catalog_changed() IS 'private: tells every backend that another model may answer.';

CREATE FUNCTION pgml.deploy(model_id bigint) RETURNS TABLE (project text, strategy text, algorithm text)
AS 'MODULE_PATHNAME', 'graincast_deploy_model' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1 COST 10000;
COMMENT ON FUNCTION pgml.deploy(bigint) IS 'public: lets this model answer for its project.';

CREATE FUNCTION pgml.deploy(project_name text, strategy pgml.strategy, algorithm pgml.algorithm DEFAULT NULL)
RETURNS TABLE (project text, strategy text, algorithm text)
AS 'MODULE_PATHNAME', 'graincast_deploy_project' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1 COST 10000;
COMMENT ON FUNCTION pgml.deploy(text, pgml.strategy, pgml.algorithm) IS 'public: chooses the model that answers: best_score, most_recent or rollback.';

CREATE FUNCTION pgml.deployed_model(project_name text) RETURNS bigint
AS 'MODULE_PATHNAME', 'graincast_deployed_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.deployed_model(text) IS 'public: the id of the model that answers for the project now.';

-- One C function reads every kind of number array; the overloads make ARRAY[1.0, 2.5] and ARRAY[1, 2] find it without a cast.

CREATE FUNCTION pgml.predict(project_name text, features real[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(text, real[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(project_name text, features double precision[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(text, double precision[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(project_name text, features smallint[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(text, smallint[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(project_name text, features integer[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(text, integer[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(project_name text, features bigint[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(text, bigint[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(project_name text, features boolean[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(text, boolean[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(project_name text, features numeric[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(text, numeric[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(project_name text, "row" anyelement) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_project_row' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(text, anyelement) IS 'public: the prediction for a row (by column name, else by position) or a text[].';

CREATE FUNCTION pgml.predict(model_id bigint, features real[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(bigint, real[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(model_id bigint, features double precision[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(bigint, double precision[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(model_id bigint, features smallint[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(bigint, smallint[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(model_id bigint, features integer[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(bigint, integer[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(model_id bigint, features bigint[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(bigint, bigint[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(model_id bigint, features boolean[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(bigint, boolean[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(model_id bigint, features numeric[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(bigint, numeric[]) IS 'public: the prediction for one row of features, by position.';

CREATE FUNCTION pgml.predict(model_id bigint, "row" anyelement) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_model_row' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict(bigint, anyelement) IS 'public: the prediction for a row (by column name, else by position) or a text[].';

CREATE FUNCTION pgml.predict_proba(project_name text, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(text, real[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(project_name text, features double precision[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(text, double precision[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(project_name text, features numeric[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(text, numeric[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(model_id bigint, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(bigint, real[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(model_id bigint, features double precision[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(bigint, double precision[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(model_id bigint, features numeric[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(bigint, numeric[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_batch(project_name text, features real[]) RETURNS SETOF real
AS 'MODULE_PATHNAME', 'graincast_predict_batch_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 ROWS 100;
COMMENT ON FUNCTION pgml.predict_batch(text, real[]) IS 'public: predictions for several rows: rows x features, or all features one after another.';

CREATE FUNCTION pgml.predict_batch(model_id bigint, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_batch_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION pgml.predict_batch(bigint, real[]) IS 'public: predictions for several rows: rows x features, or all features one after another.';

CREATE FUNCTION pgml.decompose(project_name text, vector real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_decompose' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.decompose(text, real[]) IS 'public: the components of one row by the project''s decomposition.';

CREATE FUNCTION pgml.load_dataset(source text, subset text DEFAULT NULL, "limit" bigint DEFAULT NULL, kwargs jsonb DEFAULT '{}')
RETURNS TABLE (table_name text, rows bigint)
AS 'MODULE_PATHNAME', 'graincast_load_dataset' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1 COST 10000;
COMMENT ON FUNCTION pgml.load_dataset(text, text, bigint, jsonb) IS 'public: puts a bundled data set into the table pgml.<source>, owned by the caller.';
