"""Cross-validates a support vector machine on scikit-learn's breast cancer data."""
import json
import os

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

x, x_test, y, y_test = train_test_split(
    *load_breast_cancer(return_X_y=True), test_size=0.3, random_state=0)
model = make_pipeline(StandardScaler(), SVC())

with open(os.environ["HPSEARCH_CONFIG"]) as file:
    model.set_params(**json.load(file))
folds = StratifiedKFold(5, shuffle=True, random_state=int(os.environ["HPSEARCH_SEED"]))
if os.environ["HPSEARCH_SPLIT"] == "test":
    print(json.dumps({"test_accuracy": model.fit(x, y).score(x_test, y_test)}))
else:
    print(json.dumps({"accuracy": cross_val_score(model, x, y, cv=folds).mean()}))
