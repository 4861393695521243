-- Groups without labels.
SELECT * FROM pgml.load_dataset('digits');
CREATE VIEW digit_vectors AS SELECT image FROM pgml.digits LIMIT 300;
SELECT * FROM pgml.train('groups', 'clustering', 'digit_vectors', hyperparams => '{"n_clusters": 10}');
SELECT target, pgml.predict('groups', image) FROM pgml.digits LIMIT 5;
SELECT * FROM pgml.train('groups', algorithm => 'kmeans', hyperparams => '{"n_clusters": 5}');
SELECT * FROM pgml.train('groups', algorithm => 'mini_batch_kmeans', hyperparams => '{"n_clusters": 5}');
SELECT * FROM pgml.train('groups', algorithm => 'optics');
SELECT * FROM pgml.train('groups', algorithm => 'spectral_co', hyperparams => '{"n_clusters": 5}');
