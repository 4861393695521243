# Learns from the table and writes the model.
import os

import psycopg2
import xgboost

from table import read

rows = read(psycopg2.connect(os.environ["DATABASE"]), "SELECT f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, y FROM flights")
settings = {"objective": "reg:squarederror", "tree_method": "hist", "grow_policy": "lossguide", "max_leaves": int(os.environ["LEAVES"]), "max_depth": 0, "eta": float(os.environ["ETA"])}
xgboost.train(settings, xgboost.DMatrix(rows[:, :-1], rows[:, -1]), int(os.environ["TREES"])).save_model("model.ubj")
