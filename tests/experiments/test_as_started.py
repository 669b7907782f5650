"""What a run survives, in programs as a user starts them: damage, a dead one's lock, more steps, a full disk.

They share one finished run, and are held against it byte for byte.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.experiments.disks import disk
from tests.experiments.started import content, refused, same, saved, started, told, wait_for

pytestmark = pytest.mark.slow

WORDS = [
    *("--baselines", "false", "--embedding.dim", "64", "--train.schedule", "linear", "--train.dropout.words"),
    *("0.2", "--train.evaluate_every", "10", "--train.patience", "99", "--train.checkpoint_seconds", "0"),
]
Program = Callable[..., str]


def start(root: Path, *words: object) -> subprocess.Popen[str]:
    return started(root, "classify", *map(str, words))


@pytest.fixture(scope="module")
def go(root: Path, small: Path) -> Program:
    """Runs the program to its end, with so many steps in a workdir; what it printed, in one line."""

    def run(steps: int, workdir: Path, *more: object) -> str:
        process = start(root, small, *WORDS, "--train.steps", steps, "--workdir", workdir, *more)
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, out + err
        return told(out)

    return run


@pytest.fixture(scope="module")
def whole(go: Program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of forty steps, which nobody is to touch."""
    folder = tmp_path_factory.mktemp("whole") / "w"
    go(40, folder)
    return folder


def test_a_flipped_bit_ends_the_program_and_a_flag_takes_the_checkpoint_before(
    whole: Path, go: Program, root: Path, small: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    for name in ("summary.json", "table.md"):  # as if it had been killed at its end
        (folder / name).unlink()
    parts = [path for path in (folder / "checkpoints" / "40").rglob("*") if path.is_file()]
    file = max(parts, key=lambda path: path.stat().st_size)
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 3] ^= 4
    file.write_bytes(raw)
    before = content(folder)
    process = start(root, small, *WORDS, "--train.steps", 40, "--workdir", folder)
    refused(process, 1, f"{file}: the checkpoint of step 40 can't be restored (its bytes are not those")
    assert content(folder) == before
    out = go(40, folder, "--resume", "previous")
    assert "checkpoints/40 is damaged and set aside: it goes on from the one before" in out
    assert "resumes at step 30, 40 steps at most" in out
    same(folder, whole)


def test_the_lock_of_a_dead_process_is_taken_over(
    whole: Path, go: Program, root: Path, small: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "w"
    dead = start(root, small, *WORDS, "--train.steps", 40, "--workdir", folder)
    wait_for(dead, lambda: saved(folder))
    dead.send_signal(signal.SIGSTOP)
    living = start(root, small, *WORDS, "--train.steps", 40, "--workdir", folder)
    refused(living, 2, f"another process is at work there, pid {dead.pid} on ")
    dead.kill()
    dead.communicate()
    assert dead.returncode == -signal.SIGKILL
    assert json.loads((folder / ".lock").read_text())["pid"] == dead.pid
    assert "resumes at step" in go(40, folder)
    assert not (folder / ".lock").exists()
    same(folder, whole)


def test_more_steps_of_a_schedule_that_is_tied_to_them_say_so(
    whole: Path, go: Program, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "w"))
    out = go(50, folder)
    assert "Its runs go on from 40 steps to 50 at most" in out
    assert "train.schedule is tied to the number of steps: the first 40 were taken as those of a run" in out
    assert "resumes at step 40, 50 steps at most" in out and saved(folder)[-1] == 50


def test_a_disk_that_is_full_ends_the_program_and_it_goes_on_when_there_is_room(
    whole: Path, go: Program, root: Path, small: Path, tmp_path: Path
) -> None:
    with disk(tmp_path / "disk", "tmpfs") as full:
        folder = Path(shutil.copytree(whole, tmp_path / "disk" / "w"))
        before = content(folder / "checkpoints")
        with full():
            process = start(root, small, *WORDS, "--train.steps", 50, "--workdir", folder)
            refused(process, 1, f"{folder}/checkpoints/50: the checkpoint can't be written (")
        assert content(folder / "checkpoints") == before
        assert "resumes at step 40, 50 steps at most" in go(50, folder)
        assert saved(folder)[-1] == 50
