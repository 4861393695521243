-- Texts and numbers of different size, and a row of mixed types as features.
CREATE TABLE stones AS
SELECT (0.2 + x % 17 / 10.0)::numeric(4, 2) AS carat, (ARRAY['fair', 'good', 'ideal'])[1 + x % 3] AS cut, 'c' || x % 5 AS colour, 55 + x % 13 AS depth, 300 + 40 * (x % 17) + 20 * (x % 3) AS price
FROM generate_series(1, 300) x;
ALTER TABLE stones ADD COLUMN "Unnamed: 0" int;
ALTER TABLE stones DROP COLUMN "Unnamed: 0";
SELECT pgml.train(project_name => 'stones', task => 'regression', relation_name => 'public.stones', y_column_name => 'price', algorithm => 'lightgbm',
    preprocess => '{"carat": {"scale": "standard"}, "depth": {"scale": "standard"}, "cut": {"encode": "target", "scale": "standard"}, "colour": {"encode": "target", "scale": "standard"}}');
SELECT price, pgml.predict('stones', (carat, cut, colour, depth)) FROM stones LIMIT 5;
