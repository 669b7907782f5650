"""Which kind of embedding is best for film reviews (MR) at a quarter of the bytes? Five folds.

    EMBEDLAB_DATA=DIR python -m experiments.compare configs/compare/mr.py --workdir runs/compare-mr

Result: points of accuracy against the full table's 76.0 %: dense-narrow +0.1 (−0.3 to +0.6) and hashed-
weighted +0.2 (−0.3 to +0.7) are no different, and not below by more than a point; dense-cut −1.0 (−1.5 to
−0.4) is below; subword −2.4 (−3.1 to −1.7) and hashed −4.6 (−5.3 to −3.8) by more than a point.
Time: 9 minutes on two cores that others were at work on; 180 trainings.

A plain bag, in which two words of five are dropped; each fold chooses its rates by itself.
"""

from embedlab import Dense, Dropout
from experiments.config import Config, Train
from experiments.data import papers
from experiments.matched import KINDS, Comparison


def comparison() -> Comparison:
    """Five kinds at a quarter of the bytes, three seeds a fold."""
    base = Config(
        embedding=Dense(16_384, 64),
        data=papers.mr(),
        train=Train(batch=128, steps=1000, dropout=Dropout(words=0.4)),
        folds=5,
    )
    return Comparison({"mr": base}, KINDS, budgets=(1 / 4,), rates=(0.003, 0.01, 0.03, 0.1))
