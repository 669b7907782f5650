"""Is a long film review for or against? 2,000 of NLTK's, a bag that begins as naive Bayes on GloVe's vectors.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/sentiment/movie_reviews.py \\
        --workdir runs/sentiment-movie_reviews

Result: not measured yet.
Time: not measured yet.
"""

from embedlab import Dense, Dropout, Hashed
from experiments.config import Config, Prior, Text, Train, Transfer
from experiments.data import papers
from experiments.encoders import Bag

ROWS, DIM = 145_000, 50


def config() -> Config:
    """Words and pairs of words, one seed a fold; a hashed table of as many bytes beside it."""
    return Config(
        embedding=Dense(ROWS, DIM),
        rivals={"hashed": Hashed(ROWS, DIM, buckets=ROWS)},
        data=papers.movie_reviews(),
        text=Text(max_length=1024, ngrams=2, min_count=2),
        transfer=Transfer("glove-6b-50d", oov="zero"),
        prior=Prior(ratios=20.0),
        encoder=Bag("mean"),
        train=Train(
            rate=0.01, batch=64, steps=1000, evaluate_every=20, patience=4, dropout=Dropout(words=0.5)
        ),
        folds=10,
    )
