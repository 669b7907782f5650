"""Which kind of embedding is best for AG News (its 7,600 test rows) at a quarter of the bytes? Five folds.

    EMBEDLAB_DATA=DIR python -m experiments.compare configs/compare/ag_news.py --workdir runs/compare-ag-news

Result: points of accuracy against the full table's 87.9 %: dense-narrow +0.3 (−0.1 to +0.6) and
hashed-weighted −0.1 (−0.5 to +0.3) are no different, and not below by more than a point; dense-cut −0.5 (−0.9
to −0.1) is undecided; subword −2.4 (−3.0 to −1.8) and hashed −3.5 (−4.1 to −2.9) are below by more than a
point.
Time: 14 minutes on two cores that others were at work on; 180 trainings.

A plain bag of words, without the bigrams of `configs/ag_news.py`; each fold chooses its rates by itself. The
set's 120,000 training rows are not used, so that results are below those of papers.
"""

from embedlab import Dense, Dropout
from experiments.config import Config, Train
from experiments.data import papers
from experiments.matched import KINDS, Comparison


def comparison() -> Comparison:
    """Five kinds at a quarter of the bytes, three seeds a fold."""
    base = Config(
        embedding=Dense(19_200, 64),
        data=papers.ag_news_test(),
        train=Train(batch=128, steps=1000, dropout=Dropout(words=0.5)),
        folds=5,
    )
    return Comparison({"ag_news": base}, KINDS, budgets=(1 / 4,), rates=(0.003, 0.01, 0.03, 0.1))
