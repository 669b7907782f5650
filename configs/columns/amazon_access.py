"""Is an employee granted a resource? Nine columns of ids, of up to 7,518 values; five folds.

    EMBEDLAB_DATA=DIR python -m experiments.columns configs/columns/amazon_access.py \\
        --workdir runs/amazon_access

Result: AUC of five folds, three seeds: dense 0.863 (95 % interval 0.853 to 0.874), hashed at the same bytes
0.864, at a quarter 0.862. One-hot regression on the same folds gets 0.854 (0.844 to 0.865), below dense by
0.009 (0.002 to 0.015); of the same pairs of columns, which dense reads too, it gets 0.868 (0.858 to 0.879),
above dense by 0.005 (−0.000 to 0.011): what is gained over single columns is of the pairs, not of the
vectors. Boosted trees get 0.842.
Time: 9 minutes on two cores with another program on them.

A linear form of the vectors of all columns and of all 36 pairs of them. On validation rows of three other
splits, without looking at their test rows: without crosses 0.853, with those of pairs 0.880, of triples as
well 0.864; with layers 0.881, with products of a factorisation machine 0.880; with 4 numbers a vector 0.879,
with 64 0.879; a rate of 0.01 0.876, of 0.001 0.880. One-hot regression had 0.863 there. Validation rows there
are test rows of some fold here: choices have seen some of what is tested.

The hashed rival has the same bytes and no vocabulary: rare and unseen values have rows of their own,
shared with others. The file is that of the Amazon Employee Access Challenge, whose test labels are not
published.
"""

from embedlab import Dense, Dropout, Hashed, Normal
from experiments.columns.config import Columns, Form
from experiments.config import Train
from experiments.data.originals import AMAZON_ACCESS
from experiments.study.tabular.rows import TableData
from experiments.study.tabular.wording import Wording

WORDS, DIM = 100_000, 16


def config() -> Columns:
    """A table a word, and hashed rivals of as many bytes and of a quarter."""
    small = Normal(0.05)
    return Columns(
        embedding=Dense(WORDS, DIM, initialiser=small),
        rivals={
            "hashed": Hashed(None, DIM, buckets=WORDS, initialiser=small),
            "hashed-quarter": Hashed(None, DIM, buckets=WORDS // 4, initialiser=small),
        },
        data=TableData(path=AMAZON_ACCESS.path("train.csv"), target="ACTION", title=AMAZON_ACCESS.title),
        words=Wording(crosses=("all",)),
        form=Form(hidden=()),
        metric="auc",
        train=Train(rate=0.003, steps=800, evaluate_every=50, dropout=Dropout(components=0.3)),
        seeds=(0, 1, 2),
        folds=5,
    )
