"""The training loop: block after block of a text, of which the next is prepared while one is trained on.

Everything that is drawn follows from (seed, epoch, block), so that a run goes on from any checkpoint to the
same bits as one that was never stopped. Checkpoints lie between blocks.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from embedlab import sparse
from experiments.errors import RunFailure
from experiments.pretraining.methods import Batches, Lesson
from experiments.pretraining.schedule import Schedule
from experiments.process import stopping
from experiments.runs.checkpoints import Checkpoints
from experiments.training.steps import finite

_STEPS = 64  # of one program


@dataclasses.dataclass(eq=False)
class Standing:
    """How far a training is, and what it took: what its checkpoints hold beside arrays on the device.

    Attributes:
        blocks: done, over all epochs.
        loss: of the last block, summed.
        size: words or pairs of the last block.
        untrained: loss a word or pair of the very first step, which no step had changed.
        seen: words or pairs that were trained on at a known speed, those of programs that compiled apart.
        seconds: that these took.
        compiling: seconds of what compiled, and of its first steps.
    """

    blocks: int = 0
    loss: float = 0.0
    size: float = 0.0
    untrained: float = 0.0
    seen: float = 0.0
    seconds: float = 0.0
    compiling: float = 0.0

    @property
    def loss_a_word(self) -> float:
        """The loss of the last block, for each word or pair."""
        return self.loss / max(1.0, self.size)

    @property
    def speed(self) -> float | None:
        """Words or pairs a second; None where nothing is known of it."""
        return self.seen / self.seconds if self.seconds else None

    def arrays(self) -> dict[str, np.ndarray]:
        """As small arrays."""
        return {name: np.array(value) for name, value in dataclasses.asdict(self).items()}


OnBlock = Callable[[Standing, dict[str, Any]], None]
OnFault = Callable[[Standing, str], None]


def fit(
    lesson: Lesson,
    schedule: Schedule,
    *,
    seed: int,
    buffers: Any,
    checkpoints: Checkpoints,
    on_start: Callable[[Standing], None] = lambda standing: None,
    on_block: OnBlock = lambda standing, params: None,
    on_fault: OnFault = lambda standing, what: None,
) -> tuple[dict[str, Any], Standing]:
    """Trains over all epochs, from where the newest checkpoint is.

    Args:
        lesson: what is learnt of which text.
        schedule: how.
        seed: of the first vectors.
        buffers: the embedding's.
        checkpoints: where states are kept and continued from.
        on_start: called with where the training goes on.
        on_block: called after each block, with the parameters; they are gone with the next steps.
        on_fault: called with what became no number, before the failure is raised.

    Returns:
        The parameters, and where the training stands.

    Raises:
        RunFailure: the loss is no number (the last good checkpoint stays), or a checkpoint can't be read or
            written.
        Stopped: the program was told to stop; a checkpoint of the last block is saved then.
    """

    def make() -> Any:
        return lesson.init(jax.random.key(seed), buffers)

    names = _tables(jax.eval_shape(make))
    trainer = sparse.Trainer(lesson.loss, rows=schedule.rows(lesson.steps * schedule.epochs, names))
    with stopping.patiently():
        found = checkpoints.restore({"live": trainer.shapes(make)})
        standing = Standing()
        if found is None:
            state = trainer.init(jax.jit(make)())
        else:
            state = found.state["live"]
            standing = Standing(**{name: value.item() for name, value in found.host.items()})
        jax.block_until_ready(state)
        on_start(standing)
        return _Training(lesson, schedule, trainer, state, standing, checkpoints, on_fault).run(on_block)


def _tables(params: dict[str, Any]) -> list[str]:
    """The names of the tables, as the trainer has them."""
    return [f"{part}.{table}" for part, variables in params.items() for table in variables.tables]


@dataclasses.dataclass(eq=False)
class _Training:
    """A training on its way."""

    lesson: Lesson
    schedule: Schedule
    trainer: sparse.Trainer
    state: sparse.TrainState
    standing: Standing
    checkpoints: Checkpoints
    on_fault: OnFault
    compiled: frozenset[str] = frozenset()

    def run(self, on_block: OnBlock) -> tuple[dict[str, Any], Standing]:
        """All blocks that are left."""
        total = self.lesson.blocks * self.schedule.epochs
        saved, last_save = self.standing.blocks, time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(self._prepared, self.standing.blocks)
            while self.standing.blocks < total and not stopping.asked():
                batches = coming.result()
                if self.standing.blocks + 1 < total:
                    coming = ahead.submit(self._prepared, self.standing.blocks + 1)
                self._block(batches)
                on_block(self.standing, self.state.params)
                often = self.schedule.checkpoint_seconds
                if often and time.monotonic() - last_save > often:
                    self._save()
                    saved, last_save = self.standing.blocks, time.monotonic()
        if saved != self.standing.blocks:
            self._save()
        return self.state.params, self.standing

    def _prepared(self, block: int) -> Batches:
        epoch, number = divmod(block, self.lesson.blocks)
        return self.lesson.batches(epoch, number) if epoch < self.schedule.epochs else ()

    def _block(self, batches: Batches) -> None:
        """All steps of one block: many in one program, and those left over one by one."""
        size = self.lesson.size(self.standing.blocks % self.lesson.blocks)
        steps, losses = len(batches[0]), []
        whole = steps // _STEPS * _STEPS
        for first in range(0, whole, _STEPS):
            losses.append(self._taken("many", [x[first : first + _STEPS] for x in batches], size / steps))
        for one in range(whole, steps):
            losses.append(self._taken("one", [x[one] for x in batches], size / steps))
        if not self.standing.blocks:
            self.standing.untrained = float(np.ravel(losses[0])[0]) / (size / steps)
        self.standing.blocks += 1
        self.standing.loss = float(sum(np.sum(loss, dtype=float) for loss in losses))
        self.standing.size = size
        if not np.isfinite(self.standing.loss):
            self._fault(f"the training loss became {self.standing.loss}")

    def _taken(self, program: str, batch: list[np.ndarray], each: float) -> np.ndarray:
        """Some steps' losses; each step stands for so many words."""
        began = time.perf_counter()
        take = self.trainer.steps if program == "many" else self.trainer.step
        self.state, loss = take(self.state, *map(jnp.asarray, batch))
        found = np.asarray(loss)
        took = time.perf_counter() - began
        if program in self.compiled:
            self.standing.seen += each * max(1, found.size)
            self.standing.seconds += took
        else:
            self.compiled |= {program}
            self.standing.compiling += took
        return found

    def _save(self) -> None:
        # The last step may have ruined them: its loss is of those before it.
        if not finite({name: variables.tables for name, variables in self.state.params.items()}):
            self._fault("the parameters became nan or infinite")
        self.checkpoints.save(self.standing.blocks, {"live": self.state}, self.standing.arrays())

    def _fault(self, what: str) -> None:
        self.on_fault(self.standing, what)
        stays = "the last good checkpoint stays" if self.checkpoints.latest else "no checkpoint was due yet"
        raise RunFailure(
            f"{what} in block {self.standing.blocks}; {stays}. Lower train.rate, or give train.limit; then "
            "give another --workdir."
        )
