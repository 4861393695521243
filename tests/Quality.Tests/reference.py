"""Fits scikit-learn on splits that the tests exported and prints one JSON line with each job's key metric.

Usage: reference.py JOBS.json, a list of {"name", "estimator", "train", "test", "seed"}: CSV files without a header, the label in the
last column where the estimator has one.
"""
import json
import sys
import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    BaggingClassifier, BaggingRegressor, ExtraTreesClassifier, ExtraTreesRegressor, HistGradientBoostingClassifier,
    HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor)
from sklearn.linear_model import (
    ARDRegression, BayesianRidge, ElasticNet, HuberRegressor, Lars, Lasso, LassoLars, LinearRegression, LogisticRegression,
    OrthogonalMatchingPursuit, QuantileRegressor, Ridge, RidgeClassifier)
from sklearn.metrics import f1_score, r2_score, silhouette_score
from sklearn.svm import LinearSVC

REGRESSORS = {
    "linear": lambda seed: LinearRegression(),
    "ridge": lambda seed: Ridge(),
    "lightgbm": lambda seed: HistGradientBoostingRegressor(random_state=seed),
    "random_forest": lambda seed: RandomForestRegressor(random_state=seed),
    "extra_trees": lambda seed: ExtraTreesRegressor(random_state=seed),
    "bagging": lambda seed: BaggingRegressor(random_state=seed),
    "lasso": lambda seed: Lasso(),
    "elastic_net": lambda seed: ElasticNet(),
    "least_angle": lambda seed: Lars(),
    "lasso_least_angle": lambda seed: LassoLars(),
    "orthogonal_matching_pursuit": lambda seed: OrthogonalMatchingPursuit(),
    "bayesian_ridge": lambda seed: BayesianRidge(),
    "automatic_relevance_determination": lambda seed: ARDRegression(),
    # To convergence, on features that are not scaled.
    "huber": lambda seed: HuberRegressor(max_iter=20_000),
    "quantile": lambda seed: QuantileRegressor(solver="highs"),
}
CLASSIFIERS = {
    # The defaults, but to convergence: the default 100 iterations are not enough for unscaled features.
    "linear": lambda seed: LogisticRegression(max_iter=20_000),
    "ridge": lambda seed: RidgeClassifier(),
    "lightgbm": lambda seed: HistGradientBoostingClassifier(random_state=seed),
    "random_forest": lambda seed: RandomForestClassifier(random_state=seed),
    "extra_trees": lambda seed: ExtraTreesClassifier(random_state=seed),
    "bagging": lambda seed: BaggingClassifier(random_state=seed),
    "linear_svm": lambda seed: LinearSVC(max_iter=100_000, random_state=seed),
}


def key_metric(job):
    train = np.loadtxt(job["train"], delimiter=",", ndmin=2)
    test = np.loadtxt(job["test"], delimiter=",", ndmin=2)
    kind, algorithm = job["estimator"].split("/")
    if kind == "clustering":
        model = KMeans(n_clusters=job["clusters"], n_init=10, random_state=job["seed"]).fit(train)
        return silhouette_score(test, model.predict(test))
    if kind == "decomposition":
        return PCA(n_components=2).fit(train).explained_variance_ratio_.sum()
    families, score = (REGRESSORS, r2_score) if kind == "regression" else (CLASSIFIERS, lambda a, b: f1_score(a, b, average="macro"))
    model = families[algorithm](job["seed"]).fit(train[:, :-1], train[:, -1])
    return score(test[:, -1], model.predict(test[:, :-1]))


def main():
    warnings.simplefilter("ignore")
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    print(json.dumps({job["name"]: float(key_metric(job)) for job in jobs}))


if __name__ == "__main__":
    main()
