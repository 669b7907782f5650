"""Workers as actors of a real Ray that the test starts on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.experiments.sweeps.conftest import start, swept

pytest.importorskip("ray", reason="ray is not installed")
pytestmark = pytest.mark.slow

#: Trials of some seconds, that can be hit meanwhile.
SPACE = (
    '{"train.rate": LogFloat(0.01, 0.1), "train.steps": Choice(8000), "train.evaluate_every": Choice(500)}'
)


def below(pid: int) -> Iterator[tuple[int, bytes]]:
    """The processes that a process has started, and those that they have: numbers and command lines."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            command = (stat.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == pid:
            yield int(stat.parent.name), command
            yield from below(int(stat.parent.name))


def actors(driver: subprocess.Popen[str]) -> list[int]:
    return [pid for pid, command in below(driver.pid) if command.startswith(b"ray::Actor")]


def until(holds: Callable[[], object], driver: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 200
    while not holds():
        assert driver.poll() is None and time.monotonic() < deadline, driver.communicate()
        time.sleep(0.1)


def test_a_killed_actor_and_a_stop_lose_nothing(
    root: Path, write_sweep: Callable[..., Path], tmp_path: Path
) -> None:
    file, workdir = write_sweep("Random(), None, 4", SPACE), tmp_path / "swept"
    words = (file, "--workdir", workdir, "--executor", "ray", "--workers", 2)
    driver = start(root, *words)
    until(lambda: len(list(workdir.glob("trials/*/metrics.jsonl"))) == 2, driver)
    killed = actors(driver)
    assert len(killed) == 2
    os.kill(killed[0], signal.SIGKILL)
    until(lambda: len(set(actors(driver)) - set(killed)) == 1, driver)  # another takes its place
    until(lambda: (workdir / "trials" / "2").exists(), driver)
    driver.send_signal(signal.SIGTERM)
    began = time.monotonic()
    out, err = driver.communicate(timeout=60)
    assert driver.returncode == 143 and time.monotonic() - began < 15, out + err
    assert "the same command goes on" in " ".join(err.split()) and "Traceback" not in err
    assert list(workdir.glob("trials/*/checkpoints/*"))
    assert "Goes on: " in swept(root, *words)
    found = json.loads((workdir / "sweep.json").read_text("utf-8"))
    assert [trial["state"] for trial in found["trials"]] == ["complete"] * 4
    for trial in found["trials"]:
        summary = json.loads((workdir / trial["path"] / "summary.json").read_text("utf-8"))
        assert trial["value"] == summary["valid"]["accuracy"]
    ends = [one["ended_by"] for one in found["superseded"]]
    assert any(end.startswith("Worker unexpectedly exits") for end in ends) and "a stop" in ends


def test_a_cluster_that_is_not_there(root: Path, write_sweep: Callable[..., Path], tmp_path: Path) -> None:
    driver = start(
        root, write_sweep(), "--workdir", tmp_path / "a", "--executor", "ray", "--ray", "127.0.0.1:1"
    )
    out, err = driver.communicate(timeout=100)
    assert driver.returncode == 2 and "Traceback" not in err, out + err
    assert "--ray 127.0.0.1:1: expected HOST:PORT of a cluster" in " ".join(err.split())
