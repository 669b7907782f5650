"""What are GloVe's vectors worth to a CNN? TREC's questions, the four modes of Kim 2014 side by side.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/trec_glove.py --workdir runs/trec_glove

Result: vectors of 50 numbers, three seeds: random 88.1 % (95 % interval 85.5 to 90.8), static 88.1 %
(difference −0.1, −3.0 to +2.9), non-static 90.6 % (+2.5, +0.3 to +4.7), multichannel 91.3 % (+3.1, +0.7 to
+5.5).
Time: 8 minutes on two cores with other work beside it, the baselines among them.

The vectors are in a package: `pip install 'embedlab[glove]'`. Rates were chosen for each mode by the
validation loss of one seed, among 0.001 and 0.003 for the layers and 0.0005 and 0.003 for tables, with
`scripts/compare_modes.py`: all modes came to the same ones. Kim 2014 reports 91.2, 92.8, 93.6 and 92.2 %
with vectors of 300 numbers: `--vectors FILE`. Files: see `experiments.data.papers.trec`.
"""

from embedlab import Dense, Dropout, Uniform
from experiments.config import Config, Text, Train, Transfer
from experiments.data import papers
from experiments.encoders import Cnn
from experiments.head import Head


def config() -> Config:
    """Kim's CNN in four modes, three seeds."""
    return Config(
        embedding=Dense(9_000, 50, Uniform(-0.25, 0.25)),
        data=papers.trec(),
        text=Text(max_length=40),
        transfer=Transfer("glove-6b-50d", "random", beside=("static", "non-static", "multichannel")),
        encoder=Cnn(),
        head=Head(dropout=0.5, max_norm=3.0),
        train=Train(
            rate=0.001,
            table_rate=0.003,
            batch=50,
            steps=2000,
            evaluate_every=100,
            patience=5,
            dropout=Dropout(words=0.2),
        ),
        seeds=(0, 1, 2),
    )
