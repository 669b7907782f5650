"""Which synset stands at the other end of a relation? ComplEx on WN18RR, learnt by rows.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph.triples configs/graph/wn18rr_complex.py --workdir runs/wn18rr_complex

Result: MRR 0.455 (95 % interval 0.437 to 0.472), hits at 1, 3 and 10 of 41.5, 47.4 and 52.8 %, three seeds.
Hashed by raw names at as many bytes, without a vocabulary, 0.422 (0.406 to 0.438), −0.033 (−0.040 to −0.025):
there are as many rows as words, but each word is the sum of two that it shares with others. The rules of
relations that training holds get 0.371, the most frequent answers of a relation 0.026.
Time: 54 minutes for the six, on two cores with others at work on them.

On 1,000 validation queries MRR is 0.466 after 12 of the 40 epochs and 0.465 from 16 on. With 128 numbers an
entity, at a constant rate, all validation queries had 0.407 after 10 epochs with a penalty of 0.01, and after
14 epochs 0.430 with 0.05, 0.443 with 0.1; with 0.2 1,000 of them had 0.420, still rising. Test facts were not
looked at for it.

Published, filtered MRR on all entities: 0.44 (ComplEx as Dettmers et al. 2018 ran it), 0.48 to 0.49 with the
N3 penalty and 4,000 numbers an entity (Lacroix, Usunier & Obozinski 2018).
"""

from embedlab import Dense, Hashed, Normal
from experiments.config import Train
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.links import Links
from experiments.graph.triples.model import Penalty
from experiments.graph.triples.objectives import Negatives
from experiments.graph.triples.published import wn18rr


def config() -> TripleStudy:
    """ComplEx of 100 complex numbers, 40 epochs, three seeds; as many bytes, hashed by raw names."""
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
        rivals={"hashed": Hashed(None, 200, buckets=40_738, initialiser=Normal(0.05))},
        seeds=(0, 1, 2),
    )
