-- Fewer numbers that say nearly the same.
SELECT * FROM pgml.load_dataset('digits');
CREATE VIEW digit_parts AS SELECT image FROM pgml.digits LIMIT 300;
SELECT * FROM pgml.train('parts', 'decomposition', 'digit_parts');
SELECT target, pgml.decompose('parts', image) FROM pgml.digits LIMIT 5;
SELECT * FROM pgml.train('parts', hyperparams => '{"n_components": 3}');
SELECT * FROM pgml.deploy('parts', 'most_recent', 'pca');
SELECT * FROM pgml.deploy('parts', 'best_score');
SELECT m.metrics ->> 'cumulative_explained_variance' FROM pgml.trained_models t JOIN pgml.models m USING (id) WHERE t.name = 'parts' ORDER BY 1 DESC;
