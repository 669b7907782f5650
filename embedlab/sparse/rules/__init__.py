"""Rules: from the gradient of some rows to the direction they are moved in. A rule is one small file."""

from embedlab.sparse.rules.adagrad import Adagrad, RowAdagrad
from embedlab.sparse.rules.adam import Adam, RowAdam
from embedlab.sparse.rules.base import Idle, Kernel, Rule
from embedlab.sparse.rules.sgd import ClippedSgd, Momentum, Sgd

__all__ = [
    "Adagrad",
    "Adam",
    "ClippedSgd",
    "Idle",
    "Kernel",
    "Momentum",
    "RowAdagrad",
    "RowAdam",
    "Rule",
    "Sgd",
]
