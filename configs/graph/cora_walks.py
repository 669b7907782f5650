"""Which field is a paper of, by its citations alone? Cora's public split, walks of node2vec.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph configs/graph/cora_walks.py --workdir runs/cora_walks

Result: 71.3 % (95 % interval 68.0 to 74.4), three seeds; label propagation 71.7 % (68.8 to 74.5): −0.4 (−3.3
to +2.3). Hashed at as many bytes 60.3 % (57.5 to 63.2): where nodes that are strangers share rows, walks tell
less.
Time: a minute on two cores with others at work on them.

Walks see edges alone, so that what stands beside them is label propagation, which does too; the regression
on features knows what they do not. Of each node there are two words, as itself and as a context. DeepWalk has
67.2 % on this split (Kipf & Welling 2017, Table 2). Chosen on the 500 validation nodes, by the loss there
of one seed: q = 0.5 (0.90), of that, q = 1 (0.96, as DeepWalk) and p = 0.25 (0.96); a window of 10, of that
and 5 (1.01); vectors that begin with 0.1, of that and 0.01 (0.98); in 1,500 steps, those of q = 1 in
2,000.
"""

from embedlab import Dense, Hashed, Normal
from experiments.config import Train
from experiments.graph.config import GraphStudy
from experiments.graph.nodes.models import Walks
from experiments.graph.nodes.sources import Planetoid


def config() -> GraphStudy:
    """node2vec of 128 numbers, three seeds; beside it as many bytes, hashed."""
    return GraphStudy(
        embedding=Dense(5_418, 128, Normal(0.1)),
        data=Planetoid(graph_name="cora"),
        model=Walks(q=0.5),
        train=Train(
            rate=0.01,
            schedule="linear",
            batch=64,
            steps=1000,
            evaluate_every=250,
            patience=8,
        ),
        rivals={"hashed": Hashed(None, 128, buckets=5_418, hashes=2, initialiser=Normal(0.1))},
        seeds=(0, 1, 2),
    )
