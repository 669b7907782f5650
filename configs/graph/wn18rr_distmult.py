"""DistMult on WN18RR, against 2,048 drawn entities, by rows.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph.triples configs/graph/wn18rr_distmult.py --workdir runs/wn18rr_distmult

Result: MRR 0.422 (95 % interval 0.406 to 0.438), hits at 10 of 50.0 %, one seed; ComplEx 0.455.
Hashed by raw names at as many bytes, without a vocabulary, 0.399 (0.383 to 0.415), −0.023 (−0.028 to −0.019).
Time: 24 minutes for both, on two cores with others at work on them.

Published, filtered MRR on all entities: 0.43 (Dettmers et al. 2018). The settings are those of
`configs/graph/wn18rr_complex.py`.
"""

from embedlab import Dense, Hashed, Normal
from experiments.config import Train
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.links import Links
from experiments.graph.triples.model import Penalty
from experiments.graph.triples.objectives import Negatives
from experiments.graph.triples.published import wn18rr
from experiments.graph.triples.scores import DistMult


def config() -> TripleStudy:
    """DistMult of 200 numbers, 40 epochs; beside it as many bytes, hashed by raw names."""
    return TripleStudy(
        embedding=Dense(40_738, 200, Normal(0.05)),
        data=wn18rr(),
        model=Links(DistMult(), Negatives(count=2048, shared=True), penalty=Penalty(0.12)),
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
        rivals={"hashed": Hashed(None, 200, buckets=40_738, initialiser=Normal(0.05))},
    )
