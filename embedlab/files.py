"""Files that come out whole: written beside their places first, then renamed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO


def write_whole(contents: Mapping[Path, Callable[[BinaryIO], object]]) -> None:
    """Writes files whole or not at all: while one of them can't be written, the old ones stay as they were.

    Each is written beside its place, and all are renamed once the last is on the disk. Where there are
    several, the old one of the last is removed before: a crash between two renames then leaves a set that
    lacks a file, which its reader sees, and no set of old and new ones mixed, which it would not.

    Args:
        contents: path → what writes that file's bytes.

    Raises:
        OSError: one can't be written.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "words.txt"
        >>> write_whole({path: lambda file: file.write(b"cat")})
        >>> path.read_bytes()
        b'cat'

    Source: rename of POSIX, which replaces a file in one step.
    """
    beside = {path.with_name(f".{path.name}.{os.getpid()}"): path for path in contents}
    try:
        for new, path in beside.items():
            with open(new, "wb") as file:
                contents[path](file)
                file.flush()
                os.fsync(file.fileno())
        for last in list(contents)[1:][-1:]:
            last.unlink(missing_ok=True)
        for new, path in beside.items():
            os.replace(new, path)
        sync(*dict.fromkeys(path.parent for path in contents))
    finally:
        for new in beside:
            new.unlink(missing_ok=True)


def sync(*paths: Path) -> None:
    """Waits until files, or the names in folders, are on the disk.

    Args:
        paths: of files and folders that are there. A file system that knows no such thing for folders is
            left alone.

    Raises:
        OSError: a file can't be written.

    Example:
        >>> import tempfile
        >>> sync(Path(tempfile.mkdtemp()))

    Source: fsync of POSIX; a new or renamed file's name lies in its folder, which has one of its own.
    """
    for path in paths:
        folder = path.is_dir()
        with contextlib.suppress(OSError) if folder else contextlib.nullcontext():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
