"""Is a film review for or against? MR, 10,662 sentences, 10-fold cross-validation.

    EMBEDLAB_DATA=DIR python -m experiments.classify configs/mr.py --workdir runs/mr

Result: 75.5 % (95 % interval 74.7 to 76.3; 75.5 ± 1.4 over folds), one seed a fold. TF-IDF with logistic
regression gets 77.5 % and the same embedding in a plain bag 77.1 %: on so few sentences both are ahead of the
CNN, by 2.0 (1.2 to 2.8) and 1.6 (0.9 to 2.3) points.
Time: 7.5 minutes on two cores.

Kim's CNN with random vectors of 300 numbers: windows of 3, 4 and 5 words, 100 maps each, half of the features
and two words of five dropped, the weights of a class no longer than 3; a tenth of each fold's training
sentences for early stopping. Kim 2014 reports 76.1 %. Files: see `experiments.data.papers.mr`.
"""

from embedlab import Dense, Dropout, Uniform
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
        train=Train(
            rate=0.001, batch=50, steps=2000, evaluate_every=96, patience=4, dropout=Dropout(words=0.4)
        ),
        folds=10,
    )
