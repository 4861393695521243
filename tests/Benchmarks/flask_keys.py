"""The feature store's way: Flask answers by key, Redis holds the features, xgboost scores. Run as a program it fills Redis and trains."""
import os
import sys

import flask
import numpy
import redis
import xgboost

DIRECTORY = os.environ["KEYS_DIRECTORY"]
MODEL = os.path.join(DIRECTORY, "model.ubj")
store = redis.Redis(unix_socket_path=os.path.join(DIRECTORY, "redis"))


def prepare(features, trees, leaves):
    rows = numpy.fromfile(os.path.join(DIRECTORY, "rows"), dtype=numpy.float32).reshape(-1, features + 1)
    settings = {"objective": "reg:squarederror", "tree_method": "hist", "grow_policy": "lossguide", "max_leaves": leaves, "max_depth": 0, "eta": 0.1, "nthread": 2}
    xgboost.train(settings, xgboost.DMatrix(rows[:, :-1], rows[:, -1]), trees).save_model(MODEL)
    pipeline = store.pipeline(transaction=False)
    for key, row in enumerate(rows[:, :-1], start=1):
        pipeline.set(key, row.tobytes())
    pipeline.execute()
    print(f"Flask {flask.__version__}, Redis {store.info()['redis_version']}, xgboost {xgboost.__version__}")


if __name__ == "__main__":
    prepare(*map(int, sys.argv[1:]))
else:
    app = flask.Flask(__name__)
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(MODEL)

    @app.get("/<int:key>")
    def predict(key):
        row = numpy.frombuffer(store.get(key), dtype=numpy.float32).reshape(1, -1)
        return str(booster.inplace_predict(row)[0])
