"""Fits scikit-learn and xgboost on splits that the tests exported and prints one JSON line: job → {"score", "counterpart"}.

Usage: reference.py JOBS.json, a list of {"name", "estimator": "task/algorithm", "train", "test", "seed", "settings", "scaled"}: CSV files without a
header, the label in the last column where the task has one. The settings go to the estimator as they are; it has its defaults beside them, and those below.
"""
import inspect
import json
import sys
import warnings

import numpy as np
import sklearn
import xgboost
from sklearn import cluster, decomposition, ensemble, linear_model, svm
from sklearn.metrics import f1_score, r2_score, silhouette_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

# algorithm: regressor, classifier, settings of both, settings of the regressor; those of the classifier are below.
# Iterations are many enough for features that are not scaled: what is compared is the minimum.
SUPERVISED = {
    "lightgbm": (ensemble.HistGradientBoostingRegressor, ensemble.HistGradientBoostingClassifier, {}, {}),
    "hist_gradient_boosting": (ensemble.HistGradientBoostingRegressor, ensemble.HistGradientBoostingClassifier, {}, {}),
    # Debian has no catboost: the family that it belongs to.
    "catboost": (ensemble.HistGradientBoostingRegressor, ensemble.HistGradientBoostingClassifier, {}, {}),
    "gradient_boosting_trees": (ensemble.GradientBoostingRegressor, ensemble.GradientBoostingClassifier, {}, {}),
    # By histograms, as LightGBM grows trees.
    "xgboost": (xgboost.XGBRegressor, xgboost.XGBClassifier, {"tree_method": "hist"}, {}),
    "xgboost_random_forest": (xgboost.XGBRFRegressor, xgboost.XGBRFClassifier, {"tree_method": "hist"}, {}),
    "random_forest": (ensemble.RandomForestRegressor, ensemble.RandomForestClassifier, {}, {}),
    "extra_trees": (ensemble.ExtraTreesRegressor, ensemble.ExtraTreesClassifier, {}, {}),
    "bagging": (ensemble.BaggingRegressor, ensemble.BaggingClassifier, {}, {}),
    "ada_boost": (ensemble.AdaBoostRegressor, ensemble.AdaBoostClassifier, {}, {}),
    "linear": (linear_model.LinearRegression, linear_model.LogisticRegression, {}, {}),
    "ridge": (linear_model.Ridge, linear_model.RidgeClassifier, {}, {}),
    "lasso": (linear_model.Lasso, None, {}, {}),
    "elastic_net": (linear_model.ElasticNet, None, {}, {}),
    "least_angle": (linear_model.Lars, None, {}, {}),
    "lasso_least_angle": (linear_model.LassoLars, None, {}, {}),
    "orthogonal_matching_pursuit": (linear_model.OrthogonalMatchingPursuit, None, {}, {}),
    "bayesian_ridge": (linear_model.BayesianRidge, None, {}, {}),
    "automatic_relevance_determination": (linear_model.ARDRegression, None, {}, {}),
    "huber": (linear_model.HuberRegressor, None, {"max_iter": 20_000}, {}),
    "quantile": (linear_model.QuantileRegressor, None, {"solver": "highs"}, {}),
    "linear_svm": (svm.LinearSVR, svm.LinearSVC, {"max_iter": 100_000}, {"loss": "squared_epsilon_insensitive", "dual": False}),
    "svm": (svm.SVR, svm.SVC, {}, {}),
    "stochastic_gradient_descent": (linear_model.SGDRegressor, linear_model.SGDClassifier, {}, {}),
    "passive_aggressive": (linear_model.PassiveAggressiveRegressor, linear_model.PassiveAggressiveClassifier, {}, {}),
    "perceptron": (None, linear_model.Perceptron, {}, {}),
}
CLASSIFIERS = {"linear": {"max_iter": 20_000}, "ada_boost": {"algorithm": "SAMME"}}
# What a metric counts that is not defined for the rows: the silhouette of a single cluster.
UNDEFINED = 0
OTHERS = {
    "kmeans": (cluster.KMeans, {"n_init": 10}),
    "mini_batch_kmeans": (cluster.MiniBatchKMeans, {"n_init": 3}),
    "pca": (decomposition.PCA, {}),
}


def create(job):
    task, algorithm = job["estimator"].split("/")
    if task in ("clustering", "decomposition"):
        estimator, settings = OTHERS[algorithm]
    else:
        regressor, classifier, settings, of_regressor = SUPERVISED[algorithm]
        estimator = regressor if task == "regression" else classifier
        settings = settings | (of_regressor if task == "regression" else CLASSIFIERS.get(algorithm, {}))
    settings = settings | job["settings"]
    library = xgboost if estimator.__module__.startswith("xgboost") else sklearn
    text = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    seed = {"random_state": job["seed"]} if library is xgboost or "random_state" in inspect.signature(estimator).parameters else {}
    name = "xgboost" if library is xgboost else "scikit-learn"
    model, counterpart = estimator(**settings, **seed), f"{name} {library.__version__} {estimator.__name__}({text})"
    return (make_pipeline(StandardScaler(), model), f"StandardScaler(), {counterpart}") if job["scaled"] else (model, counterpart)


def score(task, model, train, test):
    if task == "clustering":
        clusters = model.fit(train).predict(test)
        return silhouette_score(test, clusters) if 1 < len(set(clusters)) < len(test) else UNDEFINED
    if task == "decomposition":
        return model.fit(train).explained_variance_ratio_.sum()
    answers = model.fit(train[:, :-1], train[:, -1]).predict(test[:, :-1])
    return r2_score(test[:, -1], answers) if task == "regression" else f1_score(test[:, -1], answers, average="macro")


def result(job):
    model, counterpart = create(job)
    train = np.loadtxt(job["train"], delimiter=",", ndmin=2)
    test = np.loadtxt(job["test"], delimiter=",", ndmin=2)
    return {"score": float(score(job["estimator"].split("/")[0], model, train, test)), "counterpart": counterpart}


def main():
    warnings.simplefilter("ignore")
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    print(json.dumps({job["name"]: result(job) for job in jobs}))


if __name__ == "__main__":
    main()
