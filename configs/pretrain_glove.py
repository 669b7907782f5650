"""Vectors of words from the counts of a text, by GloVe's objective.

    python -m experiments.pretrain configs/pretrain_glove.py --corpus.path books.txt \\
        --workdir runs/pretrain_glove

Result: on the books of configs/pretrain.py WordSim-353 0.415, SimLex-999 0.193, MEN 0.462, one seed.
Time: 9 minutes on two cores with others at work: 45 s to count 31 million pairs, 400 s for 15 passes.

The rate is six times that of GloVe's own program, which moves its rows after each pair: here a step sums a
thousand of them, and Adagrad makes one move of that. With 0.05 MEN is 0.316.
"""

from embedlab import Dense, Uniform
from experiments.pretraining import Glove, Pretraining, Schedule

DIM = 100


def config() -> Pretraining:
    """Vectors of dim 100; 15 passes over the counts with Adagrad."""
    return Pretraining(
        Dense(200_000, DIM, Uniform(-0.5 / DIM, 0.5 / DIM)),
        method=Glove(),
        train=Schedule(optimizer="adagrad", rate=0.3, epochs=15, batch=1024),
    )
