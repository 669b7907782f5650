"""How good does a sentence find a film, of five grades? SST-1: 8,544 sentences to train on, 2,210 to test.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/sst1.py --workdir runs/sst1

Result: 42.4 % (95 % interval 40.4 to 44.4), one seed. TF-IDF with logistic regression gets
41.1 % (difference 1.2, −0.6 to 2.9), the same embedding in a plain bag, untuned, 40.9 % (1.4, −0.1 to 3.0).
Time: 6 minutes on one core, the plain bag among them.

Kim 2014 reports 45.0 %, with the treebank's phrases to train on as well; these are its sentences alone, with
their own validation set of 1,101. The settings are those of `sst2.py`. Files: see
`experiments.data.papers.sst`.
"""

from embedlab import Dense, Dropout, Uniform
from experiments.config import Config, Text, Train
from experiments.data import papers
from experiments.encoders import Cnn
from experiments.head import Head


def config() -> Config:
    """A CNN over random vectors."""
    return Config(
        embedding=Dense(8_250, 300, Uniform(-0.25, 0.25)),
        data=papers.sst(5),
        text=Text(max_length=64, min_count=2),
        encoder=Cnn(widths=(1, 2, 3), maps=300),
        head=Head(dropout=0.5, max_norm=3.0),
        train=Train(
            rate=0.0003, batch=50, steps=5000, evaluate_every=86, patience=5, dropout=Dropout(words=0.4)
        ),
    )
