"""Which field is a paper of, by its words and citations? Citeseer's public split, a graph network.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph configs/graph/citeseer.py --workdir runs/citeseer

Result: not measured yet.
Time: not measured yet.

As `configs/graph/cora.py`, whose settings it has; none was chosen here. Kipf & Welling 2017 report 70.3 %.
"""

from embedlab import Dense, Dropout, Hashed, Uniform
from experiments.config import Train
from experiments.graph.config import GraphStudy
from experiments.graph.nodes.models import Gcn
from experiments.graph.nodes.sources import Planetoid


def config() -> GraphStudy:
    """The network of Kipf and Welling, ten seeds."""
    return GraphStudy(
        embedding=Dense(3_705, 16, Uniform(-0.04, 0.04)),
        data=Planetoid(graph_name="citeseer"),
        model=Gcn(),
        train=Train(
            batch=1,
            steps=500,
            evaluate_every=10,
            patience=50,
            rate=0.01,
            dropout=Dropout(words=0.5, components=0.5),
        ),
        rivals={
            "hashed": Hashed(None, 16, buckets=3_705, hashes=2, initialiser=Uniform(-0.04, 0.04)),
            "dense-quarter": Dense(926, 16, Uniform(-0.04, 0.04)),
            "hashed-quarter": Hashed(None, 16, buckets=926, hashes=2, initialiser=Uniform(-0.04, 0.04)),
        },
        seeds=tuple(range(10)),
    )
