"""ComplEx on WN18RR with as many numbers an entity as an hour of two cores allows.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph.triples configs/graph/wn18rr_hour.py --workdir runs/wn18rr_hour

Result: not measured yet.
Time: not measured yet.

`configs/graph/wn18rr_complex.py` with 512 numbers an entity, and 4,096 drawn entities in each step.
"""

from embedlab import Dense, Normal
from experiments.config import Train
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.links import Links
from experiments.graph.triples.model import Penalty
from experiments.graph.triples.objectives import Negatives
from experiments.graph.triples.published import wn18rr


def config() -> TripleStudy:
    """ComplEx of 256 complex numbers, 40 epochs."""
    return TripleStudy(
        embedding=Dense(40_738, 512, Normal(0.05)),
        data=wn18rr(),
        model=Links(objective=Negatives(count=4096, shared=True), penalty=Penalty(0.1)),
        train=Train(
            rate=0.003,
            schedule="cosine",
            batch=1024,
            steps=6800,
            evaluate_every=680,
            evaluate_rows=1000,
            patience=10,
            checkpoint_seconds=600,
        ),
    )
