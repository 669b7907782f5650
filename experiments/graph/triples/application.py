"""The application that `python -m experiments.graph.triples` runs."""

from __future__ import annotations

from collections.abc import Sequence

from embedlab import Dense, Normal
from experiments.config import Train
from experiments.graph.triples.answering import TripleAnswering
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.split import TripleSplit
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.split import Split
from experiments.tasks import Judge
from experiments.tasks.ranks import Ranks


class Triples(Application):
    """Which entity stands at the other end of a relation."""

    name, kind = "triples", TripleStudy
    summary = "tells which entity stands at the other end of a relation"

    def default(self) -> TripleStudy:
        """ComplEx on the user's triples, by rows."""
        train = Train(rate=0.003, batch=512, steps=3000, evaluate_every=300, evaluate_rows=1000)
        return TripleStudy(Dense(2**16, 64, Normal(0.05)), train)

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
