"""Which kind of embedding is best for TREC's questions at a quarter and a sixteenth of the bytes?

    EMBEDLAB_DATA=DIR python -m experiments.compare configs/compare/trec.py --workdir runs/compare-trec

Result: not measured yet.
Time: not measured yet.

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
