"""Which papers of Cora cite each other? A tenth of the links is held out, a graph network's inner products.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph configs/graph/cora_links.py --workdir runs/cora_links

Result: AUC 0.938 (95 % interval 0.922 to 0.951), average precision 0.933, five seeds; hashed at as many bytes
0.942 (0.928 to 0.954). Common neighbours get 0.721, the cosine of words 0.782.
Time: 56 s on two cores with another program on them.

An edge is told from a pair that is none by the inner product of what the network makes of both nodes, as in
the graph auto-encoder of Kipf & Welling 2016, who report an AUC of 91.0 on a split of their own (a tenth to
test, a twentieth to validate on). Widths and rate are that paper's; nothing was chosen.
"""

from embedlab import Dense, Hashed, Uniform
from experiments.config import Train
from experiments.graph.config import GraphStudy
from experiments.graph.nodes.models import Gcn
from experiments.graph.nodes.sources import Planetoid


def config() -> GraphStudy:
    """A graph auto-encoder on the words of papers, five seeds."""
    return GraphStudy(
        embedding=Dense(1_435, 32, Uniform(-0.064, 0.064)),
        data=Planetoid(graph_name="cora", goal="links"),
        model=Gcn(penalty=0.0, width=16),
        train=Train(
            batch=1,
            steps=300,
            evaluate_every=10,
            patience=30,
            rate=0.01,
        ),
        rivals={"hashed": Hashed(None, 32, buckets=1_435, hashes=2, initialiser=Uniform(-0.064, 0.064))},
        seeds=(0, 1, 2, 3, 4),
    )
