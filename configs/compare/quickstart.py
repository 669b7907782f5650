"""Which kind of embedding is best at a quarter of the bytes, each with a rate of its own?

    python -m experiments.compare configs/compare/quickstart.py --workdir runs/compare-quickstart

Result: not measured yet.
Time: not measured yet.

The data are those of `configs/quickstart.py`, with its settings but for the rate, which is chosen for each
embedding on validation.
"""

from embedlab import Dense, Dropout
from experiments.config import Config, Text, Train
from experiments.matched import KINDS, Comparison


def comparison() -> Comparison:
    """Five kinds at a quarter of the bytes, three seeds each."""
    base = Config(
        embedding=Dense(12_800, 64),
        text=Text(words_only=True),
        train=Train(steps=1500, dropout=Dropout(words=0.4)),
    )
    return Comparison({"docstrings": base}, KINDS, budgets=(1 / 4,))
