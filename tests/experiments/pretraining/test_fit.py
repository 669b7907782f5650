"""A training that stops at any block goes on to the same bits; one that goes astray says so."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from experiments.errors import RunFailure
from experiments.pretraining import Cbow, Glove, Schedule, SkipGram
from experiments.pretraining.encoded import Encoded
from experiments.pretraining.fit import Standing, fit
from experiments.pretraining.methods import Lesson, glove, words
from experiments.process import stopping
from experiments.runs.checkpoints import Checkpoints

SCHEDULE = Schedule(epochs=2, batch=32, checkpoint_seconds=0)
#: The embedding, the method, the schedule, and after which blocks it is stopped.
CASES: dict[str, tuple[Any, Any, Schedule, tuple[int, ...]]] = {
    "skip-gram": (lambda n: embedlab.Dense(n, 8), SkipGram(), SCHEDULE, (4,)),
    "skip-gram anywhere": (lambda n: embedlab.Dense(n, 8), SkipGram(), SCHEDULE, (1, 3, 7)),
    "cbow of n-grams": (lambda n: embedlab.Subword(n, 8, buckets=50), Cbow(), SCHEDULE, (3,)),
    "glove": (
        lambda n: embedlab.Hashed(n, 8, buckets=50),
        Glove(window=4),
        Schedule("adagrad", epochs=2, batch=512, checkpoint_seconds=0),
        (2,),
    ),
}


@pytest.fixture(autouse=True)
def blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small ones, that there are some."""
    monkeypatch.setattr(words, "_BLOCK", 500)
    monkeypatch.setattr(glove, "_BLOCK", 4096)


def lesson_of(text: Encoded, name: str) -> tuple[Lesson, Any]:
    kind, method, schedule, _ = CASES[name]
    spec = kind(len(text.words))
    buffers = spec.word_buffers(text.words) if isinstance(spec, embedlab.Subword) else {}
    return method.lesson(spec, text, schedule, 3, lambda done, whole: None), buffers


def trained(text: Encoded, name: str, folder: Path, stop: int | None = None) -> tuple[Any, list[Any]]:
    """What came of a training, or None where it was stopped; and the loss of each block."""
    lesson, buffers = lesson_of(text, name)
    losses: list[Any] = []

    def block(standing: Standing, params: Any) -> None:
        losses.append((standing.blocks, standing.loss, standing.size))
        if standing.blocks == stop:
            stopping.ask(signal.SIGTERM)

    with stopping.heard("stopped"), Checkpoints(folder) as checkpoints:
        try:
            params, standing = fit(
                lesson, CASES[name][2], seed=3, buffers=buffers, checkpoints=checkpoints, on_block=block
            )
        except stopping.Stopped:
            assert checkpoints.latest == stop
            return None, losses
    assert standing.blocks == 2 * lesson.blocks and standing.compiling > 0
    return params, losses


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if " " in name else []) for name in CASES]
)
def test_a_training_goes_on_from_any_block_to_the_same_bits(
    small: Encoded, name: str, tmp_path: Path
) -> None:
    whole, losses = trained(small, name, tmp_path / "whole")
    assert len(losses) >= 6 and losses[-1][1] / losses[-1][2] < losses[0][1] / losses[0][2]
    for stop in CASES[name][3]:
        none, before = trained(small, name, tmp_path / f"{stop}", stop)
        found, after = trained(small, name, tmp_path / f"{stop}")
        assert none is None and len(before) == stop and before + after == losses
        one, two = jax.tree.leaves(whole), jax.tree.leaves(found)
        assert len(one) >= 2
        assert all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_loss_that_is_no_number_ends_the_training(small: Encoded, checkpoint: bool, tmp_path: Path) -> None:
    lesson, _ = lesson_of(small, "skip-gram")
    faults: list[Any] = []
    lesson = _Spoilt(lesson, 2 if checkpoint else 0)
    if checkpoint:
        assert trained(small, "skip-gram", tmp_path, 1)[0] is None
    stays = "the last good checkpoint stays" if checkpoint else "no checkpoint was due yet"
    with (
        Checkpoints(tmp_path) as checkpoints,
        pytest.raises(RunFailure, match=rf"became nan.* in block {3 if checkpoint else 1}; {stays}\. Lower"),
    ):
        fit(
            lesson,
            SCHEDULE,
            seed=3,
            buffers={},
            checkpoints=checkpoints,
            on_fault=lambda standing, what: faults.append((standing.blocks, what)),
        )
    assert [number for number, _ in faults] == [3 if checkpoint else 1]
    with Checkpoints(tmp_path) as checkpoints:
        assert checkpoints.steps == [1] * checkpoint


class _Spoilt(Lesson):
    """A lesson with a block whose loss is no number."""

    def __init__(self, lesson: Lesson, block: int) -> None:
        self._lesson, self._block = lesson, block
        self.unit, self.blocks, self.steps = lesson.unit, lesson.blocks, lesson.steps

    def init(self, key: Any, buffers: Any) -> Any:
        return self._lesson.init(key, buffers)

    def loss(self, params: Any, *batch: Any) -> Any:
        return self._lesson.loss(params, *batch[:-1]) * batch[-1]

    def batches(self, epoch: int, block: int) -> Any:
        steps = self._lesson.batches(epoch, block)
        weight = np.nan if block == self._block else 1.0
        return (*steps, np.full(len(steps[0]), weight, np.float32))

    def size(self, block: int) -> int:
        return self._lesson.size(block)


def test_parameters_that_the_last_step_ruined_are_not_saved(small: Encoded, tmp_path: Path) -> None:
    """Their loss was finite: it is of the parameters before."""
    schedule = Schedule(rate=1e38, batch=1000)
    lesson = SkipGram().lesson(embedlab.Dense(len(small.words), 8), small, schedule, 3, lambda *_: None)
    lesson.blocks = 1
    with (
        Checkpoints(tmp_path) as checkpoints,
        pytest.raises(RunFailure, match=r"the parameters became nan or infinite in block 1; no checkpoint"),
    ):
        fit(lesson, schedule, seed=3, buffers={}, checkpoints=checkpoints)
    with Checkpoints(tmp_path) as checkpoints:
        assert checkpoints.latest is None
