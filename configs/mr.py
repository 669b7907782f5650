"""Is a film review for or against? MR, 10,662 sentences, 10-fold cross-validation.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/mr.py --workdir runs/mr

Result: RESULT
Time: TIME

Kim's CNN with random vectors of 300 numbers: windows of 3, 4 and 5 words, 100 maps each, half of the features
dropped, the weights of a class no longer than 3; a tenth of each fold's training sentences for early stopping.
Kim 2014 reports 76.1 %. Files: see `experiments.data.papers.mr`.
"""

from embedlab import Dense, Uniform
from experiments.config import Config, Text, Train
from experiments.data import papers
from experiments.encoders import Cnn
from experiments.head import Head


def config() -> Config:
    """Kim's CNN-rand, one seed a fold."""
    return Config(
        embedding=Dense(20_000, 300, Uniform(-0.25, 0.25)),
        data=papers.mr(),
        text=Text(max_length=64),
        encoder=Cnn(),
        head=Head(dropout=0.5, max_norm=3.0),
        train=Train(rate=0.001, batch=50, steps=2000, evaluate_every=96, patience=4),
        folds=10,
    )
