\echo Use "ALTER EXTENSION graincast UPDATE" to load this file. \quit

-- What is new or has another body follows from graincast.sql; here goes what has other arguments now.
DROP FUNCTION IF EXISTS pgml.train(text, text, text, text, pgml.algorithm, jsonb, pgml.search, jsonb, jsonb, real, pgml.sampling, pgml.runtime, boolean, boolean, jsonb);
-- Copies of 0.1.0 from between the releases have these.
DROP FUNCTION IF EXISTS pgml.train(text, text, text, text, pgml.algorithm, jsonb, pgml.search, jsonb, jsonb, real, pgml.sampling, pgml.runtime, boolean, boolean, jsonb, bigint, text[]);
DROP FUNCTION IF EXISTS pgml.export_model(bigint);

