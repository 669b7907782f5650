"""Is a long review for or against a film? 2,000 of NLTK's movie_reviews, 10-fold cross-validation.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/movie_reviews.py --workdir runs/movie_reviews

Result: 87.5 % (95 % interval 86.0 to 88.8; 87.5 ± 1.4 over folds), one seed a fold. TF-IDF with logistic
regression gets 88.1 % (difference +0.6, −0.3 to +1.6).
Time: 2.5 minutes on one core.

fastText's classifier, on up to 1,024 words of a review. Pang and Lee 2004 report 87.2 % with a support vector
machine, 10-fold. Chosen by the validation loss of one split: words and pairs that occur once left out (0.328;
with them 0.331), half of the words dropped (0.7: 0.332, with them). Files: see
`experiments.data.papers.movie_reviews`.
"""

from embedlab import Dense, Dropout
from experiments.config import Config, Text, Train
from experiments.data import papers


def config() -> Config:
    """A bag over words and bigrams, one seed a fold."""
    return Config(
        embedding=Dense(150_000, 64),
        data=papers.movie_reviews(),
        text=Text(max_length=1024, ngrams=2, min_count=2),
        train=Train(
            rate=0.01, batch=64, steps=1000, evaluate_every=25, patience=6, dropout=Dropout(words=0.5)
        ),
        folds=10,
    )
