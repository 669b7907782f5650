"""Which kind of embedding is best at a quarter and a sixteenth of the bytes, on four data sets?

    EMBEDLAB_DATA=DIR python -m experiments.compare configs/compare/papers.py --workdir runs/compare-papers

Result: not measured yet.
Time: not measured yet; 528 trainings of 5 s of one core, as the first 54 took on average, are 44 minutes.

A plain bag, so that the embedding is all there is to learn but the head. MR and AG News (its 7,600 test
rows) have no split of their own: three folds, each with rates chosen by itself, so that every row is tested
on once; a model then learns from six rows of ten. One encoder, one width of the reference (64) and one
dropout a data set, which is tuned for no kind: what the tables show is of these.
"""

from embedlab import Dense, Dropout
from experiments.config import Config, Text, Train
from experiments.data import papers
from experiments.matched import KINDS, Comparison


def comparison() -> Comparison:
    """Five kinds at two budgets on four data sets, three seeds each."""
    docstrings = Config(
        embedding=Dense(12_800, 64),
        text=Text(words_only=True),
        train=Train(steps=1500, dropout=Dropout(words=0.4)),
    )
    trec = Config(
        embedding=Dense(8_000, 64),
        data=papers.trec(),
        text=Text(max_length=40),
        train=Train(batch=64, steps=1000, dropout=Dropout(words=0.2)),
    )
    mr = Config(
        embedding=Dense(15_008, 64),
        data=papers.mr(),
        train=Train(batch=128, steps=1000, dropout=Dropout(words=0.4)),
        folds=3,
    )
    ag_news = Config(
        embedding=Dense(17_568, 64),
        data=papers.ag_news_test(),
        train=Train(batch=128, steps=1000, dropout=Dropout(words=0.5)),
        folds=3,
    )
    return Comparison(
        data={"docstrings": docstrings, "trec": trec, "mr": mr, "ag_news": ag_news},
        kinds=KINDS,
        budgets=(1 / 4, 1 / 16),
        seeds=(0, 1, 2),
        rates=(0.003, 0.01, 0.03, 0.1),
    )
