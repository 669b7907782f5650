"""Which kind of embedding is best at a quarter of the bytes, each with a rate of its own?

    python -m experiments.compare configs/compare/quickstart.py --workdir runs/compare-quickstart

Result: points of accuracy against the full table's 85.4 %: dense-narrow +0.6 (−0.6 to +1.9), hashed-weighted
−0.6 (−1.9 to +0.8) and dense-cut −1.1 (−2.3 to +0.3) are undecided; subword −2.7 (−4.2 to −1.1) is below,
hashed −4.5 (−6.2 to −2.8) by more than a point.
Time: 14 minutes on two cores that others were at work on; 36 trainings.

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
