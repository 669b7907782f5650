"""One search: what is tried, how, how often, and what decides."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any, Literal

from embedlab.checks import require, require_count
from experiments.config import Config, Study
from experiments.pretraining import Pretraining
from experiments.sweeps import strategy
from experiments.sweeps.space import Dimension

Direction = Literal["maximise", "minimise"]

#: Configs whose programs a sweep can run.
Base = Config | Pretraining | Study


@dataclasses.dataclass(frozen=True)
class Sweep:
    """One search over the settings of a program.

    Every trial is a run of the base with some fields overridden: one seed or several, one fold, no rivals, no
    baselines.
    What decides is a metric of the validation rows, or of published similarities in pretraining; test rows
    are never looked at.

    Attributes:
        base: a config, or the path of a config file.
        space: dotted field → what it may be.
        sampler: which values are tried next.
        pruner: which trials end early; none for none.
        trials: how many configurations are tried; none for all of a grid.
        metric: what decides, by its name in `metrics.jsonl`; empty for the task's headline.
        direction: whether more of it is better or less; none for what its name says.
        seeds: how many of the base's seeds each trial is trained with, the first ones; their mean decides.
            The base's `seeds_together` has them trained in one program, where they fit.
        seed: of what is drawn.
        name: of the study in a shared storage; empty for the name of the file.

    Raises:
        ValueError: a field of another type, a grid over what can't be counted, more trials than a grid has
            cells, or none where it is no grid.

    Example:
        >>> from experiments.sweeps import Choice, Grid
        >>> Sweep("configs/trec.py", {"train.batch": Choice(32, 64)}, Grid()).number
        2
    """

    base: Base | str
    space: Mapping[str, Dimension]
    sampler: strategy.Sampler = strategy.Tpe()
    pruner: strategy.Pruner | None = None
    trials: int | None = None
    metric: str = ""
    direction: Direction | None = None
    seeds: int = 1
    seed: int = 0
    name: str = ""

    def __post_init__(self) -> None:
        known = isinstance(self.base, Base) or (isinstance(self.base, str) and self.base != "")
        require(known, "base", self.base, "give a config, or the path of a config file")
        several = isinstance(self.space, Mapping) and bool(self.space)
        require(
            several, "space", self.space, 'give a dict of fields, as {"train.rate": LogFloat(1e-4, 1e-1)}'
        )
        for field, dimension in self.space.items():
            remedy = "give a Choice, Float, LogFloat, Int or LogInt"
            require(isinstance(dimension, Dimension), f"space[{field!r}]", dimension, remedy)
        known = isinstance(self.sampler, strategy.Sampler)
        require(known, "sampler", self.sampler, "give Tpe(), Random() or Grid()")
        known = self.pruner is None or isinstance(self.pruner, strategy.Pruner)
        require(known, "pruner", self.pruner, "give Asha(…), Hyperband(…), Median(…) or None")
        self._require_trials()
        known = self.direction in (None, *typing.get_args(Direction))
        require(known, "direction", self.direction, "give 'maximise', 'minimise' or None")
        for field in ("metric", "name"):
            require(isinstance(getattr(self, field), str), field, getattr(self, field), "give a text")
        require_count("seeds", self.seeds)
        require_count("seed", self.seed, least=0)

    def _require_trials(self) -> None:
        if isinstance(self.sampler, strategy.Grid):
            most = strategy.cells(self.space)
            if self.trials is not None:
                require_count("trials", self.trials)
                fits = self.trials <= most
                require(
                    fits, "trials", self.trials, f"the grid has {most} cells; give no more, or None for all"
                )
            return
        remedy = "say how many; only a grid has an end of its own"
        require(self.trials is not None, "trials", self.trials, remedy)
        require_count("trials", self.trials)

    @property
    def number(self) -> int:
        """How many configurations are tried."""
        return strategy.cells(self.space) if self.trials is None else self.trials

    @property
    def described(self) -> dict[str, Any]:
        """Sampler and pruner as JSON values, and how many seeds where there are several."""
        ways = {name: _named(getattr(self, name)) for name in ("sampler", "pruner")}
        return ways | ({"seeds": self.seeds} if self.seeds > 1 else {})


def _named(value: Any) -> dict[str, Any] | None:
    return None if value is None else {"kind": type(value).__name__, **dataclasses.asdict(value)}
