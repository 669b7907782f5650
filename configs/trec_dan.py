"""What does a question ask for, by layers over the mean word? TREC, 5,452 to train on and 500 to test.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/trec_dan.py --workdir runs/trec_dan

Result: 85.4 % (95 % interval 82.4 to 88.4), one seed. TF-IDF with logistic
regression gets 89.6 %, the same embedding in a plain bag, untuned, 85.6 %.
Time: 15 s on one core.

Kim's vectors of 300 random numbers, of words that occur twice or more. Validation loss of one seed:
0.560 at a rate of 0.003, 0.571 at 0.001, there with all words. Files: see
`experiments.data.papers.trec`.
"""

from embedlab import Dense, Dropout, Uniform
from experiments.config import Config, Text, Train
from experiments.data import papers
from experiments.encoders import Dan
from experiments.head import Head


def config() -> Config:
    """Dan over random vectors."""
    return Config(
        embedding=Dense(3_500, 300, Uniform(-0.25, 0.25)),
        data=papers.trec(),
        text=Text(max_length=40, min_count=2),
        encoder=Dan(),
        head=Head(dropout=0.5),
        train=Train(
            rate=0.003, batch=50, steps=3000, evaluate_every=100, patience=5, dropout=Dropout(words=0.2)
        ),
    )
