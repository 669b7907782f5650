"""The training loop: a fixed order of batches, early stopping on validation, the best state kept.

Everything random follows from (seed, step): the order of the documents, what dropout drops. So a run
that is continued from any checkpoint, be it between two evaluations, takes the same steps as one that was
never stopped, to the same bits.

Steps change the live state in place. What an evaluation is shown of it is gone with the next steps; the
best parameters are a copy, made when an evaluation is better.
"""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable, Generator
from typing import Any, ParamSpec

import jax
import numpy as np

from embedlab.sparse import Sharding
from experiments.config import Train
from experiments.errors import Diverged
from experiments.mesh import Spread
from experiments.process import peers, stopping
from experiments.runs import agreed
from experiments.runs.checkpoints import Checkpoints
from experiments.training import steps
from experiments.training.learner import Learner
from experiments.training.placement import Given, Placement, placement
from experiments.training.speed import Speed
from experiments.training.standing import Standing
from experiments.training.stopwatch import Stopwatch
from experiments.training.taking import Take, Taken, Wanted, alone, most_at_once, taker


@dataclasses.dataclass(frozen=True, eq=False)
class Fitted:
    """A trained model.

    Attributes:
        parameters: those of the best evaluation.
        best_step: the step of that evaluation.
        steps: steps taken in all.
        stopped_early: whether `patience` ended the training: more steps would not be taken.
        seconds: by phase, those before an interruption too: "start" (the first parameters, or those of a
            checkpoint), "compile" (with the first steps), "train", "evaluate", "inspect" (what is made of
            an evaluation), "save".
        speed: how fast steps were taken.
        update: how each table was trained, "sparse" (by rows) or "dense" (whole), by name; without those that
            rest.
    """

    parameters: dict[str, Any]
    best_step: int
    steps: int
    stopped_early: bool
    seconds: dict[str, float]
    speed: Speed
    update: dict[str, str]


OnStart = Callable[[int, dict[str, Any]], None]
OnEvaluation = Callable[[int, float, np.ndarray, dict[str, Any]], None]
OnFault = Callable[[int, str, str], None]
OnSpeed = Callable[[Speed], None]
Fitting = Generator[Wanted, Taken, Fitted]
_PHASES = ("start", "compile", "train", "evaluate", "inspect", "save")
_P = ParamSpec("_P")


def fitting(
    model: Learner,
    settings: Train,
    train: Any,
    valid: Any,
    *,
    seed: int,
    buffers: Any,
    sharding: Sharding | None = None,
    given: Given | None = None,
    checkpoints: Checkpoints | None = None,
    memory: dict[str, np.ndarray] | None = None,
    on_start: OnStart = lambda step, parameters: None,
    on_evaluation: OnEvaluation = lambda step, loss, predicted, parameters: None,
    on_fault: OnFault = lambda step, split, what: None,
    on_speed: OnSpeed = lambda speed: None,
) -> Fitting:
    """Trains until the validation loss has not fallen for `patience` evaluations, or for `steps`.

    It is driven by `experiments.training.taking.alone`, as `fit` does, or with others by `at_once`; either
    within `stopping.patiently`, since it ends by itself when the program is told to stop.

    Args:
        model: what to train.
        settings: how.
        train: examples to learn from, as the model's `feed` takes them: labelled documents, say.
        valid: those to stop by, as its `watched` does.
        seed: of the initial parameters, the order and the dropout.
        buffers: the embedding's buffers that belong to it from the start.
        sharding: what lies where on a mesh; None for one device.
        given: tables that are not drawn; None for none.
        checkpoints: where states are kept and continued from; None to keep none.
        memory: small arrays by name that the calls below keep for later ones: every checkpoint holds them,
            and they are put back before `on_start`.
        on_start: called with the step of the last evaluation before the run goes on, 0 if there is none,
            and the parameters that it goes on with.
        on_evaluation: called with the step, the mean training loss since the last evaluation, the
            validation outputs [rows, outputs] as the model's `watched` gives them, and the parameters. Either
            is to copy what it keeps of the parameters: the next steps use them up. On a mesh they lie as
            `Placement.spread` says, and each process is to read the same of them.
        on_speed: called before `on_evaluation`, with how fast steps are taken.
        on_fault: called with the step, the split ("train" or "valid", or else "parameters") and what became
            no number there, before the failure is raised.

    Raises:
        Diverged: the loss or a validation output is not a number (the last good checkpoint stays).
        RunFailure: a checkpoint can't be read or written.
        Mistake: a checkpoint is of arrays of other shapes or types.
        Stopped: the program was told to stop; a checkpoint of the last step taken is saved then. By `fit`.
    """
    watch = Stopwatch()
    memory = {} if memory is None else memory
    with watch("start"):
        place = placement(model, settings, buffers, sharding, given)
        training = _begun(place, seed, checkpoints, memory, watch)
    on_start(training.standing.evaluated, training.live.params)
    take = taker(place, train, seed)
    yield from training.run(take, valid, train.buffers, on_evaluation, on_fault, on_speed)
    standing = training.standing
    return Fitted(
        parameters=training.best,
        best_step=standing.best_step,
        steps=standing.step,
        stopped_early=standing.stale >= settings.patience,
        seconds=watch.seconds,
        speed=training.speed,
        update=steps.updates(model, training.live),
    )


def _by_itself(fitting: Callable[_P, Fitting]) -> Callable[_P, Fitted]:
    def fit(*given: _P.args, **named: _P.kwargs) -> Fitted:
        with stopping.patiently():
            return alone(fitting(*given, **named))

    return fit


#: `fitting`, by itself: takes the same, and returns what came of it.
fit = _by_itself(fitting)


