# Answers by key: features from Redis, trees by xgboost.
import flask
import numpy
import redis
import xgboost

store = redis.Redis(unix_socket_path="redis.sock")
booster = xgboost.Booster({"nthread": 1})
booster.load_model("model.ubj")
app = flask.Flask(__name__)


@app.get("/<int:key>")
def predict(key):
    row = numpy.frombuffer(store.get(key), dtype=numpy.float32).reshape(1, -1)
    return str(booster.inplace_predict(row)[0])
