"""Runs of every encoder, and of a set on disk, that are stopped in the middle go on to the same bits."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import jax
import numpy as np
import orbax.checkpoint as ocp
import pytest

from tests.experiments.started import same, saved, start, wait_for

STEPS = 300
#: Of a training that is stopped between two evaluations, with something random in every step.
WORDS = [
    *("--train.steps", STEPS, "--train.evaluate_every", "100", "--train.checkpoint_seconds", "0.02"),
    *("--train.patience", "99", "--train.batch", "16", "--train.dropout.words", "0.2"),
    *("--train.dropout.components", "0.1", "--text.max_length", "64", "--baselines", "false"),
]
RNN = ["--encoder.type", "rnn", "--encoder.hidden", "8", "--encoder.dropout", "0.2"]
#: The encoder, and how it is stopped.
CASES: dict[str, tuple[list[str], int]] = {
    "a set on disk": (["--stream", "true"], signal.SIGKILL),
    "a set on disk by length": (["--stream", "true", *RNN], signal.SIGTERM),
    "cnn": (
        ["--encoder.type", "cnn", "--encoder.maps", "8", "--head.dropout", "0.5", "--head.max_norm", "3"],
        signal.SIGKILL,
    ),
    "rnn by length": (RNN, signal.SIGKILL),
    "transformer": (["--encoder.type", "transformer", "--encoder.heads", "2"], signal.SIGTERM),
    "vectors": (
        ["--vectors", "glove-6b-50d", "--transfer.mode", "multichannel", "--transfer.freeze_pretrained=true"],
        signal.SIGKILL,
    ),
}


def arrays(workdir: Path) -> list[np.ndarray]:
    """Parameters and optimizer states of the last checkpoint."""
    folder = workdir / "checkpoints" / str(STEPS)
    with ocp.StandardCheckpointer() as orbax:
        return [np.asarray(x) for x in jax.tree.leaves([orbax.restore(folder / p) for p in ("live", "best")])]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_run_that_is_stopped_goes_on_to_the_same_bits(
    name: str, root: Path, small: Path, inside: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    own, number = CASES[name]
    words = [small, *WORDS, *own, "--workdir"]
    process = start(root, *words, tmp_path / "stopped")
    wait_for(process, lambda: len(saved(tmp_path / "stopped")) == 2)
    process.send_signal(number)
    _, err = process.communicate(timeout=100)
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number), err
    step = saved(tmp_path / "stopped")[-1]
    assert 0 < step < STEPS
    status, out, err = inside(*words, tmp_path / "stopped")
    assert status == 0, err
    assert f"resumes at step {step}, {STEPS} steps at most" in out
    assert inside(*words, tmp_path / "whole")[0] == 0
    same(tmp_path / "stopped", tmp_path / "whole")
    one, two = arrays(tmp_path / "stopped"), arrays(tmp_path / "whole")
    assert len(one) > 6
    assert all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True))
