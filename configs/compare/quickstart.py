"""Which kind of embedding is best at a quarter of the bytes, each with a rate of its own?

    python -m experiments.compare configs/compare/quickstart.py --workdir runs/compare-quickstart

Result: not measured yet.
Time: not measured yet.

The data are those of `configs/quickstart.py`, with its settings; here the rate is chosen for each embedding
on validation.
"""

from embedlab import Dense, Dropout, Hashed
from experiments.config import Config, Text, Train
from experiments.matched import Comparison, Solve


def comparison() -> Comparison:
    """Two kinds at a quarter of the bytes."""
    base = Config(
        embedding=Dense(12_800, 64),
        text=Text(words_only=True),
        train=Train(steps=1500, dropout=Dropout(words=0.4)),
    )
    return Comparison(
        data={"docstrings": base},
        kinds={
            "dense-cut": Solve("vocabulary", lambda full: full),
            "hashed": Solve("buckets", lambda full: Hashed(full.vocabulary, full.dim, buckets=1, hashes=2)),
        },
        budgets=(1 / 4,),
    )
