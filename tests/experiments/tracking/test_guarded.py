"""A tracker that breaks costs nothing: it is told of once, and the run comes to the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from experiments.runs import observers
from experiments.runs.observers import Line, observed
from experiments.runs.run import RunDirectory
from experiments.tracking.guarded import Guarded


class Broken:
    """Breaks at its second line."""

    def __init__(self, error: BaseException) -> None:
        self.error, self.heard = error, [""][:0]

    def begun(self, run: Path, lines: Sequence[Line]) -> None:
        self.heard.append(f"begun with {len(lines)}")

    def line(self, run: Path, line: Line) -> None:
        self.heard.append(f"line {line['step']}")
        if len(self.heard) == 3:
            raise self.error

    def finished(self, run: Path) -> None:
        self.heard.append("finished")

    def close(self) -> None:
        self.heard.append("closed")
        raise OSError("again")


def write(directory: RunDirectory) -> None:
    directory.rewind(0)
    for step in (1, 2, 3):
        directory.log(step=step, split="train", loss=0.5)
    directory.finish({}, "metrics.jsonl")


def test_what_breaks_is_told_once(tmp_path: Path) -> None:
    broken, told = Broken(OSError(28, "No space left on device")), [""][:0]
    with observed(Guarded(broken, "It", told.append)):
        write(RunDirectory(tmp_path))
    assert broken.heard == ["begun with 0", "line 1", "line 2", "closed"]
    assert len(told) == 1 and told[0].startswith(
        "It failed ([Errno 28] No space left on device) and hears no"
    )
    assert len(RunDirectory(tmp_path).metrics()) == 3 and RunDirectory(tmp_path).summary == {}


def test_a_stop_of_the_program_is_no_fault_of_a_tracker(tmp_path: Path) -> None:
    told: list[str] = []
    broken = Broken(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt), observed(Guarded(broken, "It", told.append)):
        write(RunDirectory(tmp_path))
    assert len(told) == 1 and "(again)" in told[0]  # that it could not be closed
    assert observers._observers == ()


def test_a_run_goes_on_without_it(
    tracked: Path, small: Path, inside: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    events = tmp_path / "events"
    (events / "vectors.tsv").mkdir(parents=True)  # where a file is to be
    words = [small, "--workdir", tmp_path / "w", "--baselines", "false", "--tensorboard", events]
    status, out, err = inside(*words)
    assert status == 0, err
    assert out.count("TensorBoard failed (") == 1
    for name in ("metrics.jsonl", "vectors/vectors.npy"):
        assert (tmp_path / "w" / name).read_bytes() == (tracked / "dense/seed-0" / name).read_bytes()
