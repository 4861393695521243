-- Vectors: real[] and double precision[] without NULLs (22004), of equal lengths (22023); an array of several dimensions is taken flat. Each C function
-- serves both types. Argument names are PostgresML's, the misspelt one of subtract included.

CREATE FUNCTION pgml.add(vector real[], addend real) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_add_scalar' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.add(real[], real) IS 'public: the sum of each element and the scalar.';

CREATE FUNCTION pgml.add(vector double precision[], addend double precision) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_add_scalar' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.add(double precision[], double precision) IS 'public: the sum of each element and the scalar.';

CREATE FUNCTION pgml.add(vector real[], addend real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_add' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.add(real[], real[]) IS 'public: the sum of each pair of elements.';

CREATE FUNCTION pgml.add(vector double precision[], addend double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_add' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.add(double precision[], double precision[]) IS 'public: the sum of each pair of elements.';

CREATE FUNCTION pgml.subtract(vector real[], subtahend real) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_subtract_scalar' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.subtract(real[], real) IS 'public: each element less the scalar.';

CREATE FUNCTION pgml.subtract(vector double precision[], subtahend double precision) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_subtract_scalar' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.subtract(double precision[], double precision) IS 'public: each element less the scalar.';

CREATE FUNCTION pgml.subtract(vector real[], subtrahend real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_subtract' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.subtract(real[], real[]) IS 'public: each element less the other of its pair.';

CREATE FUNCTION pgml.subtract(vector double precision[], subtrahend double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_subtract' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.subtract(double precision[], double precision[]) IS 'public: each element less the other of its pair.';

CREATE FUNCTION pgml.multiply(vector real[], multiplicand real) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_multiply_scalar' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.multiply(real[], real) IS 'public: the product of each element and the scalar.';

CREATE FUNCTION pgml.multiply(vector double precision[], multiplicand double precision) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_multiply_scalar' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.multiply(double precision[], double precision) IS 'public: the product of each element and the scalar.';

CREATE FUNCTION pgml.multiply(vector real[], multiplicand real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_multiply' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.multiply(real[], real[]) IS 'public: the product of each pair of elements.';

CREATE FUNCTION pgml.multiply(vector double precision[], multiplicand double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_multiply' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.multiply(double precision[], double precision[]) IS 'public: the product of each pair of elements.';

CREATE FUNCTION pgml.divide(vector real[], dividend real) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_divide_scalar' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.divide(real[], real) IS 'public: each element divided by the scalar; by 0 it is infinite or NaN.';

CREATE FUNCTION pgml.divide(vector double precision[], dividend double precision) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_divide_scalar' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.divide(double precision[], double precision) IS 'public: each element divided by the scalar; by 0 it is infinite or NaN.';

CREATE FUNCTION pgml.divide(vector real[], dividend real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_divide' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.divide(real[], real[]) IS 'public: each element divided by the other of its pair; by 0 it is infinite or NaN.';

CREATE FUNCTION pgml.divide(vector double precision[], dividend double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_divide' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.divide(double precision[], double precision[]) IS 'public: each element divided by the other of its pair; by 0 it is infinite or NaN.';

CREATE FUNCTION pgml.norm_l0(vector real[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_norm_l0' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.norm_l0(real[]) IS 'public: how many elements are not 0.';

CREATE FUNCTION pgml.norm_l0(vector double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME', 'graincast_norm_l0' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.norm_l0(double precision[]) IS 'public: how many elements are not 0.';

CREATE FUNCTION pgml.norm_l1(vector real[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_norm_l1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.norm_l1(real[]) IS 'public: the sum of the magnitudes.';

CREATE FUNCTION pgml.norm_l1(vector double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME', 'graincast_norm_l1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.norm_l1(double precision[]) IS 'public: the sum of the magnitudes.';

CREATE FUNCTION pgml.norm_l2(vector real[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_norm_l2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.norm_l2(real[]) IS 'public: the root of the sum of the squares.';

CREATE FUNCTION pgml.norm_l2(vector double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME', 'graincast_norm_l2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.norm_l2(double precision[]) IS 'public: the root of the sum of the squares.';

CREATE FUNCTION pgml.norm_max(vector real[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_norm_max' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.norm_max(real[]) IS 'public: the greatest magnitude; 0 of an empty vector.';

CREATE FUNCTION pgml.norm_max(vector double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME', 'graincast_norm_max' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.norm_max(double precision[]) IS 'public: the greatest magnitude; 0 of an empty vector.';

CREATE FUNCTION pgml.normalize_l1(vector real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_normalize_l1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.normalize_l1(real[]) IS 'public: the vector divided by its norm_l1; NaN where that is 0.';

CREATE FUNCTION pgml.normalize_l1(vector double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_normalize_l1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.normalize_l1(double precision[]) IS 'public: the vector divided by its norm_l1; NaN where that is 0.';

CREATE FUNCTION pgml.normalize_l2(vector real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_normalize_l2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.normalize_l2(real[]) IS 'public: the vector divided by its norm_l2; NaN where that is 0.';

CREATE FUNCTION pgml.normalize_l2(vector double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_normalize_l2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.normalize_l2(double precision[]) IS 'public: the vector divided by its norm_l2; NaN where that is 0.';

CREATE FUNCTION pgml.normalize_max(vector real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_normalize_max' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.normalize_max(real[]) IS 'public: the vector divided by its norm_max; NaN where that is 0.';

CREATE FUNCTION pgml.normalize_max(vector double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_normalize_max' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.normalize_max(double precision[]) IS 'public: the vector divided by its norm_max; NaN where that is 0.';

CREATE FUNCTION pgml.distance_l1(vector real[], other real[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_distance_l1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.distance_l1(real[], real[]) IS 'public: the sum of the magnitudes of the differences.';

CREATE FUNCTION pgml.distance_l1(vector double precision[], other double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME', 'graincast_distance_l1' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.distance_l1(double precision[], double precision[]) IS 'public: the sum of the magnitudes of the differences.';

CREATE FUNCTION pgml.distance_l2(vector real[], other real[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_distance_l2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.distance_l2(real[], real[]) IS 'public: the root of the sum of the squared differences.';

CREATE FUNCTION pgml.distance_l2(vector double precision[], other double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME', 'graincast_distance_l2' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.distance_l2(double precision[], double precision[]) IS 'public: the root of the sum of the squared differences.';

CREATE FUNCTION pgml.dot_product(vector real[], other real[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_dot_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.dot_product(real[], real[]) IS 'public: the sum of the products.';

CREATE FUNCTION pgml.dot_product(vector double precision[], other double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME', 'graincast_dot_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.dot_product(double precision[], double precision[]) IS 'public: the sum of the products.';

CREATE FUNCTION pgml.cosine_similarity(vector real[], other real[]) RETURNS real
AS 'MODULE_PATHNAME', 'graincast_cosine_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.cosine_similarity(real[], real[]) IS 'public: the cosine of the angle between both, -1 … 1; NaN when one is all zeros.';

CREATE FUNCTION pgml.cosine_similarity(vector double precision[], other double precision[]) RETURNS double precision
AS 'MODULE_PATHNAME', 'graincast_cosine_similarity' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.cosine_similarity(double precision[], double precision[]) IS 'public: the cosine of the angle between both, -1 … 1; NaN when one is all zeros.';

-- Aggregates. One function takes a vector in and, in a parallel plan or on Citus, another state: not strict, so that the first vector is checked too.

-- A sum of reals is taken in double precision.
CREATE FUNCTION pgml.vector_sum(state double precision[], vector real[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_vector_sum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_sum(double precision[], real[]) IS 'private: a step of pgml.sum.';

CREATE FUNCTION pgml.vector_sum(state double precision[], vector double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_vector_sum' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_sum(double precision[], double precision[]) IS 'private: a step of pgml.sum.';

CREATE FUNCTION pgml.vector_narrow(state double precision[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_vector_narrow' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_narrow(double precision[]) IS 'private: the end of pgml.sum.';

CREATE AGGREGATE pgml.sum(vector real[]) (
    SFUNC = pgml.vector_sum, STYPE = double precision[], FINALFUNC = pgml.vector_narrow, COMBINEFUNC = pgml.vector_sum, PARALLEL = SAFE
);
COMMENT ON AGGREGATE pgml.sum(real[]) IS 'public: the sum, element by element, of all vectors that are not NULL.';

CREATE AGGREGATE pgml.sum(vector double precision[]) (SFUNC = pgml.vector_sum, STYPE = double precision[], COMBINEFUNC = pgml.vector_sum, PARALLEL = SAFE);
COMMENT ON AGGREGATE pgml.sum(double precision[]) IS 'public: the sum, element by element, of all vectors that are not NULL.';

CREATE FUNCTION pgml.vector_min(state real[], vector real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_vector_min' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_min(real[], real[]) IS 'private: a step of pgml.min.';

CREATE FUNCTION pgml.vector_min(state double precision[], vector double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_vector_min' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_min(double precision[], double precision[]) IS 'private: a step of pgml.min.';

CREATE AGGREGATE pgml.min(vector real[]) (SFUNC = pgml.vector_min, STYPE = real[], COMBINEFUNC = pgml.vector_min, PARALLEL = SAFE);
COMMENT ON AGGREGATE pgml.min(real[]) IS 'public: the least value, element by element, of all vectors that are not NULL; NaN is the greatest.';

CREATE AGGREGATE pgml.min(vector double precision[]) (SFUNC = pgml.vector_min, STYPE = double precision[], COMBINEFUNC = pgml.vector_min, PARALLEL = SAFE);
COMMENT ON AGGREGATE pgml.min(double precision[]) IS 'public: the least value, element by element, of all vectors that are not NULL; NaN is the greatest.';

CREATE FUNCTION pgml.vector_max(state real[], vector real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_vector_max' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_max(real[], real[]) IS 'private: a step of pgml.max.';

CREATE FUNCTION pgml.vector_max(state double precision[], vector double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_vector_max' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_max(double precision[], double precision[]) IS 'private: a step of pgml.max.';

CREATE AGGREGATE pgml.max(vector real[]) (SFUNC = pgml.vector_max, STYPE = real[], COMBINEFUNC = pgml.vector_max, PARALLEL = SAFE);
COMMENT ON AGGREGATE pgml.max(real[]) IS 'public: the greatest value, element by element, of all vectors that are not NULL; NaN is the greatest.';

CREATE AGGREGATE pgml.max(vector double precision[]) (SFUNC = pgml.vector_max, STYPE = double precision[], COMBINEFUNC = pgml.vector_max, PARALLEL = SAFE);
COMMENT ON AGGREGATE pgml.max(double precision[]) IS 'public: the greatest value, element by element, of all vectors that are not NULL; NaN is the greatest.';

CREATE FUNCTION pgml.vector_min_abs(state real[], vector real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_vector_min_abs' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_min_abs(real[], real[]) IS 'private: a step of pgml.min_abs.';

CREATE FUNCTION pgml.vector_min_abs(state double precision[], vector double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_vector_min_abs' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_min_abs(double precision[], double precision[]) IS 'private: a step of pgml.min_abs.';

CREATE AGGREGATE pgml.min_abs(vector real[]) (SFUNC = pgml.vector_min_abs, STYPE = real[], COMBINEFUNC = pgml.vector_min_abs, PARALLEL = SAFE);
COMMENT ON AGGREGATE pgml.min_abs(real[]) IS 'public: the least magnitude, element by element, of all vectors that are not NULL; NaN is the greatest.';

CREATE AGGREGATE pgml.min_abs(vector double precision[]) (SFUNC = pgml.vector_min_abs, STYPE = double precision[], COMBINEFUNC = pgml.vector_min_abs, PARALLEL = SAFE);
COMMENT ON AGGREGATE pgml.min_abs(double precision[]) IS 'public: the least magnitude, element by element, of all vectors that are not NULL; NaN is the greatest.';

CREATE FUNCTION pgml.vector_max_abs(state real[], vector real[]) RETURNS real[]
AS 'MODULE_PATHNAME', 'graincast_vector_max_abs' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_max_abs(real[], real[]) IS 'private: a step of pgml.max_abs.';

CREATE FUNCTION pgml.vector_max_abs(state double precision[], vector double precision[]) RETURNS double precision[]
AS 'MODULE_PATHNAME', 'graincast_vector_max_abs' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION pgml.vector_max_abs(double precision[], double precision[]) IS 'private: a step of pgml.max_abs.';

CREATE AGGREGATE pgml.max_abs(vector real[]) (SFUNC = pgml.vector_max_abs, STYPE = real[], COMBINEFUNC = pgml.vector_max_abs, PARALLEL = SAFE);
COMMENT ON AGGREGATE pgml.max_abs(real[]) IS 'public: the greatest magnitude, element by element, of all vectors that are not NULL; NaN is the greatest.';

CREATE AGGREGATE pgml.max_abs(vector double precision[]) (SFUNC = pgml.vector_max_abs, STYPE = double precision[], COMBINEFUNC = pgml.vector_max_abs, PARALLEL = SAFE);
COMMENT ON AGGREGATE pgml.max_abs(double precision[]) IS 'public: the greatest magnitude, element by element, of all vectors that are not NULL; NaN is the greatest.';
