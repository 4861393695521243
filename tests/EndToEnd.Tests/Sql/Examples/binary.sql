-- Yes or no, with columns whose names need quotes.
SELECT * FROM pgml.load_dataset('breast_cancer');
CREATE VIEW cells AS SELECT "mean radius", "mean texture", "worst area", "worst concave points", malignant FROM pgml.breast_cancer;
SELECT * FROM pgml.train('cells', 'classification', 'cells', 'malignant');
SELECT malignant, pgml.predict('cells', ARRAY["mean radius", "mean texture", "worst area", "worst concave points"]) FROM cells ORDER BY random() LIMIT 5;
SELECT malignant, pgml.predict_proba('cells', ARRAY["mean radius", "mean texture", "worst area", "worst concave points"]) FROM cells LIMIT 5;
SELECT * FROM pgml.train('cells', algorithm => 'ridge');
SELECT * FROM pgml.train('cells', algorithm => 'stochastic_gradient_descent');
SELECT * FROM pgml.train('cells', algorithm => 'perceptron');
SELECT * FROM pgml.train('cells', algorithm => 'passive_aggressive');
SELECT * FROM pgml.train('cells', algorithm => 'linear_svm');
SELECT * FROM pgml.train('cells', algorithm => 'bagging');
SELECT * FROM pgml.train('cells', algorithm => 'extra_trees', hyperparams => '{"n_estimators": 5}');
SELECT * FROM pgml.train('cells', algorithm => 'gaussian_process', hyperparams => '{"max_iter_predict": 100}');
SELECT * FROM pgml.train('cells', algorithm => 'xgboost', search => 'grid', search_params => '{"n_estimators": [2, 4], "max_depth": [1, 2]}');
SELECT t.* FROM pgml.trained_models t JOIN pgml.models m USING (id) WHERE t.name = 'cells' ORDER BY m.metrics ->> 'f1' DESC LIMIT 3;
SELECT * FROM pgml.deploy('cells', 'best_score');
SELECT * FROM pgml.deploy('cells', 'rollback');
SELECT malignant, pgml.predict('cells', c) FROM cells c LIMIT 5;