@dataclasses.dataclass(eq=False)
class _Training:
    """A training on its way."""

    model: Learner
    settings: Train
    place: Placement
    live: Any
    best: Any
    standing: Standing
    checkpoints: Checkpoints | None
    memory: dict[str, np.ndarray]
    watch: Stopwatch
    saved: Standing
    speed: Speed

    @functools.cached_property
    def spread(self) -> Spread | None:
        """How the parameters lie on a mesh."""
        return self.place.spread

    def run(
        self,
        take: Take,
        valid: Any,
        buffers: Any,
        on_evaluation: OnEvaluation,
        on_fault: OnFault,
        on_speed: OnSpeed,
    ) -> Generator[Wanted, Taken, None]:
        settings, standing = self.settings, self.standing
        most, last_save = most_at_once(settings), time.monotonic()
        while not standing.is_over(settings) and not peers.agreed(stopping.asked()):
            evaluates = standing.is_due(settings)
            if evaluates:
                on_speed(self.speed)
                self._evaluate(valid, buffers, on_evaluation, on_fault)
            else:
                taken = yield Wanted(take, self.live, standing.step, standing.left(settings), most)
                self._count(taken, on_fault)
            often = settings.checkpoint_seconds
            if peers.agreed((evaluates or often > 0) and time.monotonic() - last_save > often):
                self._save(on_fault)
                last_save = time.monotonic()
        self._save(on_fault)

    def _count(self, taken: Taken, on_fault: OnFault) -> None:
        """Steps were taken; a loss that is no number ends the run."""
        self.live, losses = taken.live, taken.losses
        self.watch.add({"compile" if taken.compiled else "train": taken.seconds})
        if not taken.compiled:  # which tells nothing of how fast steps are
            self.speed.add(len(losses), taken.seconds)
        bad = np.flatnonzero(~np.isfinite(losses))
        if len(bad):
            step, loss = self.standing.step + int(bad[0]) + 1, losses[bad[0]]
            on_fault(step, "train", f"the loss became {loss}")
            raise Diverged(_no_number(self.model, f"the training loss became {loss} at step {step}"))
        self.standing.add(losses)

    def _evaluate(self, valid: Any, buffers: Any, on_evaluation: OnEvaluation, on_fault: OnFault) -> None:
        standing = self.standing
        with self.watch("evaluate"):
            self.live = self.place.up_to_date(self.live, buffers)
            parameters = self.live.params
            predicted, valid_loss = self.model.watched(parameters, valid, self.spread)
            # A loss is of the parameters before an update, these are of those after.
            if not np.isfinite(predicted).all():
                self._fault("the validation predictions became nan", on_fault)
            step, loss = standing.step, standing.mean_loss
            if standing.judge(peers.agreed(valid_loss)):
                self.best = jax.block_until_ready(self.place.kept(self.best, parameters))
        with self.watch("inspect"):
            on_evaluation(step, loss, predicted, parameters)

    def _fault(self, what: str, on_fault: OnFault) -> None:
        standing = self.standing
        on_fault(standing.step, "valid", what)
        between = f"between steps {standing.evaluated} and {standing.step}"
        raise Diverged(_no_number(self.model, f"{what} {between}"))

    def _save(self, on_fault: OnFault) -> None:
        """Saves where the training stands, unless that is saved; the seconds so far beside it."""
        if (self.checkpoints is None and not peers.follows()) or self.saved == self.standing:
            return
        with self.watch("save"):
            # An update may have ruined them after the last loss that was seen.
            if not steps.finite(self.live.params):
                what, step = "the parameters became nan or infinite", self.standing.step
                on_fault(step, "parameters", what)
                raise Diverged(_no_number(self.model, f"{what} by step {step}"))
            seconds = {f"seconds.{phase}": np.array(self.watch.seconds[phase]) for phase in _PHASES}
            kept = {f"memory.{name}": array for name, array in self.memory.items()}
            state = self.place.whole(self.live, self.best)
            if self.checkpoints is not None:
                self.checkpoints.save(self.standing.step, state, self.standing.arrays() | seconds | kept)
        self.saved = dataclasses.replace(self.standing)


def _begun(
    place: Placement,
    seed: int,
    checkpoints: Checkpoints | None,
    memory: dict[str, np.ndarray],
    watch: Stopwatch,
) -> _Training:
    """A training at its start, or where its last checkpoint left it."""
    state = place.like(seed)
    standing = Standing()
    found = checkpoints.restore(state, on_host=place.on_host) if checkpoints else None
    if peers.several():
        found = agreed.restored(found, state)
    seconds = dict.fromkeys(_PHASES, 0.0)
    if found:
        state, standing = found.state, Standing.of(found.host)
        seconds = {phase: float(found.host[f"seconds.{phase}"]) for phase in _PHASES}
        memory |= {
            name.removeprefix("memory."): array
            for name, array in found.host.items()
            if name.startswith("memory.")
        }
    watch.add(seconds)
    live, best = place.taken_up(state) if found else place.begun(state, seed)
    jax.block_until_ready((live, best))  # or it would be drawn in the time of the first steps
    saved = dataclasses.replace(standing)  # a fresh one need not be
    kept = (live, best, standing, checkpoints, memory, watch, saved, Speed())
    return _Training(place.model, place.settings, place, *kept)


def _no_number(model: Learner, what: str) -> str:
    narrow = getattr(model.spec, "dtype", "") in ("float16", "bfloat16")
    return (
        f"{what}; the last good checkpoint stays. Lower train.rate,"
        f"{' give a wider embedding.dtype,' * narrow} or look for bad values in the data; then give another "
        "--workdir."
    )
