"""The Python process: reads a relation into numpy, fits, and says how long both took, what it holds at most and how good the model is on other rows.

usage: fit.py DATABASE RELATION HELD_OUT (trees TREES LEAVES THREADS | linear)
"""
import json
import os
import resource
import sys
import time

method = sys.argv[4]
if method == "linear":
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"
    import sklearn.linear_model
else:
    import xgboost

import psycopg2

from table import read


def fit_trees(rows, trees, leaves, threads):
    settings = {"objective": "reg:squarederror", "tree_method": "hist", "grow_policy": "lossguide", "max_leaves": leaves, "max_depth": 0, "max_bin": 255, "eta": 0.1,
                "min_child_weight": 20, "nthread": threads}
    booster = xgboost.train(settings, xgboost.QuantileDMatrix(rows[:, :-1], rows[:, -1], nthread=threads, max_bin=255), trees)
    return booster.inplace_predict


def fit_linear(rows):
    return sklearn.linear_model.LinearRegression(copy_X=False).fit(rows[:, :-1], rows[:, -1]).predict


database, relation, held_out = sys.argv[1:4]
start = time.perf_counter()
connection = psycopg2.connect(database)
rows = read(connection, f"SELECT * FROM {relation}")
predict = fit_linear(rows) if method == "linear" else fit_trees(rows, *map(int, sys.argv[5:]))
seconds = time.perf_counter() - start
peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
others = read(connection, f"SELECT * FROM {held_out}")
label = others[:, -1].astype("float64")
r2 = 1 - ((label - predict(others[:, :-1])) ** 2).sum() / ((label - label.mean()) ** 2).sum()
print(json.dumps({"Seconds": seconds, "PeakMb": peak_mb, "R2": float(r2)}))
