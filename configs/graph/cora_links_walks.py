"""Which papers of Cora cite each other, by their citations alone? A tenth is held out, walks of node2vec.

    EMBEDLAB_DATA=DIR \\
        python -m experiments.graph configs/graph/cora_links_walks.py --workdir runs/cora_links_walks

Result: AUC 0.894 (95 % interval 0.873 to 0.913), average precision 0.915, three seeds; hashed at as many
bytes 0.681 (0.648 to 0.713). Common neighbours get 0.721, degrees 0.714.
Time: 51 s on two cores with another program on them.

As `configs/graph/cora_links.py`, by edges alone: the vectors of `configs/graph/cora_walks.py`, whose inner
products tell edges from pairs that are none.
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
        data=Planetoid(graph_name="cora", goal="links"),
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
