"""What every task keeps to: shapes, gradients, the score and its headline, JSON, baselines."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.sparse import csr_array

from experiments import tasks
from experiments.config import Config
from experiments.settings import codec
from experiments.tasks import Classes, Labels, Task, Value

ROWS, NAMES = 60, ("a", "b", "c")
RNG = np.random.default_rng(0)
CLASS = RNG.integers(0, 3, ROWS).astype(np.int32)
TARGETS: dict[type[Task], tuple[np.ndarray, tuple[str, ...]]] = {
    Classes: (CLASS, NAMES),
    Labels: (RNG.random((ROWS, 3)) < (0.5, 0.3, 0.1), NAMES),
    Value: (100 + 5 * RNG.normal(size=ROWS), ()),
}
ALL = [
    Classes(),
    Classes(smoothing=0.1, balance=0.5, weights=("b=3",)),
    Labels(),
    Labels(threshold=0.3, balance=1.0, weights=("c=2",)),
    Value(),
    Value(huber=0.5),
]
each = pytest.mark.parametrize("task", ALL, ids=str)


def parts(task: Task) -> tuple[np.ndarray, tuple[str, ...], dict[str, Any], Any]:
    targets, names = TARGETS[type(task)]
    constants = task.constants(targets, names)
    return targets, names, constants, task.encode(targets, constants)


def drawn(task: Task, names: tuple[str, ...], seed: int = 1) -> jax.Array:
    return jax.random.normal(jax.random.key(seed), (ROWS, task.outputs(names)))


def test_every_task_is_here() -> None:
    assert set(TARGETS) == set(Task.get_known_choices().values())
    assert {kind.__name__ for kind in TARGETS} <= set(tasks.__all__)


@each
def test_a_task_is_a_value_that_json_can_hold(task: Task) -> None:
    import embedlab

    config = Config(embedlab.Dense(100, 8), task=task)
    assert codec.decode(json.loads(json.dumps(codec.encode(config)))).task == task
    assert hash(task) == hash(dataclasses.replace(task))  # type: ignore[type-var]
    _, _, constants, _ = parts(task)
    assert json.loads(json.dumps(constants)) == constants


@each
def test_losses_have_a_row_each_and_gradients_that_are_those_of_finite_differences(task: Task) -> None:
    _, names, _, learnt = parts(task)
    outputs = drawn(task, names)
    losses = jax.jit(task.losses)(outputs, learnt)
    assert losses.shape == (ROWS,) and np.isfinite(losses).all()

    def mean(x: jax.Array) -> jax.Array:
        return task.losses(x, learnt).mean()

    direction = jax.random.normal(jax.random.key(2), outputs.shape)
    slope = float(jnp.vdot(jax.grad(mean)(outputs), direction))
    ahead, behind = (float(mean(outputs + sign * 0.01 * direction)) for sign in (1, -1))
    assert slope == pytest.approx((ahead - behind) / 0.02, rel=0.02, abs=1e-4)


@each
def test_the_loss_of_an_evaluation_is_that_of_the_training_without_smoothing(task: Task) -> None:
    plain = dataclasses.replace(task, smoothing=0.0) if isinstance(task, Classes) else task
    _, names, _, learnt = parts(task)
    outputs = drawn(task, names)
    expected = float(plain.losses(outputs, learnt).mean())
    assert task.loss(np.asarray(task.link(outputs)), learnt) == pytest.approx(expected, rel=1e-4)


@each
def test_the_headline_is_the_mean_score_and_metrics_are_plain_numbers(task: Task) -> None:
    targets, names, constants, _ = parts(task)
    predicted = task.decode(np.asarray(task.link(drawn(task, names))), constants)
    scores, found = task.scores(predicted, targets), task.metrics(predicted, targets)
    assert scores.shape == (ROWS,) and scores.dtype == np.float64
    assert task.headline.least <= scores.min() and scores.max() <= 1
    assert found[task.headline.key] == pytest.approx(scores.mean(), abs=1e-9)
    assert {metric.key for metric in task.columns} <= set(found)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert all(metric.show(found[metric.key]) for metric in task.columns)
    assert set(task.by_name(predicted, targets, names)) == set(names)


@each
def test_what_is_right_gets_all(task: Task) -> None:
    """Outputs that are sure of the targets have a small loss, and every score is 1."""
    targets, names, constants, learnt = parts(task)
    hits = np.eye(3)[targets] > 0 if isinstance(task, Classes) else targets
    sure = 40.0 * hits - 20 if names else np.asarray(learnt)[:, None]
    linked = np.asarray(task.link(jnp.asarray(sure, jnp.float32)))
    assert task.loss(linked, learnt) < 1e-3
    assert task.scores(task.decode(linked, constants), targets) == pytest.approx(np.ones(ROWS), abs=1e-6)


@each
def test_answers_are_one_a_row_and_columns_of_text(task: Task) -> None:
    _, names, constants, _ = parts(task)
    answers = task.answers(task.decode(np.asarray(task.link(drawn(task, names))), constants), names)
    assert len(answers) == ROWS
    assert len({len(task.fields(answer)) for answer in answers}) == 1
    assert all(isinstance(part, str) for answer in answers for part in task.fields(answer))


@each
def test_a_linear_model_beats_what_knows_no_text(task: Task) -> None:
    targets, names, _, _ = parts(task)
    x = csr_array(np.random.default_rng(3).random((ROWS, 80)).astype(np.float32))  # more than it needs
    fitted = dict(task.fits(x, targets, names))
    assert tuple(fitted) == task.penalties
    weakest = fitted[task.penalties[-1]]
    guess = task.constant(targets, names, ROWS)
    assert guess.shape == weakest.predict(x).shape == (ROWS, task.outputs(names))
    best, known = task.scores(weakest.predict(x), targets).mean(), task.scores(guess, targets).mean()
    assert best > known + 0.2
    assert weakest.weights.shape == (len(weakest.directions), 80)


@each
def test_what_is_all_alike_is_refused(task: Task) -> None:
    targets, names, _, _ = parts(task)
    task.require_several(targets, names)
    with pytest.raises(ValueError, match=r"every row .* check which column"):
        task.require_several(np.repeat(targets[:1], 5, axis=0), names)


@each
def test_targets_of_another_form_are_refused(task: Task) -> None:
    targets, names, _, _ = parts(task)
    task.check(targets, names)
    for other, _ in (pair for kind, pair in TARGETS.items() if kind is not type(task)):
        with pytest.raises((ValueError, TypeError)):
            task.check(other, names)
