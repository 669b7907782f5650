"""The application that `python -m experiments.graph.triples` runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from embedlab import Dense, Hashed, Normal
from experiments.config import Train
from experiments.graph.triples.answering import TripleAnswering
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.links import by_distance
from experiments.graph.triples.scores import RotatE, TransE
from experiments.graph.triples.split import TripleSplit
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.split import Split
from experiments.tasks import Judge
from experiments.tasks.ranks import Ranks

_DISTANCES = {"transe": TransE(), "rotate": RotatE()}


class Triples(Application):
    """Which entity stands at the other end of a relation."""

    name, kind = "triples", TripleStudy
    summary = "tells which entity stands at the other end of a relation"

    def default(self) -> TripleStudy:
        """ComplEx on the user's triples, by rows, and the same of as many bytes hashed."""
        train = Train(rate=0.003, batch=512, steps=3000, evaluate_every=300, evaluate_rows=1000)
        drawn = Normal(0.05)
        hashed = Hashed(None, 64, buckets=2**20, initialiser=drawn)
        return TripleStudy(Dense(2**20, 64, drawn), train, rivals={"hashed": hashed}, fitted=True)

    def default_of(self, kinds: Mapping[str, str]) -> TripleStudy:
        """Distances take a few near entities against each answer, and a margin: see `by_distance`."""
        start, score = self.default(), _DISTANCES.get(kinds.get("model.score.type", ""))
        if score is None:
            return start
        train = dataclasses.replace(start.train, batch=1024, schedule="cosine", patience=10)
        return dataclasses.replace(start, model=by_distance(score), train=train)

    def judge(self, config: TripleStudy) -> Judge:
        """Mean reciprocal rank."""
        return Ranks()

    def read(self, config: TripleStudy, tell: Tell) -> Sequence[Split]:
        """See `Application.read`."""
        return [TripleSplit(config)]

    def answering(self, stored: Stored) -> Answering:
        """See `Application.answering`."""
        return TripleAnswering(stored)


APPLICATION = Triples()
