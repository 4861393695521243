-- Every row of a relation at once.

CREATE FUNCTION pgml.predict_table(project_name text, relation regclass, INOUT key text, OUT prediction real) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'graincast_predict_table_project' LANGUAGE C STABLE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION pgml.predict_table(text, regclass, text) IS 'public: the prediction for every row of a relation that the caller may see, with the value of its column key.';

CREATE FUNCTION pgml.predict_table(model_id bigint, relation regclass, INOUT key text, OUT prediction real) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'graincast_predict_table_model' LANGUAGE C STABLE PARALLEL UNSAFE COST 100000;
COMMENT ON FUNCTION pgml.predict_table(bigint, regclass, text) IS 'public: the prediction for every row of a relation that the caller may see, with the value of its column key.';
