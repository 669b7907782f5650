"""Which kind of embedding is best for TREC's questions at a quarter and a sixteenth of the bytes?

    EMBEDLAB_DATA=DIR python -m experiments.compare configs/compare/trec.py --workdir runs/compare-trec

Result: points of accuracy against the full table's 86.7 %, at a quarter and a sixteenth of its bytes:
dense-cut −0.5 and −4.8, dense-narrow −1.9 and −2.1, hashed −7.9 and −15.0, hashed-weighted −1.9 and −2.7,
subword −2.7 and −9.3. Below are hashed at both, dense-cut and subword at a sixteenth; the rest is undecided.
Time: 7 minutes on two cores that others were at work on; 66 trainings.

A plain bag, not the CNN of `configs/trec.py`: the embedding is all there is to learn but the head. The 500
test questions are few, so that small differences stay undecided.
"""

from embedlab import Dense, Dropout
from experiments.config import Config, Text, Train
from experiments.data import papers
from experiments.matched import KINDS, Comparison


def comparison() -> Comparison:
    """Five kinds at two budgets, three seeds each."""
    base = Config(
        embedding=Dense(8_000, 64),
        data=papers.trec(),
        text=Text(max_length=40),
        train=Train(batch=64, steps=1000, dropout=Dropout(words=0.2)),
    )
    return Comparison({"trec": base}, KINDS, budgets=(1 / 4, 1 / 16), rates=(0.003, 0.01, 0.03, 0.1))
