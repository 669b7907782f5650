"""Vectors of words from a text: skip-gram with negative sampling, as word2vec and gensim make them.

python -m experiments.pretrain configs/pretrain.py --corpus.path books.txt --workdir runs/pretrain
"""

from embedlab import Dense, Uniform
from experiments.pretraining import Pretraining

DIM = 100


def config() -> Pretraining:
    """Vectors of dim 100 for the most frequent 200,000 words, at most."""
    return Pretraining(Dense(200_000, DIM, Uniform(-0.5 / DIM, 0.5 / DIM)))
