"""Vectors of words from the counts of a text, by GloVe's objective.

python -m experiments.pretrain configs/pretrain_glove.py --corpus.path books.txt --workdir runs/pretrain_glove
"""

from embedlab import Dense, Uniform
from experiments.pretraining import Glove, Pretraining, Schedule

DIM = 100


def config() -> Pretraining:
    """Vectors of dim 100; 15 passes over the counts with Adagrad, as in GloVe's program."""
    return Pretraining(
        Dense(200_000, DIM, Uniform(-0.5 / DIM, 0.5 / DIM)),
        method=Glove(),
        train=Schedule(optimizer="adagrad", rate=0.3, epochs=15, batch=1024),
    )
