"""Which films will a user like next? MovieLens 100k, each user's last fifth of films, those rated 4 or more.

    EMBEDLAB_DATA=DIR python -m experiments.recommend configs/recommend/ranking.py --workdir runs/ranking

Result: NDCG@10 0.177 [0.163, 0.190] of 904 users, three seeds, over all films that a user had not rated, none
sampled; popularity gets 0.101 [0.090, 0.112], a linear model of items (Steck 2019) 0.178: −0.001 [−0.009,
+0.006]. Hashed without a vocabulary at the same bytes 0.142 [0.130, 0.153].
Time: 106 s for the six trainings and the baselines, on two cores with another program on them.

Settings were chosen on validation, the rows of each user before those tested: l2 of 1e-5, 1e-4, 3e-4 and
1e-3, negatives drawn evenly of 0, 64, 256 and 512, batches of 512 and 1,024. With 0 negatives and 3e-4 it
is as good (0.107 on validation, 0.108 with 64); with side features it is behind (0.076, with l2 1e-4). BPR
by SGD, rate 40 and l2 3e-5, gets 0.159 (0.100 on validation), with `--model.type bpr --model.negatives 1
--train.optimizer sgd --train.rate 40 --train.l2 3e-5 --train.steps 12000`. The hashed rival has the
settings of the reference.
"""

from embedlab import Dense, Hashed, Normal
from experiments.config import Train
from experiments.recommend.config import Recommend
from experiments.recommend.models import TwoTower
from experiments.recommend.movielens import Movielens

VOCABULARY, DIM = 2688, 64


def config() -> Recommend:
    """A tower a side over its id, and the same hashed without a vocabulary, at its bytes."""
    return Recommend(
        Dense(VOCABULARY, DIM, initialiser=Normal(0.01)),
        rivals={"hashed": Hashed(None, DIM, buckets=VOCABULARY, hashes=2, initialiser=Normal(0.01))},
        data=Movielens(),
        model=TwoTower(features=False, negatives=64),
        liked=4.0,
        train=Train(
            rate=2e-3,
            l2=3e-4,
            update="sparse",
            batch=512,
            steps=6000,
            evaluate_every=200,
            patience=5,
        ),
        seeds=(0, 1, 2),
    )
