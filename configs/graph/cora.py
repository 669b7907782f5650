"""Which field is a paper of, by its words and citations? Cora's public split, a graph network.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph configs/graph/cora.py --workdir runs/cora

Result: not measured yet.
Time: not measured yet.

The embedding is the network's first layer, on the words of a paper; its bounds are those of Glorot & Bengio
2010. Kipf & Welling 2017 report 81.5 % (Table 2, mean of 100 seeds). Steps were chosen on the 500 validation
nodes, of 200 and 500; rate, width, dropout and penalty are the paper's.
"""

from embedlab import Dense, Dropout, Hashed, Uniform
from experiments.config import Train
from experiments.graph.config import GraphStudy
from experiments.graph.nodes.models import Gcn
from experiments.graph.nodes.sources import Planetoid


def config() -> GraphStudy:
    """The network of Kipf and Welling, ten seeds."""
    return GraphStudy(
        embedding=Dense(1_435, 16, Uniform(-0.064, 0.064)),
        data=Planetoid(graph_name="cora"),
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
            "hashed": Hashed(None, 16, buckets=1_435, hashes=2, initialiser=Uniform(-0.064, 0.064)),
            "dense-quarter": Dense(358, 16, Uniform(-0.064, 0.064)),
            "hashed-quarter": Hashed(None, 16, buckets=358, hashes=2, initialiser=Uniform(-0.064, 0.064)),
        },
        seeds=tuple(range(10)),
    )
