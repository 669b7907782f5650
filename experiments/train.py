"""The training loop: a fixed order of batches, early stopping on validation, the best state kept.

Everything random follows from (seed, step): the order of the documents, what dropout drops. So a run
that is continued from any checkpoint takes the same steps as one that was never stopped.

Steps change the live state in place. What an evaluation is shown of it is gone with the next steps; the
best parameters are a copy, made when an evaluation is better.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from experiments import steps
from experiments.checkpoints import Checkpoints
from experiments.config import Train
from experiments.errors import RunFailure
from experiments.model import Model, probabilities
from experiments.prepare import Encoded
from experiments.stopwatch import Stopwatch


@dataclasses.dataclass(frozen=True, eq=False)
class Labelled:
    """Documents of a split, with labels int32 [rows]."""

    documents: Encoded
    labels: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Fitted:
    """A trained model.

    Attributes:
        parameters: those of the best evaluation.
        best_step: the step of that evaluation.
        steps: steps taken in all.
        seconds: by phase, those before an interruption too: "start" (the first parameters, or those of a
            checkpoint), "compile" (with the first steps), "train", "evaluate", "inspect" (what is made of
            an evaluation), "save".
    """

    parameters: dict[str, Any]
    best_step: int
    steps: int
    seconds: dict[str, float]


OnStart = Callable[[int, dict[str, Any]], None]
OnEvaluation = Callable[[int, float, np.ndarray, dict[str, Any]], None]
_PHASES = ("start", "compile", "train", "evaluate", "inspect", "save")


def fit(
    model: Model,
    settings: Train,
    train: Labelled,
    valid: Labelled,
    *,
    seed: int,
    buffers: Any,
    checkpoints: Checkpoints | None = None,
    on_start: OnStart = lambda step, parameters: None,
    on_evaluation: OnEvaluation = lambda step, loss, probabilities, parameters: None,
) -> Fitted:
    """Trains until the validation loss has not fallen for `patience` evaluations, or for `steps`.

    Args:
        model: what to train.
        settings: how.
        train: documents to learn from.
        valid: documents to stop by.
        seed: of the initial parameters, the order and the dropout.
        buffers: the embedding's buffers that belong to it from the start.
        checkpoints: where states are kept and continued from; None to keep none.
        on_start: called with the step that the run goes on from, 0 if it is new, and the parameters there.
        on_evaluation: called with the step, the mean training loss since the last evaluation, the
            validation probabilities [rows, classes] and the parameters. Either is to copy what it keeps
            of the parameters: the next steps use them up.

    Raises:
        RunFailure: the loss or a validation probability is not a number (the last good checkpoint stays),
            or a checkpoint can't be read or written.
    """
    watch = Stopwatch()
    with watch("start"):
        state = start(model, settings, seed, buffers)
        state = (checkpoints.restore(state) if checkpoints else None) or state
        jax.block_until_ready(state)  # or it would be drawn in the time of the first steps
    watch.add({phase: float(state["seconds"][phase]) for phase in _PHASES})
    on_start(int(state["step"]), state["live"].params)
    take = _taker(model, settings, train, seed)
    saved, phase = time.monotonic(), "compile"
    while not _done(state, settings):
        step = int(state["step"])
        count = min(settings.evaluate_every, settings.steps - step)
        with watch(phase):
            live, loss = take(state["live"], step, count)
        phase = "train"
        if not np.isfinite(loss):
            raise RunFailure(_no_number(model, f"the training loss became {loss}", step, step + count))
        with watch("evaluate"):
            predicted = probabilities(model, live.params, valid.documents)
            if not np.isfinite(predicted).all():  # a loss is of the parameters before an update, these after
                what = "the validation probabilities became nan"
                raise RunFailure(_no_number(model, what, step, step + count))
            state = _judge(state, live, step + count, log_loss(predicted, valid.labels))
        with watch("inspect"):
            on_evaluation(step + count, loss, predicted, live.params)
        if checkpoints and time.monotonic() - saved > settings.checkpoint_seconds:
            _save(checkpoints, state, watch)
            saved = time.monotonic()
    if checkpoints:
        _save(checkpoints, state, watch)
    return Fitted(state["best"], int(state["best_step"]), int(state["step"]), watch.seconds)


def _taker(
    model: Model, settings: Train, train: Labelled, seed: int
) -> Callable[[Any, int, int], tuple[Any, float]]:
    """What takes `count` steps from `step` on: gives the new live state and the mean loss."""
    arrays = jax.device_put((train.documents.ids, train.documents.lengths, train.labels))
    buffers = jax.device_put(train.documents.buffers)
    key = jax.random.key(seed)  # here: a seed may be beyond the int32 that it would be traced as

    def take(live: Any, step: int, count: int) -> tuple[Any, float]:
        rows = order(seed, step, count, len(train.labels), settings.batch)
        live, loss = steps.take(model, settings, live, buffers, arrays, rows, key)
        return live, float(loss)

    return take


def _save(checkpoints: Checkpoints, state: dict[str, Any], watch: Stopwatch) -> None:
    """Saves a state, with the seconds so far beside it."""
    with watch("save"):
        seconds = {phase: np.array(watch.seconds[phase], np.float32) for phase in _PHASES}
        checkpoints.save(int(state["step"]), state | {"seconds": seconds})


def _no_number(model: Model, what: str, step: int, following: int) -> str:
    narrow = getattr(model.spec, "dtype", "") in ("float16", "bfloat16")
    return (
        f"{what} between steps {step} and {following}; the last good checkpoint stays. Lower train.rate,"
        f"{' give a wider embedding.dtype,' * narrow} or look for bad values in the data; then give another "
        "--workdir."
    )


def order(seed: int, step: int, count: int, rows: int, batch: int) -> np.ndarray:
    """Which documents the steps `step … step + count − 1` see: int32 [count, batch].

    The batches are cut from an endless row of permutations, one an epoch, so none is short.
    """
    places = np.arange(step * batch, (step + count) * batch)
    epochs = range(places[0] // rows, places[-1] // rows + 1)
    permutations = {e: np.random.default_rng([seed, e]).permutation(rows) for e in epochs}
    drawn = np.empty(len(places), np.int32)
    for epoch, permutation in permutations.items():
        here = places // rows == epoch
        drawn[here] = permutation[places[here] % rows]
    return drawn.reshape(count, batch)


def log_loss(predicted: np.ndarray, labels: np.ndarray) -> float:
    """Mean of −log p(label), float64."""
    chosen = predicted[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.clip(chosen, 1e-12, 1)).mean())


def start(model: Model, settings: Train, seed: int, buffers: Any) -> dict[str, Any]:
    """The state of a run before its first step; what a checkpoint holds is of this form."""
    parameters = model.init(jax.random.key(seed), buffers)
    return {
        "live": steps.begin(model, settings, parameters, buffers),
        "best": jax.tree.map(jnp.copy, parameters),
        "best_loss": np.array(np.inf, np.float32),
        "best_step": np.array(0, np.int32),
        "stale": np.array(0, np.int32),
        "step": np.array(0, np.int32),
        "seconds": {phase: np.array(0, np.float32) for phase in _PHASES},
    }


def _judge(state: dict[str, Any], live: Any, step: int, loss: float) -> dict[str, Any]:
    """The state after an evaluation: the best parameters are those of the least validation loss."""
    better = np.float32(loss) < state["best_loss"]  # a loss that is not a number is never better
    best = jax.block_until_ready(steps.copied(state["best"], live.params)) if better else state["best"]
    return state | {
        "live": live,
        "best": best,
        "best_loss": np.array(loss, np.float32) if better else state["best_loss"],
        "best_step": np.array(step, np.int32) if better else state["best_step"],
        "stale": np.array(0 if better else int(state["stale"]) + 1, np.int32),
        "step": np.array(step, np.int32),
    }


def _done(state: dict[str, Any], settings: Train) -> bool:
    return state["step"] >= settings.steps or state["stale"] >= settings.patience
