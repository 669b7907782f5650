"""What a run on triples is told."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from embedlab.checks import require
from experiments.config import Study
from experiments.graph.triples.data import TripleFile
from experiments.graph.triples.links import Links


@dataclasses.dataclass(frozen=True)
class TripleStudy(Study):
    """An embedding whose words are the entities (`e:dog.n.01`) and relations (`r:_hypernym`) of triples.

    `train.dropout.components` is dropout of the two vectors of a query; `train.evaluate_rows` is how many
    validation queries training is watched on.

    Attributes:
        data: where the triples are from.
        model: how they are scored, and how that is learnt.

    Raises:
        ValueError: as `Study`; data or a model that are none; folds, which triples have none of.

    Example:
        >>> import embedlab
        >>> TripleStudy(embedlab.Dense(100, 16), data=TripleFile(path="facts.csv")).model.reciprocal
        True
    """

    honours: ClassVar[tuple[str, ...]] = ("evaluate_rows",)

    data: TripleFile = TripleFile()
    model: Links = Links()

    def __post_init__(self) -> None:
        super().__post_init__()
        for field, kind in {"data": TripleFile, "model": Links}.items():
            value = getattr(self, field)
            require(isinstance(value, kind), field, value, f"give an instance of {kind.__name__}")
        require(not self.folds, "folds", self.folds, "triples have one split; leave it at 0")
