"""The application that `python -m experiments.graph` runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedlab import Dense, Dropout, Hashed, Normal, Uniform
from experiments.config import Train
from experiments.graph.config import GraphStudy
from experiments.graph.nodes.models import Walks
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.split import Split
from experiments.tasks import Judge


def _by_walks() -> GraphStudy:
    """Of 128 numbers, and the same of as many bytes hashed."""
    drawn = Normal(0.1)
    train = Train(batch=64, steps=1000, evaluate_every=250, patience=8, rate=0.01, schedule="linear")
    hashed = Hashed(None, 128, buckets=2**20, initialiser=drawn)
    return GraphStudy(
        Dense(2**20, 128, drawn), model=Walks(), train=train, rivals={"hashed": hashed}, fitted=True
    )


class Graph(Application):
    """Classes of nodes, and links between them."""

    name, kind = "graph", GraphStudy
    summary = "tells the class of a node, or which nodes are linked"

    def default(self) -> GraphStudy:
        """A graph convolutional network on nodes and edges, and the same of as many bytes hashed."""
        train = Train(
            batch=1,
            steps=200,
            evaluate_every=5,
            patience=40,
            rate=0.01,
            dropout=Dropout(words=0.5, components=0.5),
        )
        drawn = Uniform(-0.1, 0.1)
        hashed = Hashed(None, 16, buckets=2**20, initialiser=drawn)
        return GraphStudy(Dense(2**20, 16, drawn), train=train, rivals={"hashed": hashed}, fitted=True)

    def default_of(self, kinds: Mapping[str, str]) -> GraphStudy:
        """Walks take wider vectors, which begin larger, and many nodes a step, where a network takes all."""
        return _by_walks() if kinds.get("model.type") == "walks" else self.default()

    def judge(self, config: GraphStudy) -> Judge:
        """See `Application.judge`."""
        return config.data.judge()

    def read(self, config: GraphStudy, tell: Tell) -> Sequence[Split]:
        """See `Application.read`."""
        return config.data.splits(config, tell)

    def answering(self, stored: Stored) -> Answering:
        """See `Application.answering`."""
        answering: Answering = stored.config.data.answering(stored)
        return answering


APPLICATION = Graph()
