"""Trees on all coordinates of a track, in a row: what needs no order and no embedding, and is no line.

Reference: Breiman 2001, "Random forests".
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from experiments.data import Splits
from experiments.study.split import Fit

_TREES = 200


def forest(
    features: Float[np.ndarray, "rows columns"],
    labels: Int[np.ndarray, " rows"],
    classes: int,
    splits: Splits,
) -> Fit:
    """A random forest of 200 trees, with scikit-learn's settings.

    Args:
        features: float [rows, columns].
        labels: int [rows].
        classes: how many there are.
        splits: the sides; validation is not used.
    """
    from sklearn.ensemble import RandomForestClassifier  # here: 2 s that a mistake need not wait for

    model = RandomForestClassifier(_TREES, random_state=0, n_jobs=1)
    model.fit(features[splits.train], labels[splits.train])
    found = np.zeros((len(splits.test), classes), np.float32)
    found[:, model.classes_] = model.predict_proba(features[splits.test])
    nodes = sum(tree.tree_.node_count for tree in model.estimators_)
    size = sum(
        tree.tree_.threshold.nbytes + tree.tree_.feature.nbytes + tree.tree_.value.nbytes
        for tree in model.estimators_
    )
    return Fit(found, f"takes the votes of {_TREES} trees on all coordinates in a row", nodes, size)
