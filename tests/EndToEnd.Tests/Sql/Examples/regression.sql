-- A number from the columns of a table: every kind of learner, a search, and the ways to choose who answers.
SELECT * FROM pgml.load_dataset('diabetes');
SELECT * FROM pgml.train('disease', 'regression', 'pgml.diabetes', 'target');
SELECT target, pgml.predict('disease', ARRAY[age, sex, bmi, bp, s1, s2, s3, s4, s5, s6]) FROM pgml.diabetes LIMIT 5;
SELECT t.id, pgml.predict(t.id, ARRAY[age, sex, bmi, bp, s1, s2, s3, s4, s5, s6])
FROM pgml.diabetes CROSS JOIN LATERAL (SELECT id FROM pgml.trained_models WHERE name = 'disease' LIMIT 1) t LIMIT 5;
SELECT * FROM pgml.train('disease', algorithm => 'ridge');
SELECT * FROM pgml.train('disease', algorithm => 'lasso');
SELECT * FROM pgml.train('disease', algorithm => 'elastic_net');
SELECT * FROM pgml.train('disease', algorithm => 'lasso_least_angle');
SELECT * FROM pgml.train('disease', algorithm => 'bayesian_ridge');
SELECT * FROM pgml.train('disease', algorithm => 'huber');
SELECT * FROM pgml.train('disease', algorithm => 'svm', hyperparams => '{"max_iter": 50}');
SELECT * FROM pgml.train('disease', algorithm => 'random_forest', hyperparams => '{"n_estimators": 5}');
SELECT * FROM pgml.train('disease', algorithm => 'xgboost', hyperparams => '{"n_estimators": 5}'::jsonb, runtime => 'rust');
SELECT * FROM pgml.train('disease', algorithm => 'lightgbm', hyperparams => '{"n_estimators": 5}', runtime => 'python');
SELECT * FROM pgml.train('disease', algorithm => 'gaussian_process');
SELECT * FROM pgml.train('disease', algorithm => 'kernel_ridge');
SELECT * FROM pgml.train('disease', algorithm => 'xgboost', search => 'grid', search_params => '{"max_depth": [1, 2], "n_estimators": [3, 6]}', hyperparams => '{"eval_metric": "rmse"}');
SELECT * FROM pgml.train('disease', algorithm => 'ridge', search => 'random', search_params => '{"alpha": [0.1, 1, 10]}', search_args => '{"n_iter": 2, "cv": 3}');
SELECT m.metrics ->> 'mean_squared_error', t.* FROM pgml.trained_models t JOIN pgml.models m ON m.id = t.id WHERE t.name = 'disease' ORDER BY 1 LIMIT 3;
SELECT * FROM pgml.deploy('disease', 'most_recent', 'random_forest');
SELECT * FROM pgml.deploy('disease', 'best_score');
SELECT * FROM pgml.deploy('disease', 'most_recent');
SELECT * FROM pgml.deploy('disease', 'rollback');
SELECT * FROM pgml.deploy('disease', strategy => 'best_score', algorithm => 'svm');
SELECT * FROM pgml.deployed_models ORDER BY deployed_at DESC LIMIT 3;
SELECT * FROM pgml.overview;
