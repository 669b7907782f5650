"""Drives several trainings of one model at once: steps that are alike are taken in one program."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Sequence
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from experiments.process import stopping
from experiments.training import together
from experiments.training.pace import Pace
from experiments.training.taking import Taken, Taker, Wanted, take_alone

_T = TypeVar("_T")
_NONE = np.zeros(0, np.float32)


def at_once(trainings: Sequence[Generator[Wanted, Taken, _T]]) -> list[_T]:
    """Runs trainings to their ends, and returns what came of each.

    Those that have taken the fewest steps go on together, until they have caught up with the next; so from
    there on all are together, but for those that are over. Which these are follows from the step alone: the
    same trainings from the same steps come to the same bits. All are of one model with the same settings and
    documents, on one device, and differ by their seeds.

    Args:
        trainings: generators, as `experiments.training.train.fitting` makes them.
    """
    over: dict[int, _T] = {}
    waiting: dict[int, Wanted] = {}

    def go_on(number: int, taken: Taken | None) -> None:
        training = trainings[number]
        try:
            waiting[number] = next(training) if taken is None else training.send(taken)
        except StopIteration as end:
            waiting.pop(number, None)
            over[number] = end.value

    for number in range(len(trainings)):
        go_on(number, None)
    pace = Pace(max((wanted.most for wanted in waiting.values()), default=1))
    while waiting:
        if stopping.asked():  # each finds that out for itself, and saves
            answers = {number: Taken(wanted.live, _NONE, 0.0, False) for number, wanted in waiting.items()}
        else:
            numbers, left = _furthest_behind(waiting)
            wanted = [waiting.pop(number) for number in numbers]
            with pace(left) as count:
                answers = dict(zip(numbers, _taken(wanted, count), strict=True))
        with contextlib.ExitStack() as saving:
            for number, answer in answers.items():
                if stopping.asked():  # all of them are saved, however long that takes
                    saving.enter_context(stopping.finished_first())
                go_on(number, answer)
    return [over[number] for number in range(len(trainings))]


def _furthest_behind(waiting: dict[int, Wanted]) -> tuple[list[int], int]:
    """Those that have taken the fewest steps, in their order, and how many all of them may take now."""
    first = min(wanted.step for wanted in waiting.values())
    numbers = sorted(number for number, wanted in waiting.items() if wanted.step == first)
    ahead = [wanted.step - first for wanted in waiting.values() if wanted.step > first]
    return numbers, min([waiting[number].left for number in numbers] + ahead)


def _taken(wanted: list[Wanted], count: int) -> list[Taken]:
    """Takes so many steps of each, in one program; each is told its share of the time."""
    if len(wanted) == 1:
        return [take_alone(wanted[0], count)]
    began, known = time.perf_counter(), together.programs()
    takers: list[Any] = [each.take for each in wanted]
    live, losses = _take(takers, _stacked_up([each.live for each in wanted]), wanted[0].step, count)
    states = jax.block_until_ready(together.parted(live))
    share, compiled = (time.perf_counter() - began) / len(wanted), together.programs() > known
    return [Taken(state, own, share, compiled) for state, own in zip(states, losses, strict=True)]


def _take(takers: list[Taker], live: Any, step: int, count: int) -> tuple[Any, np.ndarray]:
    """As `Taker` does, of all."""
    place, buffers = takers[0].place, takers[0].buffers
    keys = jnp.stack([taker.key for taker in takers])
    found = []
    for parts in zip(*(taker.source.parts(step, count) for taker in takers), strict=True):
        arrays, _, part = parts[0]
        rows = np.stack([own for _, own, _ in parts])
        live, losses = together.take(place.model, place.settings, live, buffers, arrays, rows, part, keys)
        found.append(np.asarray(losses)[:, :part])
    return live, np.concatenate(found, 1)


def _stacked_up(states: list[Any]) -> Any:
    """As `together.stacked`, of states that are used up, so that they take no memory beside it."""
    live = jax.block_until_ready(together.stacked(states))
    for leaf in jax.tree.leaves(states):
        if isinstance(leaf, jax.Array) and not leaf.is_deleted():
            leaf.delete()
    return live
