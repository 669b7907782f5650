"""Which kind of embedding is best for AG News (its 7,600 test rows) at a quarter of the bytes? Five folds.

    EMBEDLAB_DATA=DIR python -m experiments.compare configs/compare/ag_news.py --workdir runs/compare-ag-news

Result: not measured yet.
Time: not measured yet.

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
