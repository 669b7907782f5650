"""The lock on a workdir: one holder, who is named; a dead one's lock is free."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments.errors import Mistake
from experiments.runs import lock

HOLDS = """
import pathlib, sys, time
from experiments.runs import lock
with lock.held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(root: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds a workdir."""
    command = [sys.executable, "-c", HOLDS, str(tmp_path / "w")]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_a_second_holder_is_refused_and_a_dead_ones_lock_is_free(
    holder: subprocess.Popen[str], tmp_path: Path
) -> None:
    for _ in range(2):
        with (
            pytest.raises(Mistake, match=rf"another process is at work there, pid {holder.pid} on .*-c"),
            lock.held(tmp_path / "w"),
        ):
            raise AssertionError("it is held twice")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "w" / lock.NAME).exists()
    with lock.held(tmp_path / "w"):
        assert json.loads((tmp_path / "w" / lock.NAME).read_text())["pid"] == os.getpid()
    assert list((tmp_path / "w").iterdir()) == []


def test_a_lock_that_was_taken_away_is_not_held(tmp_path: Path) -> None:
    workdir = tmp_path / "w"
    with lock.held(workdir):
        opened = os.open(workdir / lock.NAME, os.O_RDWR)  # as by a process that is about to lock it
    assert not lock._is_there(workdir, opened)
    with lock.held(workdir):
        assert not lock._is_there(workdir, opened)
    os.close(opened)


def test_a_holder_that_has_not_said_who_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_PATIENCE", 0.1)
    before = time.monotonic()
    with lock.held(tmp_path):
        (tmp_path / lock.NAME).write_text("")
        with pytest.raises(Mistake, match="which has not said who it is"), lock.held(tmp_path):
            pass
    assert time.monotonic() - before < 5


def test_what_can_not_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match=r"can't write there \(File exists\)"), lock.held(tmp_path / "file"):
        pass
