"""Which digit is it? The 1,797 handwritten digits of scikit-learn, 8 × 8 pixels, 10-fold.

    python -m experiments.pictures configs/pictures.py --workdir runs/pictures

Result: on fold 0 of 10 (`--only_folds 0`, 180 digits, one seed) Dense 98.9 % (95 % interval 97.2 to 100.0),
Hashed 97.2 % (94.4 to 99.4) at 269 kB each; logistic regression on pixels 94.4 %, 4.4 points behind Dense
(−0.4 to 7.8). All ten folds: not measured yet.
Time: 2.5 minutes for that fold, on two cores that some twenty other programs shared.

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
        folds=10,
    )
