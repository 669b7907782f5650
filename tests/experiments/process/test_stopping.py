"""Signals: where they stop a program at once, where it is finished first, and what ends it for good."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.process import stopping

PROGRAM = """
import os, signal, sys, threading, time
from experiments.process import stopping
from experiments.process.program import guarded
stopping.GRACE = 0.3
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.default_int_handler)  # in the background of a shell SIGINT would be ignored

def sends(*numbers, after=0.05):
    def send():
        for number in numbers:
            time.sleep(after)
            os.kill(os.getpid(), number)
    threading.Thread(target=send, daemon=True).start()

def busy(seconds):
    # In calls that no handler of Python's comes through, as compiled code is.
    import ctypes
    until = time.monotonic() + seconds
    while time.monotonic() < until:  # a signal breaks the call itself off
        ctypes.CDLL(None).usleep(int(max(0, until - time.monotonic()) * 1e6))

def program():
    {}
    return 0

sys.exit(guarded(program, "interrupted; go on"))
"""


def end(root: Path, *lines: str) -> tuple[int, str, str]:
    code = PROGRAM.format("\n    ".join(lines))
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_a_program_is_stopped_at_once(root: Path, name: str, status: int) -> None:
    lines = ["stopping.imported()", f"sends(signal.{name})", "time.sleep(30)"]
    assert end(root, *lines) == (status, "", f"error: {name}: interrupted; go on\n")


@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_a_stop_that_python_loses_comes_again(root: Path, name: str, status: int) -> None:
    lines = [
        "class Lost:",
        "    def __del__(self):",
        f"        os.kill(os.getpid(), signal.{name})",
        "        time.sleep(10)",
        "stopping.imported()",
        "stopping.GRACE = 20",
        "Lost()",
        "try:",
        "    time.sleep(10)",
        "finally:",
        "    print('told')",
    ]
    assert end(root, *lines) == (status, "told\n", f"error: {name}: interrupted; go on\n")


def test_imports_end_the_process_itself(root: Path) -> None:
    lines = ["sends(signal.SIGTERM)", "try:", "    time.sleep(30)", "finally:", "    print('lost')"]
    assert end(root, *lines) == (143, "", "error: SIGTERM: interrupted; go on\n")


def test_an_error_that_a_library_makes_of_it_is_no_defect(root: Path) -> None:
    lines = [
        "stopping.imported()",
        "sends(signal.SIGTERM)",
        "try:",
        "    time.sleep(30)",
        "except BaseException:",
        "    raise ImportError('odd')",
    ]
    assert end(root, *lines) == (143, "", "error: SIGTERM: interrupted; go on\n")


def test_what_is_saved_is_finished_first_however_long_it_takes(root: Path) -> None:
    lines = [
        "stopping.imported()",
        "with stopping.finished_first():",
        "    sends(signal.SIGTERM)",
        "    busy(1.0)",
        "    print('saved')",
        "print('lost')",
    ]
    assert end(root, *lines) == (143, "saved\n", "error: SIGTERM: interrupted; go on\n")


def test_a_loop_is_asked_and_what_takes_too_long_is_ended(root: Path) -> None:
    lines = [
        "stopping.imported()",
        "with stopping.patiently():",
        "    sends(signal.SIGTERM)",
        "    while not stopping.asked():",
        "        time.sleep(0.01)",
        "    print('ended by itself', flush=True)",
        "    {}",
        "print('lost')",
    ]
    status, out, err = end(root, *[line.format("pass") for line in lines])
    assert (status, out, err) == (143, "ended by itself\n", "error: SIGTERM: interrupted; go on\n")
    status, out, err = end(root, *[line.format("busy(30)") for line in lines])
    assert (status, out, err) == (143, "ended by itself\n", "error: SIGTERM: interrupted; go on\n")


def test_a_second_interrupt_ends_it_for_good(root: Path) -> None:
    lines = [
        "stopping.imported()",
        "stopping.GRACE = 30",
        "with stopping.finished_first():",
        "    sends(signal.SIGINT, signal.SIGINT)",
        "    busy(20)",
        "    print('lost')",
    ]
    assert end(root, *lines) == (130, "", "error: SIGINT: interrupted; go on\n")
    lines = [line.replace("SIGINT, signal.SIGINT", "SIGTERM, signal.SIGTERM") for line in lines]
    lines = [line.replace("busy(20)", "busy(0.5)") for line in lines]
    assert end(root, *lines) == (143, "lost\n", "error: SIGTERM: interrupted; go on\n")


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with stopping.heard("told"):
        stopping.imported()
        with pytest.raises(stopping.Stopped, match="SIGTERM") as caught:
            signal.raise_signal(signal.SIGTERM)
        assert caught.value.status == 143 and stopping.asked()
        with pytest.raises(stopping.Stopped):
            stopping.check()
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
    assert not stopping.asked()
