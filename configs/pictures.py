"""Which digit is it? The 1,797 handwritten digits of scikit-learn, 8 × 8 pixels, 10-fold.

    python -m experiments.pictures configs/pictures.py --workdir runs/pictures

Result: Dense 98.5 % (95 % interval 97.9 to 99.0), Hashed 98.3 % (97.8 to 98.9) at 269 kB each, three seeds;
logistic regression on pixels 97.1 % (96.3 to 97.9), 1.4 points behind Dense (0.6 to 2.1).
Time: 4 minutes on two cores with others at work on them.

Words are 256 codes of patches of 4 × 4 pixels, with their place on a grid of 4 × 4. Sizes were chosen by a
linear model of the words, on three folds of another split of the same digits: they have seen some of what is
tested here.
"""

from embedlab import Dense, Dropout, Hashed
from experiments.config import Train
from experiments.encoders import Bag
from experiments.pictures.config import PictureStudy
from experiments.pictures.patches import Patches
from experiments.pictures.source import Digits
from experiments.pictures.tokens import Tokens
from experiments.study.codebook import Codes


def config() -> PictureStudy:
    """A bag of codes with places."""
    return PictureStudy(
        Dense(4200, 16),
        data=Digits(),
        tokens=Tokens(
            Patches(size=4, stride=1, margin=1, contrast=0), Codes(codes=256, standardise=False), grid=4
        ),
        encoder=Bag("mean"),
        train=Train(rate=0.01, batch=64, steps=1500, evaluate_every=50, dropout=Dropout(words=0.3)),
        rivals={"hashed": Hashed(None, 16, buckets=4200)},
        seeds=(0, 1, 2),
        folds=10,
    )
