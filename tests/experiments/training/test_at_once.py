"""Trainings of several seeds at once: each comes to what it comes to by itself, and is stopped as it is."""

from __future__ import annotations

import contextlib
import signal
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.config import Train
from experiments.encoders import Bag
from experiments.errors import Diverged
from experiments.process import stopping
from experiments.runs.checkpoints import Checkpoints
from experiments.training import at_once as driver
from experiments.training import taking
from experiments.training.at_once import at_once
from experiments.training.model import Model
from experiments.training.placement import Given
from experiments.training.train import Fitted, Fitting, fitting
from tests.experiments.training.learnable import documents

MODEL = Model(embedlab.Dense(50, 8), Bag(), 2)
TRAIN, VALID = documents(0), documents(1)
SEEDS = (0, 1)
SETTINGS = Train(
    rate=0.3,
    batch=32,
    steps=80,
    evaluate_every=10,
    patience=2,
    checkpoint_seconds=0,
    dropout=embedlab.Dropout(words=0.3, components=0.2),
)

#: How far numbers lie apart after some hundred steps, whose sums are rounded otherwise.
NEAR = {"rtol": 1e-3, "atol": 1e-4}
Evaluations = list[tuple[int, float, np.ndarray]]


def train(seed: int, seen: Evaluations, **more: Any) -> Fitting:
    def note(step: int, loss: float, predicted: np.ndarray, parameters: object) -> None:
        seen.append((step, loss, predicted))

    given = {"seed": seed, "buffers": {}, "on_evaluation": note} | more
    return fitting(MODEL, SETTINGS, TRAIN, VALID, **given)


def alone(seed: int, **more: Any) -> tuple[Fitted, Evaluations]:
    seen: Evaluations = []
    return taking.alone(train(seed, seen, **more)), seen


def together() -> tuple[list[Fitted], list[Evaluations]]:
    seen: list[Evaluations] = [[] for _ in SEEDS]
    return at_once([train(seed, own) for seed, own in zip(SEEDS, seen, strict=True)]), seen


def near(one: Any, other: Any) -> None:
    assert jax.tree.structure(one) == jax.tree.structure(other)
    for a, b in zip(jax.tree.leaves(one), jax.tree.leaves(other), strict=True):
        np.testing.assert_allclose(a, b, **NEAR)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """How many trainings a call took steps of, from which step on, and how many."""
    found: list[tuple[int, int, int]] = []
    take = driver._taken

    def noted(wanted: Any, count: int) -> Any:
        found.append((len(wanted), wanted[0].step, count))
        return take(wanted, count)

    monkeypatch.setattr(driver, "_taken", noted)
    return found


def test_each_comes_to_what_it_comes_to_by_itself(calls: list[tuple[int, int, int]]) -> None:
    found, seen = together()
    ends = [fitted.steps for fitted in found]
    assert len(set(ends)) > 1 and max(ends) < SETTINGS.steps  # patience ends them at different steps
    for seed, fitted, own in zip(SEEDS, found, seen, strict=True):
        wanted, evaluations = alone(seed)
        assert (fitted.steps, fitted.best_step) == (wanted.steps, wanted.best_step)
        assert fitted.stopped_early
        assert [step for step, *_ in own] == list(range(10, fitted.steps + 1, 10))
        near(own, evaluations)
        near(fitted.parameters, wanted.parameters)
        assert fitted.speed.steps <= fitted.steps and fitted.speed.seconds > 0
    for count, step, _ in calls:  # as many at once as still go on
        assert count == sum(step < end for end in ends)


def test_the_same_bits_each_time() -> None:
    (found, seen), (again, others) = together(), together()
    for one, other in zip(
        jax.tree.leaves([[each.parameters for each in found], seen]),
        jax.tree.leaves([[each.parameters for each in again], others]),
        strict=True,
    ):
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()


def checkpoints(folder: Path, stack: contextlib.ExitStack) -> list[Checkpoints]:
    return [stack.enter_context(Checkpoints(folder / str(seed))) for seed in SEEDS]


@pytest.mark.slow
def test_who_is_behind_catches_up(tmp_path: Path, calls: list[tuple[int, int, int]]) -> None:
    with contextlib.ExitStack() as stack:
        kept = checkpoints(tmp_path, stack)

        def kill(step: int, loss: float, predicted: np.ndarray, parameters: object) -> None:
            if step == 20:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            alone(SEEDS[1], checkpoints=kept[1], on_evaluation=kill)
        assert kept[1].latest == 10
        seen: list[Evaluations] = [[] for _ in SEEDS]
        each = zip(SEEDS, seen, kept, strict=True)
        found = at_once([train(seed, own, checkpoints=place) for seed, own, place in each])
    assert {count for count, step, _ in calls if step < 10 or step >= found[1].steps} == {1}
    assert {count for count, step, _ in calls if 10 <= step < found[1].steps} == {2}
    first, last = [[step for step, *_ in own][:2] for own in seen], [own[-1][0] for own in seen]
    assert first == [[10, 20], [20, 30]] and last == [fitted.steps for fitted in found]
    for seed, fitted in zip(SEEDS, found, strict=True):
        near(fitted.parameters, alone(seed)[0].parameters)


@pytest.mark.slow
def test_all_are_saved_where_they_are_told_to_stop_and_go_on_to_the_same_bits(tmp_path: Path) -> None:
    def stop(step: int, loss: float, predicted: np.ndarray, parameters: object) -> None:
        if step == 20:
            signal.raise_signal(signal.SIGTERM)

    with contextlib.ExitStack() as stack:
        kept = checkpoints(tmp_path, stack)
        with stopping.heard("told"), pytest.raises(stopping.Stopped), stopping.patiently():
            at_once(
                [
                    train(seed, [], checkpoints=place, **({"on_evaluation": stop} if seed else {}))
                    for seed, place in zip(SEEDS, kept, strict=True)
                ]
            )
        assert [place.latest for place in kept] == [20, 20]
        each = zip(SEEDS, kept, strict=True)
        found = at_once([train(seed, [], checkpoints=place) for seed, place in each])
    for fitted, whole in zip(found, together()[0], strict=True):
        jax.tree.map(np.testing.assert_array_equal, fitted.parameters, whole.parameters)


def test_a_loss_that_is_no_number_ends_them() -> None:
    ruined = Given({"table": np.full((50, 8), np.nan, np.float32)})
    with pytest.raises(Diverged, match="the training loss became nan at step 1;"):
        at_once([train(seed, [], given=ruined if seed else None) for seed in SEEDS])


def test_saving_is_not_broken_off_between_two_of_them() -> None:
    seen: list[int] = []

    def take(live: Any, step: int, count: int) -> tuple[Any, np.ndarray]:
        signal.raise_signal(signal.SIGTERM)
        return live, np.zeros(count, np.float32)

    def training(step: int) -> Any:
        while not stopping.asked():
            yield taking.Wanted(take, None, step, 5, 5)
        seen.append(stopping._state.finishing)  # where it would save

    with stopping.heard("told"), pytest.raises(stopping.Stopped), stopping.patiently():
        at_once([training(0), training(5)])
    assert seen == [1, 1] and stopping._state.finishing == 0
