"""What do hashes cost entities of WN18RR? A table of 32 numbers an entity, and tables of as many bytes.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph.triples configs/graph/wn18rr_bytes.py --workdir runs/wn18rr_bytes

Result: MRR, one seed each, with the difference to dense: dense 0.343 (95 % interval 0.328 to 0.358), hashed
0.246 (−0.097, −0.107 to −0.086), hashed with importance 0.274 (−0.068, −0.078 to −0.058); hashed by the raw
name, without a vocabulary, 0.246 (−0.096, −0.106 to −0.087), with importance 0.241 (−0.102, −0.112 to
−0.091); the frequent quarter alone 0.061 (−0.282, −0.296 to −0.266). The rules of relations that training
holds get 0.371.
Time: 17 minutes on two cores with others at work on them.

dense has a row of 32 numbers an entity; its rivals have as many bytes: hashed rows of 128 that four entities
share on average, each the sum of two, found by the number of a word or by its name; the same with learned
importance, a row for each number, or as many that names are hashed to; and rows of 128 for the most frequent
quarter of the entities alone, where all others are the unknown word.
"""

from embedlab import Dense, Hashed, Normal
from experiments.config import Train
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.links import Links
from experiments.graph.triples.model import Penalty
from experiments.graph.triples.objectives import Negatives
from experiments.graph.triples.published import wn18rr


def config() -> TripleStudy:
    """Six embeddings of 5.2 MB, 20 epochs."""
    return TripleStudy(
        embedding=Dense(40_738, 32, Normal(0.05)),
        data=wn18rr(),
        model=Links(objective=Negatives(count=2048, shared=True), penalty=Penalty(0.1)),
        train=Train(
            rate=0.003,
            schedule="cosine",
            batch=1024,
            steps=3400,
            evaluate_every=340,
            evaluate_rows=1000,
            patience=10,
            checkpoint_seconds=300,
        ),
        rivals={
            "hashed": Hashed(40_738, 128, buckets=10_184, initialiser=Normal(0.05)),
            "hashed-weighted": Hashed(40_738, 128, buckets=9547, importance=40_738, initialiser=Normal(0.05)),
            "hashed-raw": Hashed(None, 128, buckets=10_184, initialiser=Normal(0.05)),
            "raw-weighted": Hashed(None, 128, buckets=9547, importance=40_738, initialiser=Normal(0.05)),
            "dense-cut": Dense(10_184, 128, Normal(0.05)),
        },
    )
