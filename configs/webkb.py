"""Is a page a student's, a teacher's, a course's or a project's? WebKB, 2,803 to train on, 1,396 to test.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/webkb.py --workdir runs/webkb

Result: 90.6 % (95 % interval 88.6 to 92.3), three seeds; macro F1 89.8 %. TF-IDF with logistic regression
gets 92.3 % (difference 1.7, 0.5 to 3.0). Of the test rows 19 have a near-duplicate in training.
Time: 23 s on one core.

fastText's classifier, on up to 1,024 words of a page, which are stemmed. Chosen by the validation loss of one
seed: pairs of words (0.272; single words 0.303), three words of five dropped (0.5: 0.278, with 128 numbers a
vector; 0.7: 0.275). Files: see `experiments.data.papers.webkb`.
"""

from embedlab import Dense, Dropout
from experiments.config import Config, Text, Train
from experiments.data import papers


def config() -> Config:
    """A bag over words and bigrams, three seeds."""
    return Config(
        embedding=Dense(250_000, 64),
        data=papers.webkb(),
        text=Text(max_length=1024, ngrams=2),
        train=Train(
            rate=0.01, batch=64, steps=1000, evaluate_every=25, patience=6, dropout=Dropout(words=0.6)
        ),
        seeds=(0, 1, 2),
    )
