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
    preprocess jsonb DEFAULT '{}',
    seed bigint DEFAULT NULL,
    exclude text[] DEFAULT NULL,
    weight_column text DEFAULT NULL
) RETURNS TABLE (project text, task text, algorithm text, deployed boolean)
AS 'MODULE_PATHNAME', 'graincast_train' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1 COST 100000;
COMMENT ON FUNCTION pgml.train(text, text, text, text, pgml.algorithm, jsonb, pgml.search, jsonb, jsonb, real, pgml.sampling, pgml.runtime, boolean, boolean, jsonb, bigint, text[], text)
IS 'public: trains a model on a table or view and deploys it unless the deployed one is better.';

CREATE FUNCTION pgml.train_progress()
RETURNS TABLE (run bigint, project text, phase text, node text, rows bigint, iteration bigint, elapsed interval)
AS 'MODULE_PATHNAME', 'graincast_train_progress' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 10 COST 10000;
COMMENT ON FUNCTION pgml.train_progress() IS 'private: the view pgml.stat_progress_train reads it.';

CREATE VIEW pgml.stat_progress_train AS SELECT * FROM pgml.train_progress();
COMMENT ON VIEW pgml.stat_progress_train IS 'public: the trainings of this database that are under way, a line for each node that takes part.';
GRANT SELECT ON pgml.stat_progress_train TO PUBLIC;

CREATE FUNCTION pgml.snapshot(
    relation_name text,
    y_column_name text,
    test_size real DEFAULT 0.25,
    test_sampling pgml.sampling DEFAULT 'stratified',
    preprocess jsonb DEFAULT '{}'
) RETURNS TABLE (relation text, y_column_name text)
AS 'MODULE_PATHNAME', 'graincast_snapshot' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1 COST 10000;
COMMENT ON FUNCTION pgml.snapshot(text, text, real, pgml.sampling, jsonb)
IS 'public: writes down in pgml.snapshots what a training would be on, without training.';

CREATE FUNCTION pgml.feed(run bigint, r anyelement) RETURNS void
AS 'MODULE_PATHNAME', 'graincast_feed' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION pgml.feed(bigint, anyelement) IS 'private: sends a row of a training to the silo; pgml.train calls it.';

CREATE FUNCTION pgml.catalog_changed() RETURNS trigger
AS 'MODULE_PATHNAME', 'graincast_catalog_changed' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION pgml.catalog_changed() IS 'private: tells every backend that another model may answer.';
REVOKE EXECUTE ON FUNCTION pgml.catalog_changed() FROM PUBLIC;

CREATE FUNCTION pgml.deploy(model_id bigint) RETURNS TABLE (project text, strategy text, algorithm text)
AS 'MODULE_PATHNAME', 'graincast_deploy_model' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1 COST 10000;
COMMENT ON FUNCTION pgml.deploy(bigint) IS 'public: lets this model answer for its project.';

CREATE FUNCTION pgml.deploy(project_name text, strategy pgml.strategy, algorithm pgml.algorithm DEFAULT NULL)
RETURNS TABLE (project text, strategy text, algorithm text)
AS 'MODULE_PATHNAME', 'graincast_deploy_project' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1 COST 10000;
COMMENT ON FUNCTION pgml.deploy(text, pgml.strategy, pgml.algorithm) IS 'public: chooses the model that answers: best_score, most_recent or rollback.';

CREATE FUNCTION pgml.drop_model(model_id bigint) RETURNS void
AS 'MODULE_PATHNAME', 'graincast_drop_model' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION pgml.drop_model(bigint) IS 'public: deletes a model that does not answer for its project.';

CREATE FUNCTION pgml.drop_project(project_name text) RETURNS void
AS 'MODULE_PATHNAME', 'graincast_drop_project' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION pgml.drop_project(text) IS 'public: deletes a project with its models, deployments and feature source.';

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

