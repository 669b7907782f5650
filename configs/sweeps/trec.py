"""What of Kim's CNN is worth tuning on TREC: rate, batch, dropout, windows, width of the vectors?

    EMBEDLAB_DATA=DIR PYTHONPATH=. python scripts/sweep.py configs/sweeps/trec.py --workdir runs/sweep

Result: the best trial has 87.3 % on validation: rate 0.0015, batches of 100, a word of twelve dropped, width
and windows as they were. On test, five seeds each, the default (Kim's settings, with the word dropout of
`configs/trec.py`) and the tuned config both get 89.8 %: no difference was found (−1.5 to +1.4 points).
Of a base with the library's defaults see `configs/sweeps/trec_bag.py`.
Time: 17 minutes on two cores that others were at work on; 9 trials complete, 31 pruned.

40 trials of `configs/trec.py`, one seed each, drawn by TPE; after 200, 600 and 1,800 steps the best third
goes on. What decides is the accuracy on 545 validation questions, of the state whose validation loss is
least; the test questions are not looked at. Against the default on these, with several seeds:

    EMBEDLAB_DATA=DIR PYTHONPATH=. python scripts/tuned.py configs/sweeps/trec.py --workdir runs/sweep
"""

from experiments.encoders import Cnn
from experiments.sweeps import Asha, Choice, Float, LogFloat, Sweep, Tpe


def sweep() -> Sweep:
    """Seven fields of the CNN."""
    return Sweep(
        "configs/trec.py",
        {
            "train.rate": LogFloat(3e-4, 1e-2),
            "train.batch": Choice(32, 50, 100),
            "train.dropout.words": Float(0.0, 0.5),
            "head.dropout": Float(0.2, 0.7),
            "embedding.dim": Choice(50, 100, 200, 300),
            "encoder": Choice(Cnn(), Cnn(widths=(1, 2, 3)), Cnn(widths=(2, 3, 4, 5))),
            "train.l2_layers": LogFloat(1e-7, 1e-3),
        },
        Tpe(startup=12),
        Asha(least=200),
        trials=40,
    )
