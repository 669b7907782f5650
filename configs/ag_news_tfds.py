"""The news of `ag_news.py`, as a set of TensorFlow Datasets that is prepared without a network.

    python -m experiments.classify configs/ag_news_tfds.py --workdir runs/ag_news_tfds

Result: 87.7 % (95 % interval 87.0 to 88.5; 87.7 ± 0.8 over folds), three seeds. TF-IDF with logistic
regression gets 87.6 % (difference +0.1, −0.4 to +0.6). The same rows as in `ag_news.py`, in another order,
so other folds.
Time: 73 s on one core.

The set is prepared once, and read without TensorFlow:

    python scripts/prepare_tfds.py csv:DIR/ag_news_test/test.csv --name ag_news_test \\
        --columns '["label","title","description"]' --text title+description --label label

into the folder that `TFDS_DATA_DIR` names, else `~/tensorflow_datasets`. Any other set by `--data tfds:NAME`.
"""

from embedlab import Dense, Dropout
from experiments.config import Config, Text, Train
from experiments.data import Tfds


def config() -> Config:
    """The bag of `ag_news.py`, five folds, three seeds."""
    return Config(
        embedding=Dense(190_000, 64),
        data=Tfds("ag_news_test"),
        text=Text(max_length=256, ngrams=2),
        train=Train(rate=0.01, batch=256, steps=240, evaluate_every=24, dropout=Dropout(words=0.5)),
        folds=5,
        seeds=(0, 1, 2),
    )
