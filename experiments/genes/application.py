"""Genes as an application: its default config, its data, and the model of a finished run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import embedlab
from experiments.config import Train
from experiments.encoders import Bag
from experiments.genes.config import GeneStudy
from experiments.genes.letters import cleaned
from experiments.genes.split import GeneSplit
from experiments.study.application import Answering, Application, Stored, Tell
from experiments.study.sequences import answers, stored_model
from experiments.study.sides import sides
from experiments.study.split import Split
from experiments.tasks import Judge


class GeneAnswering(Answering):
    """A stored model of genes: each line is a sequence."""

    about = "a sequence of DNA"

    def __init__(self, stored: Stored) -> None:
        """Takes what a run left.

        Args:
            stored: what it left.
        """
        self._stored = stored
        self.learner, self.buffers = stored_model(stored)

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterable[tuple[str, ...]]:
        """See `Answering.answers`."""
        documents = []
        for number, line in enumerate(lines, 1):
            try:
                documents.append(self._stored.config.kmers.words(cleaned(line)))
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from None
        return answers(self.learner, parameters, self._stored, documents)  # type: ignore[arg-type]

    def strange(self, lines: Sequence[str], header: str = "") -> list[tuple[str, ...]]:
        """See `Answering.strange`: sequences of which no k-mer was learnt, or that have none."""
        vocabulary, kmers = self._stored.vocabulary, self._stored.config.kmers
        known = [any(word in vocabulary for word in kmers.words(cleaned(line))) for line in lines]
        return [() if any_ else (line.strip(),) for line, any_ in zip(lines, known, strict=True)]


class GeneApplication(Application):
    """Sequences of DNA → classes."""

    name, kind, summary = "genes", GeneStudy, "sequences of DNA as k-mers, and their classes"

    def default(self) -> GeneStudy:
        """A bag of 6-mers, beside a hashed table of the same bytes."""
        return GeneStudy(
            embedlab.Dense(2**20, 32),
            train=Train(rate=0.01, batch=64, steps=1000, evaluate_every=50),
            rivals={"hashed": embedlab.Hashed(None, 32, buckets=2**20)},
            fitted=True,
            encoder=Bag(),
            max_length=4096,
        )

    def judge(self, config: Any) -> Judge:
        """See `Application.judge`."""
        judge: Judge = config.task
        return judge

    def read(self, config: GeneStudy, tell: Tell) -> Sequence[Split]:
        """See `Application.read`."""
        dataset = config.data.load(config.task)
        return [GeneSplit(config, dataset, found, fold) for fold, found in sides(dataset, config)]

    def answering(self, stored: Stored) -> Answering:
        """See `Application.answering`."""
        return GeneAnswering(stored)


APPLICATION = GeneApplication()
