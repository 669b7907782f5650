"""Several real processes that train together: to the end, with one lost, and with one told to stop."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from experiments.errors import Mistake
from experiments.process.processes import AUTO, Processes
from experiments.settings.arguments import parse

Run = Callable[..., tuple[int, str, str]]
SETTINGS = (
    "--train.update=sparse",
    "--train.steps=200",
    "--train.patience=99",
    "--train.checkpoint_seconds=0",
)
BOUND = 90  # seconds in which a process notices that another is gone; on a busy machine, with its own ending


@contextlib.contextmanager
def two(
    root: Path, config: Path, workdir: Path, *flags: str, mesh: tuple[int, int] = (2, 2)
) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes of two devices each, the leader first."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    devices = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count=2"
    env = {**os.environ, "XLA_FLAGS": devices, "JAX_PLATFORMS": "cpu", "COLUMNS": "100"}
    command = [
        sys.executable,
        "-m",
        "experiments.classify",
        str(config),
        "--workdir",
        str(workdir),
        *SETTINGS,
        *flags,
    ]
    batch, rows = mesh
    command += [
        f"--mesh.batch={batch}",
        f"--mesh.rows={rows}",
        f"--coordinator=127.0.0.1:{port}",
        "--processes=2",
    ]
    started = [
        subprocess.Popen(
            [*command, f"--process={number}"],
            cwd=root,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def newest(workdir: Path) -> int:
    """The step of the newest checkpoint; 0 for none."""
    return max((int(path.name) for path in workdir.glob("checkpoints/[0-9]*")), default=0)


def wait_for_checkpoint(workdir: Path, after: int, processes: list[subprocess.Popen[str]]) -> None:
    deadline = time.monotonic() + 300
    while newest(workdir) <= after:
        assert all(process.poll() is None for process in processes), [p.communicate() for p in processes]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ended(process: subprocess.Popen[str], seconds: float) -> tuple[int, str]:
    """Its exit status, and what it complained of, as one line."""
    _, errors = process.communicate(timeout=seconds)
    lines = [line for line in errors.splitlines() if "[Gloo]" not in line]
    return process.returncode, " ".join(" ".join(lines).split())


@pytest.mark.slow
def test_two_processes(root: Path, small: Path, inside: Run, tmp_path: Path) -> None:
    workdir = tmp_path / "run"
    with two(root, small, workdir) as (leader, follower):
        wait_for_checkpoint(workdir, 0, [leader, follower])
        follower.kill()
        status, told = ended(leader, BOUND)
        assert status == 1
        assert "error: process 1 " in told, told
        assert told.count("error:") == 1
        assert "Traceback" not in told

    reached = newest(workdir)
    with two(root, small, workdir) as (leader, follower):
        wait_for_checkpoint(workdir, reached, [leader, follower])
        leader.kill()
        status, told = ended(follower, BOUND)
        assert status == 1
        assert "error: process 0 " in told, told  # JAX may say before that its coordinator is gone
        assert "Traceback" not in told

    reached = newest(workdir)
    with two(root, small, workdir, mesh=(1, 4)) as (leader, follower):  # now no process has all of a table
        wait_for_checkpoint(workdir, reached, [leader, follower])
        follower.send_signal(signal.SIGTERM)
        assert ended(leader, BOUND)[0] == 143
        assert ended(follower, BOUND)[0] == 143

    assert 0 < reached <= newest(workdir) < 200
    with two(root, small, workdir) as (leader, follower):
        assert ended(leader, 300) == (0, "")
        assert ended(follower, BOUND) == (0, "")

    require_as_alone(small, inside, tmp_path, workdir)


def require_as_alone(small: Path, inside: Run, tmp_path: Path, workdir: Path) -> None:
    alone = tmp_path / "alone"
    assert inside(small, "--workdir", alone, *SETTINGS)[0] == 0
    one, other = (
        [json.loads(x) for x in (d / "metrics.jsonl").read_text().splitlines()] for d in (alone, workdir)
    )
    assert Counter((line["step"], line["split"]) for line in one) == Counter(
        (line["step"], line["split"]) for line in other
    )
    losses, others = (
        {x["step"]: x["loss"] for x in lines if x["split"] == "train"} for lines in (one, other)
    )
    assert losses[10] == pytest.approx(others[10], abs=1e-5)
    assert losses[200] == pytest.approx(others[200], abs=1e-2)  # roundings of 200 steps, each upon the other
    accuracy, others_accuracy = (
        json.loads((d / "summary.json").read_text())["test"]["accuracy"] for d in (alone, workdir)
    )
    assert abs(accuracy - others_accuracy) <= 0.05  # of 45 documents


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1])
def test_one_to_whom_nobody_comes(number: int, root: Path, small: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from experiments.process import processes; processes._PATIENCE = 5; "
        "from experiments.classify import main; raise SystemExit(main(sys.argv[1:]))"
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [f"--coordinator=127.0.0.1:{port}", "--processes=2", f"--process={number}"]
    command = [sys.executable, "-c", program, str(small), "--workdir", str(tmp_path / "run"), *words]
    process = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True)
    status, told = ended(process, BOUND)
    assert status == 1
    assert "the processes did not find each other (not all came within 5 s)" in told
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--processes=2"], "need all of --coordinator"),
        (["--process", "0"], "need all of --coordinator"),
        (["--coordinator=a:1", "--processes=2", "--process=2"], "the numbers are 0 … 1"),
        (["--coordinator=a", "--processes=2", "--process=0"], "expected HOST:PORT"),
        (["--coordinator=a:x", "--processes=2", "--process=0"], "expected HOST:PORT"),
        (["--coordinator=a:1", "--processes=two", "--process=0"], "'two', expected a whole number"),
        (["--coordinator=auto", "--process=0"], "leave out"),
        (["--coordinator"], "has no value"),
    ],
)
def test_flags_that_do_not_go_together(words: list[str], told: str) -> None:
    with pytest.raises(Mistake, match=told):
        parse(["c.py", *words])


def test_flags_of_processes() -> None:
    found: Any = parse(["c.py", "--coordinator", "10.0.0.1:8476", "--processes", "4", "--process=3"])
    assert found.processes == Processes("10.0.0.1:8476", 4, 3)
    assert found.overrides == ()
    assert parse(["c.py", "--coordinator=auto"]).processes == Processes(AUTO)
    assert parse(["c.py"]).processes == Processes()
