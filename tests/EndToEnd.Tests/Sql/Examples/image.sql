-- One array column: the pixels of a digit.
SELECT * FROM pgml.load_dataset('digits');
CREATE TABLE some_digits AS SELECT * FROM pgml.digits LIMIT 400;
SELECT left(image::text, 30), target FROM some_digits LIMIT 5;
SELECT * FROM pgml.train('digits', 'classification', 'some_digits', 'target', 'ridge');
SELECT target, pgml.predict('digits', image) FROM some_digits LIMIT 5;
SELECT * FROM pgml.train('digits', algorithm => 'linear_svm');
SELECT * FROM pgml.train('digits', algorithm => 'random_forest', hyperparams => '{"n_estimators": 5}');
SELECT target, pgml.predict_proba('digits', image) FROM some_digits LIMIT 5;
SELECT * FROM pgml.train('digits', algorithm => 'svm', hyperparams => '{"random_state": 0}', search => 'grid', search_params => '{"kernel": ["linear", "poly"], "shrinking": [true, false]}');
SELECT * FROM pgml.deploy('digits', 'most_recent');
SELECT * FROM pgml.deployed_models ORDER BY deployed_at DESC LIMIT 3;
