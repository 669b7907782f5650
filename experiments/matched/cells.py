"""The cells of a comparison: an embedding of one kind at one budget on one data set; where its runs lie."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from experiments.config import Config
from experiments.documents.material import Material
from experiments.matched.comparison import Comparison
from experiments.matched.solve import Solved, bytes_of, solve
from experiments.runs.layout import folder
from experiments.runs.run import RunDirectory
from experiments.training import lexicon

FULL = "full"


@dataclasses.dataclass(frozen=True)
class Cell:
    """An embedding of one kind at one budget on one data set.

    Attributes:
        data: name of the data set.
        kind: name of the kind; of the reference its own.
        budget: part of the reference's trainable bytes; 1 of the reference.
        solved: the embedding.
        is_reference: whether it is the reference.
    """

    data: str
    kind: str
    budget: float
    solved: Solved
    is_reference: bool

    @property
    def name(self) -> str:
        """As in `hashed 1/4`."""
        return self.kind if self.is_reference else f"{self.kind} {part(self.budget)}"

    def config(self, base: Config, rate: float, seed: int, fold: int | None) -> Config:
        """That of one training, which `experiments.classify` would run alike."""
        return dataclasses.replace(
            base,
            embedding=self.solved.spec,
            rivals={},
            baselines=False,
            seeds=(seed,),
            only_folds=() if fold is None else (fold,),
            train=dataclasses.replace(base.train, rate=rate),
            quality=dataclasses.replace(base.quality, every=0),  # it is not told of, and takes its time
        )

    def directory(self, workdir: Path, rate: float, seed: int, fold: int | None) -> RunDirectory:
        """Where that training lies."""
        budget = FULL if self.is_reference else part(self.budget).replace("/", "-")
        place = folder(workdir / self.data, fold) / self.kind / budget
        return RunDirectory(place / f"rate-{rate:g}" / f"seed-{seed}")


def part(budget: float) -> str:
    """A budget as a fraction, where it is a plain one.

    Example:
        >>> part(0.25), part(1 / 16), part(0.2718281)
        ('1/4', '1/16', '0.271828')
    """
    found = Fraction(budget).limit_denominator(1000)
    return str(found) if abs(found - budget) < 1e-9 else f"{budget:.6g}"


def cells(comparison: Comparison, materials: Mapping[str, Sequence[Material]]) -> dict[str, list[Cell]]:
    """All cells by data set, the reference first, each with an embedding of the size that is right.

    Args:
        comparison: what is compared.
        materials: by data set; of folds the first is the one whose words sizes are solved on.

    Raises:
        Mistake: a kind can't have the bytes of a budget, or can't be made on the words of a data set.
    """
    return {name: list(_cells(comparison, name, folds)) for name, folds in materials.items()}


def _cells(comparison: Comparison, data: str, folds: Sequence[Material]) -> Iterator[Cell]:
    material = folds[0]
    full = material.config.embedding
    lexicon.lexicon(full, material, f"data.{data}.embedding")  # which finds all that can be wrong with it
    found = bytes_of(full, material)
    yield Cell(data, comparison.reference, 1.0, Solved(full, "", 0, found, found.trainable), True)
    for budget in comparison.budgets:
        for name, kind in comparison.kinds.items():
            where = f"kinds.{name} on {data}"
            solved = solve(kind, full, budget, material, comparison.tolerance, where)
            lexicon.lexicon(solved.spec, material, where)
            yield Cell(data, name, budget, solved, False)
