"""Which embedding suits which encoder? TREC's questions, and in place of words hashes or n-grams.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/trec_kinds.py --workdir runs/trec_kinds

    EMBEDLAB_DATA=DIR PYTHONPATH=. python scripts/encoders_by_kinds.py configs/trec_kinds.py \\
        --workdir runs/kinds

Result: under the CNN dense gets 88.2 % (95 % interval 85.2 to 91.0), hashed 88.6 % and subword 91.4 %
(difference +3.2, +0.8 to +5.6), one seed. The whole table is in the README.
Time: 2 minutes on one core, the whole table 6 minutes, part of them on two.

The second command makes the table of four encoders (bag, CNN, LSTM, transformer), each with the settings that
it has by default, by three kinds of embedding of the same width. `hashed` has a quarter of the rows of
`dense`, two for each word, and `subword` adds the n-grams of a word, in 8,000 rows, to its own. One rate for
all, tuned for none, and early stopping on a tenth of the training questions.
"""

from embedlab import Dense, Dropout, Hashed, Subword
from experiments.config import Config, Text, Train
from experiments.data import papers
from experiments.encoders import Cnn
from experiments.head import Head

VOCABULARY, DIM = 9_000, 128


def config() -> Config:
    """Three kinds of embedding under a CNN, one seed each."""
    return Config(
        embedding=Dense(VOCABULARY, DIM),
        rivals={
            "hashed": Hashed(VOCABULARY, DIM, buckets=VOCABULARY // 4, hashes=2),
            "subword": Subword(VOCABULARY, DIM, buckets=8_000),
        },
        data=papers.trec(),
        text=Text(max_length=40),
        encoder=Cnn(),
        head=Head(dropout=0.5),
        train=Train(
            rate=0.001, batch=50, steps=2000, evaluate_every=100, patience=5, dropout=Dropout(words=0.2)
        ),
    )
