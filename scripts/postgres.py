"""A PostgreSQL server of one's own, for as long as a block runs."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PROGRAMS = ("initdb", "pg_ctl", "postgres")


def program(name: str) -> str | None:
    """Where one of the server's programs lies: on the path, or where Debian puts them."""
    found = shutil.which(name)
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return found or (str(debian[-1]) if debian else None)


def missing() -> str:
    """The first of the server's programs that there is not; empty where all are there."""
    return next((name for name in _PROGRAMS if program(name) is None), "")


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Makes a cluster, starts a server on a free port of this machine, and takes both away again.

    Yields:
        The URL of its database.
    """
    folder = Path(tempfile.mkdtemp(prefix="embedlab-postgres-"))
    owner = _owner()
    if owner is not None:
        os.chown(folder, owner, -1)
    data, port = folder / "data", _free_port()
    try:
        _run(owner, "initdb", "-D", data, "-U", "embedlab", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -k {folder} -h 127.0.0.1"
        _run(owner, "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "start")
        try:
            yield f"postgresql://embedlab@127.0.0.1:{port}/postgres"
        finally:
            _run(owner, "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> int | None:
    """The user that the server runs as, where this one is root, which it refuses; else None."""
    if os.geteuid():
        return None
    names = {user.pw_name: user.pw_uid for user in pwd.getpwall()}
    return names.get("postgres", names.get("nobody"))


def _free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
    return port


def _run(owner: int | None, name: str, *words: object) -> None:
    path = program(name)
    assert path is not None, name
    settings: dict[str, Any] = {} if owner is None else {"user": owner}
    done = subprocess.run(
        [path, *map(str, words)],
        stdout=subprocess.DEVNULL,  # a pipe would be the server's too, and never end
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=False,
        **settings,
    )
    if done.returncode:
        raise RuntimeError(f"{path} {' '.join(map(str, words))} ended with {done.returncode}")
