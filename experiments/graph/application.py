"""The application that `python -m experiments.graph` runs."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab import Dense, Dropout, Uniform
from experiments.config import Train
from experiments.graph.config import GraphStudy
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.split import Split
from experiments.tasks import Judge


class Graph(Application):
    """Classes of nodes, and links between them."""

    name, kind = "graph", GraphStudy
    summary = "tells the class of a node, or which nodes are linked"

    def default(self) -> GraphStudy:
        """A graph convolutional network on the user's nodes and edges."""
        train = Train(
            batch=1,
            steps=200,
            evaluate_every=5,
            patience=40,
            rate=0.01,
            dropout=Dropout(words=0.5, components=0.5),
        )
        return GraphStudy(Dense(2**17, 16, Uniform(-0.1, 0.1)), train=train)

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
