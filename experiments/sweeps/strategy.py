"""How a search goes: which values are tried next, and which trials are not worth their end.

All of it is Optuna's. Every trial has a sampler of its own, whose seed follows from the sweep's and the
number of the trial: a search that goes on after a stop draws nothing twice.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import warnings
from collections.abc import Mapping
from typing import Any

from embedlab.checks import require, require_count
from experiments.sweeps.space import Choice, Dimension, Float, LogFloat, LogInt, label


@dataclasses.dataclass(frozen=True)
class Random:
    """Draws every trial by itself.

    Example:
        >>> Random()
        Random()
    """


@dataclasses.dataclass(frozen=True)
class Tpe:
    """The tree-structured Parzen estimator: draws where good trials lay more densely than others.

    Attributes:
        startup: trials that are drawn at random before.
        multivariate: whether fields are drawn together.

    Raises:
        ValueError: a count below 1.

    Example:
        >>> Tpe(startup=5).startup
        5

    Reference: Bergstra et al., "Algorithms for hyper-parameter optimization", 2011.
    """

    startup: int = 10
    multivariate: bool = False

    def __post_init__(self) -> None:
        require_count("startup", self.startup)


@dataclasses.dataclass(frozen=True)
class Grid:
    """Every combination of values once: trial 0 is the first, and so on, whoever runs it.

    Example:
        >>> Grid()
        Grid()
    """


Sampler = Random | Tpe | Grid


@dataclasses.dataclass(frozen=True)
class Asha:
    """Asynchronous successive halving: at `least`, `least · factor`, … steps the best 1/factor go on.

    Attributes:
        least: steps before the first decision.
        factor: one of so many goes on.

    Raises:
        ValueError: no step, or a factor below 2.

    Example:
        >>> Asha(least=200).factor
        3

    Reference: Li et al., "A system for massively parallel hyperparameter tuning", 2020.
    """

    least: int
    factor: int = 3

    def __post_init__(self) -> None:
        require_count("least", self.least)
        require_count("factor", self.factor, least=2)


@dataclasses.dataclass(frozen=True)
class Hyperband:
    """Several successive halvings that begin at different steps.

    Attributes:
        least: steps before the first decision of the hardest of them.
        most: steps of a whole trial.
        factor: one of so many goes on.

    Raises:
        ValueError: no step, or a factor below 2.

    Example:
        >>> Hyperband(least=100, most=2000).factor
        3

    Reference: Li et al., "Hyperband: a novel bandit-based approach to hyperparameter optimization", 2018.
    """

    least: int
    most: int
    factor: int = 3

    def __post_init__(self) -> None:
        require_count("least", self.least)
        require_count("most", self.most, least=self.least)
        require_count("factor", self.factor, least=2)


@dataclasses.dataclass(frozen=True)
class Median:
    """Ends a trial that is behind the median of the others at the same step.

    Attributes:
        startup: trials that are finished before the first decision.
        warmup: steps before the first decision.

    Raises:
        ValueError: a count below 0.

    Example:
        >>> Median(warmup=200).startup
        5
    """

    startup: int = 5
    warmup: int = 0

    def __post_init__(self) -> None:
        require_count("startup", self.startup, least=0)
        require_count("warmup", self.warmup, least=0)


Pruner = Asha | Hyperband | Median


def cells(space: Mapping[str, Dimension]) -> int:
    """How many combinations there are.

    Raises:
        ValueError: of a range they can't be counted.

    Example:
        >>> cells({"train.batch": Choice(32, 64), "train.rate": Choice(0.1, 0.2, 0.3)})
        6
    """
    return math.prod(len(values) for values in _values(space).values())


def sampler(wanted: Sampler, space: Mapping[str, Dimension], seed: int, number: int) -> Any:
    """What draws one trial, as Optuna has it.

    Args:
        wanted: the strategy.
        space: field → what it may be.
        seed: of the sweep.
        number: of the trial.

    Raises:
        ValueError: a grid over a range.
    """
    import numpy as np
    import optuna

    own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        if isinstance(wanted, Tpe):
            return optuna.samplers.TPESampler(
                n_startup_trials=wanted.startup,
                multivariate=wanted.multivariate,
                constant_liar=True,  # who draws beside others takes theirs to be no better than what is known
                seed=own,
            )
        drawn = optuna.samplers.RandomSampler(seed=own)
        if isinstance(wanted, Random):
            return drawn
        # Optuna's own grid may give one cell to two workers, and ends by an error outside of its own loop.
        cell = next(itertools.islice(itertools.product(*_values(space).values()), number, None))
        fixed = {name: label(value) for name, value in zip(space, cell, strict=True)}
        return optuna.samplers.PartialFixedSampler(fixed, drawn)


def pruner(wanted: Pruner | None) -> Any:
    """What ends trials early, as Optuna has it.

    Args:
        wanted: the strategy; None for none.
    """
    import optuna

    if isinstance(wanted, Asha):
        return optuna.pruners.SuccessiveHalvingPruner(wanted.least, wanted.factor)
    if isinstance(wanted, Hyperband):
        return optuna.pruners.HyperbandPruner(wanted.least, wanted.most, wanted.factor)
    if isinstance(wanted, Median):
        return optuna.pruners.MedianPruner(wanted.startup, wanted.warmup)
    return optuna.pruners.NopPruner()


def last_attempts(study: Any, number: str) -> Any:
    """A study as a pruner is to see it: of each configuration its last attempt, so that none competes twice.

    Hyperband looks past it, at all attempts.

    Args:
        study: as Optuna has it.
        number: the attribute that says which configuration a trial is an attempt at.
    """
    import optuna

    class Last(optuna.study.Study):
        def get_trials(self, deepcopy: bool = True, states: Any = None) -> list[Any]:
            last = {trial.user_attrs[number]: trial for trial in super().get_trials(deepcopy)}
            return [trial for trial in last.values() if states is None or trial.state in states]

    return Last(study.study_name, study._storage, study.sampler, study.pruner)


def distribution(dimension: Dimension) -> Any:
    """A dimension as Optuna has it."""
    from optuna import distributions

    if isinstance(dimension, Choice):
        return distributions.CategoricalDistribution([label(value) for value in dimension.values])
    low, high = dimension.ends
    if isinstance(dimension, Float):
        return distributions.FloatDistribution(low, high, step=dimension.step)
    if isinstance(dimension, LogFloat):
        return distributions.FloatDistribution(low, high, log=True)
    if isinstance(dimension, LogInt):
        return distributions.IntDistribution(low, high, log=True)
    return distributions.IntDistribution(low, high, step=dimension.step)


def _values(space: Mapping[str, Dimension]) -> dict[str, tuple[Any, ...]]:
    found = {}
    for name, dimension in space.items():
        values = dimension.values
        remedy = "a grid takes what can be counted: give Choice(…), Int(…) or a Float(…) with a step"
        require(values is not None, name, dimension, remedy)
        found[name] = values or ()
    return found
