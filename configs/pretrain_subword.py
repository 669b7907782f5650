"""Vectors of words and of their character n-grams from a text, as fastText makes them.

    python -m experiments.pretrain configs/pretrain_subword.py --corpus.path books.txt \\
        --workdir runs/pretrain_subword

Result: on the books of configs/pretrain.py WordSim-353 0.345, SimLex-999 0.225, MEN 0.522, the mean of
seeds 8 to 10.
Time: 50 s on two cores, 34 of them training, 464,000 words a second, or up to 80 s where others are at
work; model.bin has 820 MB.
"""

from embedlab import Subword, Uniform
from experiments.pretraining import Pretraining

DIM = 100


def config() -> Pretraining:
    """Vectors of dim 100; n-grams of 3 to 6 characters share two million rows, as in fastText."""
    drawn = Uniform(-1 / DIM, 1 / DIM)
    return Pretraining(Subword(200_000, DIM, buckets=2_000_000, initialiser=drawn))
