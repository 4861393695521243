-- One of several kinds, from a view in random order, made anew each time the script runs.
SELECT * FROM pgml.load_dataset('iris');
DROP VIEW IF EXISTS pgml.some_iris;
CREATE VIEW pgml.some_iris AS SELECT * FROM pgml.iris ORDER BY random() LIMIT 100;
SELECT * FROM pgml.train('kinds', 'classification', 'pgml.some_iris', 'target');
SELECT target, pgml.predict('kinds', ARRAY[sepal_length, sepal_width, petal_length, petal_width]) FROM pgml.some_iris LIMIT 5;
SELECT target, pgml.predict_proba('kinds', ARRAY[sepal_length, sepal_width, petal_length, petal_width]) FROM pgml.some_iris LIMIT 5;
SELECT * FROM pgml.train('kinds', algorithm => 'svm');
SELECT * FROM pgml.train('kinds', algorithm => 'ridge');
SELECT * FROM pgml.train('kinds', algorithm => 'catboost', hyperparams => '{"n_estimators": 5}');
SELECT * FROM pgml.train('kinds', algorithm => 'gaussian_process');
SELECT * FROM pgml.train('kinds', algorithm => 'gradient_boosting_trees', hyperparams => '{"random_state": 0}', search => 'grid',
    search_params => '{"n_estimators": [3, 5], "max_leaf_nodes": [2, 4], "criterion": ["friedman_mse", "squared_error"]}');
SELECT * FROM pgml.deploy('kinds', 'best_score', 'svm');
SELECT target, pgml.predict('kinds', s) FROM pgml.some_iris s LIMIT 5;
