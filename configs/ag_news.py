"""Which section is a piece of news of? The 7,600 test rows of AG News, five folds, a bag with word bigrams.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/ag_news.py --workdir runs/ag_news

Result: 87.6 % of the rows right (95 % interval 87.0 to 88.4; 87.6 ± 1.2 over folds), three seeds. TF-IDF with
logistic regression gets 87.5 % (difference +0.2, −0.3 to +0.6: none that these data show; both count the same
words and pairs). fastText, trained beside it with 10 epochs, gets 86.5 % (difference +1.1, +0.6 to +1.6).
Time: 70 s on two cores, of which a training takes 0.4 s.

fastText's classifier: every word and every two neighbours have a row, and a text is their mean. Half of the
words are dropped in training. The set's 120,000 training rows are not used, so results are below those of
papers. Files: see `experiments.data.papers.ag_news_test`.
"""

from embedlab import Dense, Dropout
from experiments.config import Config, Text, Train
from experiments.data import papers


def config() -> Config:
    """A bag over words and bigrams."""
    return Config(
        embedding=Dense(190_000, 64),
        data=papers.ag_news_test(),
        text=Text(max_length=256, ngrams=2),
        train=Train(rate=0.01, batch=256, steps=240, evaluate_every=24, dropout=Dropout(words=0.5)),
        folds=5,
        seeds=(0, 1, 2),
    )
