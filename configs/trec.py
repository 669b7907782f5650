"""What does a question ask for? TREC, 5,452 questions to train on and 500 to test, of six classes.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/trec.py --workdir runs/trec

Result: 90.1 % (95 % interval 87.7 to 92.3), three seeds; TF-IDF with logistic regression 89.6 %, the same
embedding in a plain bag 86.6 % (difference 3.5, 1.6 to 5.3).
Time: 100 s on two cores.

Kim's CNN with random vectors of 300 numbers: windows of 3, 4 and 5 words, 100 maps each, half of the features
and a fifth of the words dropped, the weights of a class no longer than 3. Kim 2014 reports 91.2 %. Files: see
`experiments.data.papers.trec`. Other encoders: `--encoder.type rnn`, `transformer`, `dan`, `bag`.
"""

from embedlab import Dense, Dropout, Uniform
from experiments.config import Config, Text, Train
from experiments.data import papers
from experiments.encoders import Cnn
from experiments.head import Head


def config() -> Config:
    """Kim's CNN-rand, three seeds."""
    return Config(
        embedding=Dense(9_000, 300, Uniform(-0.25, 0.25)),
        data=papers.trec(),
        text=Text(max_length=40),
        encoder=Cnn(),
        head=Head(dropout=0.5, max_norm=3.0),
        train=Train(
            rate=0.001, batch=50, steps=2000, evaluate_every=100, patience=5, dropout=Dropout(words=0.2)
        ),
        seeds=(0, 1, 2),
    )
