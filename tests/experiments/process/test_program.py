"""How programs end: statuses, one paragraph, no traceback."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.errors import Mistake, RunFailure
from experiments.process.program import guarded


def failing(error: BaseException) -> Callable[[], int]:
    def program() -> int:
        raise error

    return program


@pytest.fixture
def ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    def end(error: BaseException) -> tuple[int, str]:
        monkeypatch.setenv("COLUMNS", "60")
        status = guarded(failing(error), "interrupted; go on", "it goes on", "Give a smaller batch")
        return status, capsys.readouterr().err

    return end


def test_what_is_told_is_no_longer_than_can_be_read_and_acts_on_no_terminal(
    ended: Callable[..., tuple[int, str]],
) -> None:
    status, wrapped = ended(Mistake(f"line 1: \x1b[31m\0 {'a' * 10**6} is no node; give one"))
    told = " ".join(wrapped.split())
    assert status == 2 and len(told) < 5000
    assert told.startswith(r"error: line 1: \x1b[31m\x00 a") and told.endswith("is no node; give one")


def test_a_program_that_is_done() -> None:
    assert guarded(lambda: 0) == 0


@pytest.mark.parametrize(
    ("error", "status", "parts"),
    [
        (Mistake("--seeds: got 'x'"), 2, ["--seeds: got 'x'"]),
        (RunFailure("the loss became nan"), 1, ["the loss became nan"]),
        (KeyboardInterrupt(), 130, ["interrupted; go on"]),
        (MemoryError("Unable to allocate 8 TiB"), 1, ["out of memory", "8 TiB", "Give a smaller batch."]),
        (
            RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 8 bytes."),
            1,
            ["out of memory", "8 bytes"],
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "runs/a/metrics.jsonl"),
            1,
            ["runs/a/metrics.jsonl: No space left on device", "Free some space on that disk; it goes on."],
        ),
        (PermissionError(errno.EACCES, "Permission denied", "runs/a"), 1, ["runs/a: ", "the right to it"]),
        (OSError("odd"), 1, ["odd. Mend that"]),
    ],
)
def test_an_error_is_one_paragraph(
    ended: Callable[..., tuple[int, str]], error: BaseException, status: int, parts: list[str]
) -> None:
    found, told = ended(error)
    assert found == status
    assert told.startswith("error: ") and "Traceback" not in told and "\n\n" not in told.strip()
    for part in parts:
        assert part in " ".join(told.split())


def test_a_defect_shows_itself() -> None:
    with pytest.raises(ZeroDivisionError):
        guarded(failing(ZeroDivisionError()))
    with pytest.raises(RuntimeError, match="odd"):
        guarded(failing(RuntimeError("odd")))


def test_paths_and_flags_are_not_broken_at_hyphens(ended: Callable[..., tuple[int, str]]) -> None:
    path = "/a-long-path/with-many-hyphens/in-its-names/and-some-more/table-of-contents.csv"
    _, told = ended(Mistake(f"--data.path {path}: there is no such file"))
    assert path in told


def test_an_output_that_nobody_reads_ends_the_program_quietly(root: Path) -> None:
    code = (
        "import sys; from experiments.process.program import guarded\n"
        "sys.exit(guarded(lambda: print('x' * 100_000, flush=True) or 0))"
    )
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([sys.executable, "-c", code], cwd=root, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("name", ["classify", "predict"])
def test_nothing_slow_is_imported_before_the_guard(root: Path, name: str) -> None:
    # An interrupt while JAX is imported is then told in a line.
    code = (
        f"import sys, experiments.{name}; assert not {{'jax', 'numpy', 'rich', 'orbax'}} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)
