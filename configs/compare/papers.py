"""Which kind of embedding is best at a quarter and a sixteenth of the bytes, on four data sets?

    EMBEDLAB_DATA=DIR python -m experiments.compare configs/compare/papers.py --workdir runs/compare-papers

Result: points of accuracy against the full table on documentation strings, TREC, MR, AG News, at a quarter
of its bytes and at a sixteenth: dense-narrow +0.6, −1.9, +0.4, −0.5 and −2.2, −2.1, −0.3, −0.7;
hashed-weighted −0.6, −1.9, −0.0, −0.5 and −2.8, −2.7, −0.0, −1.3; dense-cut −1.1, −0.5, −0.9, −0.9 and −8.3,
−4.8, −5.2, −4.0; subword −2.7, −2.7, −2.0, −2.3 and −8.8, −9.3, −6.8, −8.0; hashed −4.5, −7.9, −4.5, −3.4 and
−12.0, −15.0, −8.5, −10.2. Intervals and what they support are in the README.
Time: some 80 minutes on two cores that others were at work on; 528 trainings of 1 to 40 s.

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
