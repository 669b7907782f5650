"""What does a plain bag on TREC gain by tuning, where its base has the default of every field?

    EMBEDLAB_DATA=DIR PYTHONPATH=. python scripts/sweep.py configs/sweeps/trec_bag.py --workdir runs/sweep-bag

Result: the best trial has 85.8 % on validation: bigrams, rate 0.019, batches of 128, dropout of 0.45 before
the head. On test, five seeds each, it gets 88.4 %, the base 86.8 %: +1.6 points (−0.6 to +4.0), by which no
difference is found: no seed of the one is worse than any of the other, but the questions are 500.
Time: 5 minutes on two cores that others were at work on; 18 trials complete, 22 pruned.

40 trials, one seed each, drawn by TPE. As in `configs/sweeps/trec.py`, what decides is the accuracy on 545
validation questions; the test questions are not looked at. Against the base on these, with several seeds:

    EMBEDLAB_DATA=DIR PYTHONPATH=. python scripts/tuned.py configs/sweeps/trec_bag.py --workdir runs/sweep-bag
"""

from embedlab import Dense
from experiments.config import Config, Text
from experiments.data import papers
from experiments.sweeps import Asha, Choice, Float, LogFloat, Sweep, Tpe


def sweep() -> Sweep:
    """Seven fields of the bag; the table has room for the bigrams."""
    return Sweep(
        Config(embedding=Dense(60_000, 64), data=papers.trec(), text=Text(max_length=40)),
        {
            "train.rate": LogFloat(1e-3, 1e-1),
            "train.batch": Choice(32, 64, 128, 256),
            "train.dropout.words": Float(0.0, 0.6),
            "head.dropout": Float(0.0, 0.7),
            "embedding.dim": Choice(32, 64, 128, 300),
            "text.ngrams": Choice(1, 2),
            "train.l2_layers": LogFloat(1e-7, 1e-3),
        },
        Tpe(startup=12),
        Asha(least=200),
        trials=40,
    )
