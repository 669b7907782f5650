"""Disks without room: a small file system, or files that may not be long."""

from __future__ import annotations

import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def disk(folder: Path, how: str) -> Iterator[Callable[[], contextlib.AbstractContextManager[None]]]:
    """A folder, and what fills it: all of a small file system, or the length that a file may have."""
    folder.mkdir()
    if how == "limit":
        yield short_files
        return
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a file system of a size can't be mounted here: it takes root")
    try:
        yield lambda: filled(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextlib.contextmanager
def short_files() -> Iterator[None]:
    """Within, no file may be long, of this process and of those that it starts."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def filled(folder: Path) -> Iterator[None]:
    """All but a little of it: for a line of metrics, but no checkpoint."""
    left = os.statvfs(folder)
    (folder / "filler").write_bytes(b"x" * (left.f_bavail * left.f_frsize - 100_000))
    try:
        yield
    finally:
        (folder / "filler").unlink()
