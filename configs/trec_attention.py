"""What does a question ask for, by the words that matter? TREC, 5,452 to train on and 500 to test.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/trec_attention.py --workdir runs/trec_attention

Result: 86.8 % (95 % interval 83.8 to 89.8), one seed. TF-IDF with logistic
regression gets 89.6 %, the same embedding in a plain bag, untuned, 85.6 %.
Time: 65 s on one core.

Kim's vectors of 300 random numbers, of words that occur twice or more. Validation loss of one seed:
0.592 at a rate of 0.003 (0.001: 0.720, with all words). Files: see
`experiments.data.papers.trec`.
"""

from embedlab import Dense, Dropout, Uniform
from experiments.config import Config, Text, Train
from experiments.data import papers
from experiments.encoders import Bag
from experiments.head import Head


def config() -> Config:
    """Bag over random vectors."""
    return Config(
        embedding=Dense(3_500, 300, Uniform(-0.25, 0.25)),
        data=papers.trec(),
        text=Text(max_length=40, min_count=2),
        encoder=Bag("attention"),
        head=Head(dropout=0.5),
        train=Train(
            rate=0.003, batch=50, steps=3000, evaluate_every=100, patience=5, dropout=Dropout(words=0.2)
        ),
    )
