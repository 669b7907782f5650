"""Which field is a paper of, by its citations alone? Citeseer's public split, walks of node2vec.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph configs/graph/citeseer_walks.py --workdir runs/citeseer_walks

Result: 53.1 % (95 % interval 50.4 to 56.2), three seeds; label propagation 51.8 % (48.6 to 54.8): +1.3 (−1.0
to +3.6). Hashed at as many bytes 40.3 % (37.4 to 43.2).
Time: a minute on two cores with another program on them.

As `configs/graph/cora_walks.py`, whose settings it has; none was chosen here. DeepWalk has 43.2 % on this
split (Kipf & Welling 2017, Table 2). 48 nodes have no neighbour, and no walk tells anything of them.
"""

from embedlab import Dense, Hashed, Normal
from experiments.config import Train
from experiments.graph.config import GraphStudy
from experiments.graph.nodes.models import Walks
from experiments.graph.nodes.sources import Planetoid


def config() -> GraphStudy:
    """node2vec of 128 numbers, three seeds; beside it as many bytes, hashed."""
    return GraphStudy(
        embedding=Dense(6_656, 128, Normal(0.1)),
        data=Planetoid(graph_name="citeseer"),
        model=Walks(q=0.5),
        train=Train(
            rate=0.01,
            schedule="linear",
            batch=64,
            steps=1000,
            evaluate_every=250,
            patience=8,
        ),
        rivals={"hashed": Hashed(None, 128, buckets=6_656, hashes=2, initialiser=Normal(0.1))},
        seeds=(0, 1, 2),
    )
