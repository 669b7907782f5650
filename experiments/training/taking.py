"""Takes the steps of a training: batches in their fixed order, many steps a call.

A training is a generator: it yields what steps it wants, is sent those that were taken, and returns what came
of it. So whoever drives it says how they are taken: here by themselves, in `at_once` with those of others.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import jax
import numpy as np

from experiments.config import Train
from experiments.documents.feed import Feed
from experiments.mesh import everywhere
from experiments.process import peers
from experiments.training import steps
from experiments.training.pace import Pace
from experiments.training.placement import Placement

#: Takes steps: (live state, steps before, how many) → new live state, and float32 [count] losses.
Take = Callable[[Any, int, int], tuple[Any, np.ndarray]]
_T = TypeVar("_T")
_MOST_AT_ONCE = 256  # steps
_MOST_ROWS = 2**20  # documents, in one call's batches


@dataclasses.dataclass(frozen=True, eq=False)
class Wanted:
    """Steps that a training asks for.

    Attributes:
        take: what takes them by themselves.
        live: the state, which is used up.
        step: steps before.
        left: how many steps are wanted; fewer may be taken.
        most: of one call.
    """

    take: Take
    live: Any
    step: int
    left: int
    most: int


@dataclasses.dataclass(frozen=True, eq=False)
class Taken:
    """Steps that were taken for a training.

    Attributes:
        live: the state after them.
        losses: float32 [steps].
        seconds: that they took; of steps of several trainings at once, its share.
        compiled: whether a program was compiled in that time.
    """

    live: Any
    losses: np.ndarray
    seconds: float
    compiled: bool


def most_at_once(settings: Train) -> int:
    """Steps that one call takes at most."""
    return max(1, min(_MOST_AT_ONCE, settings.evaluate_every, settings.steps, _MOST_ROWS // settings.batch))


@dataclasses.dataclass(frozen=True, eq=False)
class Taker:
    """What takes the steps of one training; a `Take`.

    Attributes:
        place: where the state lies, and of what model and settings it is.
        source: of the documents.
        buffers: the embedding's, for these documents.
        key: of dropout.
    """

    place: Placement
    source: Feed
    buffers: Any
    key: Any

    def __call__(self, live: Any, step: int, count: int) -> tuple[Any, np.ndarray]:
        """Takes so many steps."""
        model, settings, sharding = self.place.model, self.place.settings, self.place.sharding
        found = []
        for arrays, rows, part in self.source.parts(step, count):
            live, losses = steps.take(
                model, settings, live, self.buffers, arrays, rows, part, self.key, sharding
            )
            found.append((losses, part))
        return live, np.concatenate([np.asarray(losses)[:part] for losses, part in found])


def taker(place: Placement, train: Any, seed: int) -> Taker:
    """What takes the steps of a training with this seed."""
    model, settings, sharding = place.model, place.settings, place.sharding
    source = model.feed(train, seed, settings.batch, most_at_once(settings), sharding)
    buffers = everywhere(sharding, train.buffers)
    # Here: a seed may be beyond the int32 that it would be traced as.
    return Taker(place, source, buffers, everywhere(sharding, jax.random.key(seed)))


def take_alone(wanted: Wanted, count: int) -> Taken:
    """Takes so many of the steps that a training wants."""
    began, known = time.perf_counter(), steps.programs()
    live, losses = wanted.take(wanted.live, wanted.step, count)
    return Taken(live, losses, time.perf_counter() - began, steps.programs() > known)


def alone(training: Generator[Wanted, Taken, _T]) -> _T:
    """Takes all steps of one training by themselves, as many a call as it takes a moment for."""
    try:
        wanted = next(training)
        pace = Pace(wanted.most)
        while True:
            with pace(wanted.left) as count:
                taken = take_alone(wanted, peers.agreed(count))
            wanted = training.send(taken)
    except StopIteration as over:
        return over.value
