-- Arithmetic and measures of vectors, and aggregates over rows with a NULL among them.
SELECT pgml.add(ARRAY[1.5, 2.5], 3), pgml.subtract(ARRAY[1.5, 2.5], 3), pgml.multiply(ARRAY[1.5, 2.5], 3), pgml.divide(ARRAY[1.5, 2.5], 100);
SELECT pgml.add(ARRAY[1, 2]::float4[], ARRAY[3, 4]::float4[]), pgml.subtract(ARRAY[1, 2]::float4[], ARRAY[3, 4]::float4[]);
SELECT pgml.multiply(ARRAY[1, 2]::real[], ARRAY[3, 4]::real[]), pgml.divide(ARRAY[1, 2]::real[], ARRAY[3, 4]::real[]);
SELECT pgml.norm_l0(ARRAY[1, 2]::real[]), pgml.norm_l1(ARRAY[1, 2]::real[]), pgml.norm_l2(ARRAY[1, 2]::real[]), pgml.norm_max(ARRAY[1, 2]::real[]);
SELECT pgml.normalize_l1(ARRAY[1, 2]::real[]), pgml.normalize_l2(ARRAY[1, 2]::real[]), pgml.normalize_max(ARRAY[1, 2]::real[]);
SELECT pgml.distance_l1(ARRAY[1, 2]::real[], ARRAY[3, 4]::real[]), pgml.distance_l2(ARRAY[1, 2]::real[], ARRAY[3, 4]::real[]);
SELECT pgml.dot_product(ARRAY[1, 2]::real[], ARRAY[3, 4]::real[]), pgml.cosine_similarity(ARRAY[1, 2]::real[], ARRAY[3, 4]::real[]);
WITH v AS (SELECT * FROM (VALUES (ARRAY[-2, -4]::real[]), (ARRAY[0, 0]::real[]), (ARRAY[1, 2]::real[]), (NULL)) AS t (e))
SELECT pgml.sum(e), pgml.min(e), pgml.max(e), pgml.min_abs(e), pgml.max_abs(e), pgml.divide(pgml.sum(e), count(e)) FROM v;
