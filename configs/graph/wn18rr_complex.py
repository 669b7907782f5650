"""Which synset stands at the other end of a relation? ComplEx on WN18RR, learnt by rows.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph.triples configs/graph/wn18rr_complex.py --workdir runs/wn18rr_complex

Result: not measured yet.
Time: not measured yet.

Published, filtered MRR on all entities: 0.44 (ComplEx as Dettmers et al. 2018 ran it), 0.48 to 0.49 with the
N3 penalty and 4,000 numbers an entity (Lacroix, Usunier & Obozinski 2018).
"""

from embedlab import Dense, Normal
from experiments.config import Train
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.links import Links
from experiments.graph.triples.model import Penalty
from experiments.graph.triples.objectives import Negatives
from experiments.graph.triples.published import wn18rr


def config() -> TripleStudy:
    """ComplEx of 100 complex numbers, 40 epochs."""
    return TripleStudy(
        embedding=Dense(40_738, 200, Normal(0.05)),
        data=wn18rr(),
        model=Links(objective=Negatives(count=2048, shared=True), penalty=Penalty(0.12)),
        train=Train(
            rate=0.003,
            schedule="cosine",
            batch=1024,
            steps=6800,
            evaluate_every=680,
            evaluate_rows=1000,
            patience=10,
            checkpoint_seconds=300,
        ),
    )
