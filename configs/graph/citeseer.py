"""Which field is a paper of, by its words and citations? Citeseer's public split, a graph network.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph configs/graph/citeseer.py --workdir runs/citeseer

Result: 70.9 % (95 % interval 68.2 to 73.6), ten seeds, and 70.4 % (67.5 to 73.0) hashed at as many bytes; at
a quarter of them 70.2 % and, hashed, 69.1 %. Logistic regression on words alone gets 60.1 %, label
propagation on citations alone 51.8 %.
Time: 8 minutes on two cores with others at work on them.

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
