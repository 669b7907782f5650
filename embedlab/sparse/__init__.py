"""Training whose cost does not depend on the number of rows.

JAX's gradient of a look-up is as large as the table. Here it is as large as what was looked up, for every
kind of embedding, and an update touches those rows alone, in place.

`Trainer` is the training step for a loss of plain JAX; `value_and_grad` is that of JAX with a `RowGradient`
for every table; `sgd`, `adagrad`, `adam`, `row_adagrad` and `row_adam` are optimizers of rows. The rest are
the parts that these are made of: `program` finds the look-ups in a loss, `merge` sums the gradients of each
row, `rules` turn them into directions, `rows` changes a table in place, `strategy` chooses the way.
"""

from embedlab.sparse.freeze import Freeze
from embedlab.sparse.gradient import Entries, RowGradient
from embedlab.sparse.optimizer import RowOptimizer, RowState
from embedlab.sparse.optimizers import adagrad, adam, row_adagrad, row_adam, sgd
from embedlab.sparse.resize import resize, vocabulary_sources
from embedlab.sparse.sharding import Sharding, evaluate
from embedlab.sparse.train import Trainer
from embedlab.sparse.train_state import TrainState
from embedlab.sparse.transform import value_and_grad

__all__ = [
    "Entries",
    "Freeze",
    "RowGradient",
    "RowOptimizer",
    "RowState",
    "Sharding",
    "TrainState",
    "Trainer",
    "adagrad",
    "adam",
    "evaluate",
    "resize",
    "row_adagrad",
    "row_adam",
    "sgd",
    "value_and_grad",
    "vocabulary_sources",
]
