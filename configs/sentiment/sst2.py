"""Is a sentence of a film review for or against? SST-2, a bag that begins as naive Bayes on GloVe's vectors.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/sentiment/sst2.py --workdir runs/sentiment-sst2

Result: not measured yet.
Time: not measured yet.
"""

from embedlab import Dense, Dropout, Hashed
from experiments.config import Config, Prior, Text, Train, Transfer
from experiments.data import papers
from experiments.encoders import Bag

ROWS, DIM = 30_750, 50


def config() -> Config:
    """Words and pairs of words, three seeds; a hashed table of as many bytes beside it."""
    return Config(
        embedding=Dense(ROWS, DIM),
        rivals={"hashed": Hashed(ROWS, DIM, buckets=ROWS)},
        data=papers.sst(2),
        text=Text(max_length=64, ngrams=2, min_count=2),
        transfer=Transfer("glove-6b-50d", oov="zero"),
        prior=Prior(ratios=1.0),
        encoder=Bag("sqrtn"),
        train=Train(
            rate=0.003, batch=128, steps=1500, evaluate_every=20, patience=4, dropout=Dropout(words=0.4)
        ),
        seeds=(0, 1, 2),
    )
