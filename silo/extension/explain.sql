-- Contributions of features to one prediction. One C function reads every kind of number array, as for pgml.predict.

CREATE FUNCTION pgml.explain(project_name text, features real[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(text, real[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(project_name text, features double precision[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(text, double precision[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(project_name text, features smallint[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(text, smallint[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(project_name text, features integer[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(text, integer[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(project_name text, features bigint[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(text, bigint[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(project_name text, features boolean[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(text, boolean[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(project_name text, features numeric[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_project_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(text, numeric[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(project_name text, "row" anyelement)
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_project_row' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(text, anyelement) IS 'public: how far each feature of a row (by column name, else by position) or a text[] moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(model_id bigint, features real[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(bigint, real[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(model_id bigint, features double precision[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(bigint, double precision[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(model_id bigint, features smallint[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(bigint, smallint[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(model_id bigint, features integer[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(bigint, integer[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(model_id bigint, features bigint[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(bigint, bigint[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(model_id bigint, features boolean[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(bigint, boolean[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(model_id bigint, features numeric[])
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_model_array' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(bigint, numeric[]) IS 'public: how far each feature of one row, by position, moves the score of each class, or of the regression.';

CREATE FUNCTION pgml.explain(model_id bigint, "row" anyelement)
RETURNS TABLE (label text, score double precision, base_value double precision, features text[], contributions double precision[])
AS 'MODULE_PATHNAME', 'graincast_explain_model_row' LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 3;
COMMENT ON FUNCTION pgml.explain(bigint, anyelement) IS 'public: how far each feature of a row (by column name, else by position) or a text[] moves the score of each class, or of the regression.';
