"""Which field is a paper of, by its words and citations? Cora's public split, a graph network.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph configs/graph/cora.py --workdir runs/cora

Result: 81.7 % (95 % interval 79.4 to 83.9), ten seeds, and 81.7 % (79.4 to 83.9) hashed at as many bytes; at
a quarter of them 80.8 % (78.5 to 83.1) and, hashed, 78.6 % (76.2 to 81.1). Logistic regression on words alone
gets 60.5 %, label propagation on citations alone 71.7 %.
Time: 2.5 minutes on two cores with another program on them.

The embedding is the network's first layer, on the words of a paper; its bounds are those of Glorot & Bengio
2010. Kipf & Welling 2017 report 81.5 % (Table 2, mean of 100 seeds). On the 500 validation nodes 500 steps
were better than 200 (79.2 and 77.9 %, three seeds and two); a rate of 0.02 (78.8 %) and a penalty of 0.001
(79.3 %) were tried, and those of the paper kept.
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
