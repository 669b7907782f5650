"""Processes of the programs that need not import anything: forked from one that has, which takes seconds.

They are processes of their own, with a pid, signals, exit status and streams; what they do not show is how
long a start takes, and what happens meanwhile. For Linux alone.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# Forks for each line; the fork forks the program and stays behind for its status. Files with that come by
# another name to their place, so that they are read whole.
_PARENT = """
import json, os, runpy, signal, sys
from experiments.process import devices
devices.import_jax()
from experiments import convert, evaluate, predict
from experiments.comparisons import comparison, follower
from experiments.pretraining import run
from experiments.reports import progress
from experiments.settings import config_file, overrides, shown

def tell(folder, name, number):
    with open(f"{folder}/.{name}", "w") as file:
        file.write(str(number))
    os.rename(f"{folder}/.{name}", f"{folder}/{name}")

for line in sys.stdin:
    given = json.loads(line)
    folder = given["folder"]
    if os.fork():
        os.wait()
        continue
    if os.fork():
        os._exit(0)
    pid = os.fork()
    if pid:
        tell(folder, "pid", pid)
        tell(folder, "status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        os._exit(0)
    os.chdir(given["cwd"])
    os.environ.update(given["environment"])
    for number, stream in enumerate(("/dev/null", f"{folder}/out", f"{folder}/err")):
        file = os.open(stream, os.O_RDWR | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv[1:] = given["words"]
    sys.modules.pop(f"experiments.{given['name']}", None)  # of which it would warn
    runpy.run_module(f"experiments.{given['name']}", run_name="__main__", alter_sys=True)
    break
"""


class Forked:
    """What tests use of `subprocess.Popen`, of a forked program."""

    _parent: subprocess.Popen[str] | None = None

    def __init__(self, root: Path, name: str, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="embedlab-forked-"))
        given = {"name": name, "words": list(words), "cwd": str(root), "folder": str(self._folder)}
        parent = self._started(root)
        assert parent.stdin is not None
        parent.stdin.write(json.dumps(given | {"environment": dict(environment)}) + "\n")
        parent.stdin.flush()
        self.returncode: int | None = None
        while (pid := self._told("pid")) is None:
            assert parent.poll() is None, "the process that programs are forked from has ended"
            time.sleep(0.002)
        self.pid = pid

    @classmethod
    def _started(cls, root: Path) -> subprocess.Popen[str]:
        if cls._parent is None:
            env = os.environ | {"COLUMNS": "100", "JAX_PLATFORMS": "cpu"}
            command = [sys.executable, "-c", _PARENT]
            cls._parent = subprocess.Popen(command, cwd=root, env=env, stdin=subprocess.PIPE, text=True)
            atexit.register(cls._parent.kill)
        return cls._parent

    def _told(self, name: str) -> int | None:
        try:
            return int((self._folder / name).read_text())
        except FileNotFoundError:
            return None

    def poll(self) -> int | None:
        """The status, where it has ended: a signal's number below 0."""
        if self.returncode is None:
            self.returncode = self._told("status")
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended; the status."""
        ends = time.monotonic() + (timeout or float("inf"))
        while (status := self.poll()) is None:
            if time.monotonic() > ends:
                raise subprocess.TimeoutExpired(f"pid {self.pid}", timeout or 0)
            time.sleep(0.002)
        return status

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it printed, when it has ended."""
        self.wait(timeout)
        out, err = (self._folder / name for name in ("out", "err"))
        return out.read_text("utf-8"), err.read_text("utf-8")

    def send_signal(self, number: int) -> None:
        """To the program, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """Without a chance to save anything."""
        self.send_signal(signal.SIGKILL)