CREATE FUNCTION pgml.predict_label(project_name text, features real[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(text, real[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(project_name text, features double precision[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(text, double precision[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(project_name text, features smallint[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(text, smallint[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(project_name text, features integer[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(text, integer[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(project_name text, features bigint[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(text, bigint[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(project_name text, features boolean[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(text, boolean[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(project_name text, features numeric[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(text, numeric[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(project_name text, "row" anyelement) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_project_row' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(text, anyelement) IS 'public: the predicted class of a row (by column name, else by position) or a text[], as its label.';

CREATE FUNCTION pgml.predict_label(model_id bigint, features real[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(bigint, real[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(model_id bigint, features double precision[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(bigint, double precision[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(model_id bigint, features smallint[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(bigint, smallint[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(model_id bigint, features integer[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(bigint, integer[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(model_id bigint, features bigint[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(bigint, bigint[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(model_id bigint, features boolean[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(bigint, boolean[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(model_id bigint, features numeric[]) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(bigint, numeric[]) IS 'public: the predicted class of one row of features, by position, as its label.';

CREATE FUNCTION pgml.predict_label(model_id bigint, "row" anyelement) RETURNS text
AS 'MODULE_PATHNAME', 'graincast_predict_label_model_row' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_label(bigint, anyelement) IS 'public: the predicted class of a row (by column name, else by position) or a text[], as its label.';

CREATE FUNCTION pgml.predict_proba(project_name text, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(text, real[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(project_name text, features double precision[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(text, double precision[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(project_name text, features smallint[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(text, smallint[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(project_name text, features integer[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(text, integer[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(project_name text, features bigint[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(text, bigint[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(project_name text, features boolean[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(text, boolean[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(project_name text, features numeric[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(text, numeric[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(model_id bigint, features real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(bigint, real[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(model_id bigint, features double precision[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(bigint, double precision[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(model_id bigint, features smallint[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(bigint, smallint[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(model_id bigint, features integer[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(bigint, integer[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(model_id bigint, features bigint[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(bigint, bigint[]) IS 'public: the probability of each label, in the order of the labels.';

CREATE FUNCTION pgml.predict_proba(model_id bigint, features boolean[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_predict_proba_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION pgml.predict_proba(bigint, boolean[]) IS 'public: the probability of each label, in the order of the labels.';

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

CREATE FUNCTION pgml.grant_project(project_name text, role_name text, privilege text) RETURNS void
AS 'MODULE_PATHNAME', 'graincast_grant_project' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION pgml.grant_project(text, text, text) IS 'public: lets a role predict with a project, train (deploy and predict too), or do all that its owner may; by its owner.';

CREATE FUNCTION pgml.revoke_project(project_name text, role_name text, privilege text) RETURNS void
AS 'MODULE_PATHNAME', 'graincast_revoke_project' LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION pgml.revoke_project(text, text, text) IS 'public: takes back what pgml.grant_project gave; by the project''s owner.';

CREATE FUNCTION pgml.feature_importance(project_name text) RETURNS TABLE (feature text, importance double precision)
AS 'MODULE_PATHNAME', 'graincast_feature_importance_project' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION pgml.feature_importance(text) IS 'public: how much each column weighs in the model that answers, as shares of 1.';

CREATE FUNCTION pgml.feature_importance(model_id bigint) RETURNS TABLE (feature text, importance double precision)
AS 'MODULE_PATHNAME', 'graincast_feature_importance_model' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000 ROWS 20;
COMMENT ON FUNCTION pgml.feature_importance(bigint) IS 'public: how much each column weighs in the model, as shares of 1.';

CREATE FUNCTION pgml.loaded_models() RETURNS TABLE (image_sha256 bytea, image_bytes bigint, shared boolean)
AS 'MODULE_PATHNAME', 'graincast_loaded_models' LANGUAGE C VOLATILE PARALLEL RESTRICTED ROWS 10;
COMMENT ON FUNCTION pgml.loaded_models() IS 'private: the view pgml.stat_models reads it.';

CREATE VIEW pgml.stat_models AS SELECT * FROM pgml.loaded_models();
COMMENT ON VIEW pgml.stat_models IS 'public: the images of models that this session has open; shared is false for a copy in its own memory.';
GRANT SELECT ON pgml.stat_models TO PUBLIC;

CREATE FUNCTION pgml.export_model(model_id bigint, format text DEFAULT 'image') RETURNS bytea
AS 'MODULE_PATHNAME', 'graincast_export_model' LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 10000;
COMMENT ON FUNCTION pgml.export_model(bigint, text) IS 'public: the model''s image, for pgml.import_model, its trees as LightGBM''s text, or the ONNX file it was imported from; by who may train the project.';

CREATE FUNCTION pgml.import_model(project_name text, task text, model bytea) RETURNS bigint
AS 'MODULE_PATHNAME', 'graincast_import_model' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION pgml.import_model(text, text, bytea) IS 'public: adds a model from its image, LightGBM''s text or an ONNX file to a project, which is made if need be, deploys it, and returns its id.';

CREATE FUNCTION pgml.create_feature_source(project_name text, relation_name text, key_columns text[] DEFAULT NULL) RETURNS void
AS 'MODULE_PATHNAME', 'graincast_create_feature_source' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION pgml.create_feature_source(text, text, text[])
IS 'public: lets predictions by key read this relation; the key is its primary key unless other columns are named.';

CREATE FUNCTION pgml.drop_feature_source(project_name text) RETURNS void
AS 'MODULE_PATHNAME', 'graincast_drop_feature_source' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION pgml.drop_feature_source(text) IS 'public: ends predictions by key for the project.';

CREATE FUNCTION pgml.predict_by_key(project_name text, key anyelement) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_by_key' LANGUAGE C VOLATILE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION pgml.predict_by_key(text, anyelement)
IS 'public: the prediction for the committed row with this key, read and scored at the node that holds it; ROW(…) for a key of several columns.';

CREATE FUNCTION pgml.predict_by_key(project_name text, key text) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_predict_by_key' LANGUAGE C VOLATILE STRICT PARALLEL SAFE COST 10000;
COMMENT ON FUNCTION pgml.predict_by_key(text, text) IS 'public: the prediction for the committed row with this key, read and scored at the node that holds it.';

CREATE FUNCTION pgml.source_rows(project_name text, source_id bigint, column_names text[], keys text[])
RETURNS TABLE (place integer, key text, lengths integer[], numbers double precision[], texts text[])
AS 'MODULE_PATHNAME', 'graincast_source_rows' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10000 ROWS 1;
COMMENT ON FUNCTION pgml.source_rows(text, bigint, text[], text[]) IS 'private: a silo reads rows of a feature source by their keys, as the relation''s owner.';

CREATE FUNCTION pgml.wait_for_change(since bigint, timeout_ms integer) RETURNS bigint
AS 'MODULE_PATHNAME', 'graincast_wait_for_change' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 10000;
COMMENT ON FUNCTION pgml.wait_for_change(bigint, integer) IS 'private: a silo waits here until other models may answer.';

CREATE FUNCTION pgml.load_dataset(source text, subset text DEFAULT NULL, "limit" bigint DEFAULT NULL, kwargs jsonb DEFAULT '{}')
RETURNS TABLE (table_name text, rows bigint)
AS 'MODULE_PATHNAME', 'graincast_load_dataset' LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 1 COST 10000;
COMMENT ON FUNCTION pgml.load_dataset(text, text, bigint, jsonb) IS 'public: puts a bundled data set into the table pgml.<source>, owned by the caller.';

CREATE FUNCTION pgml.client_token(valid_for interval DEFAULT '15 minutes') RETURNS text
AS 'MODULE_PATHNAME', 'graincast_client_token' LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 10000;
COMMENT ON FUNCTION pgml.client_token(interval) IS 'public: a token by which a client of the SDK acts for the current role in this database.';
