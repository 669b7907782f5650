"""Values that are slow to compute, kept in a folder of the user's.

Source: XDG Base Directory Specification 0.8 (where such a folder lies).
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any


def cache_folder() -> Path | None:
    """`EMBEDLAB_CACHE`; else `embedlab` in `XDG_CACHE_HOME`, if absolute; else `~/.cache/embedlab`.

    None where there is no home folder either.

    Example:
        >>> isinstance(cache_folder(), Path)
        True
    """
    if own := os.environ.get("EMBEDLAB_CACHE"):
        return Path(own).absolute()
    shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if shared.is_absolute():
        return shared / "embedlab"
    try:
        return Path.home() / ".cache" / "embedlab"
    except RuntimeError:
        return None


def cached(name: str, key: Any, compute: Callable[[], Any]) -> Any:
    """The value that was computed for this key before, else `compute()`, which is then kept.

    A damaged file is computed anew (gzip holds a checksum), and a folder that cannot be written to costs
    the time alone. The file appears whole or not at all: it is written beside its place, then renamed.

    Args:
        name: what the file's name begins with.
        key: JSON value; all that the computed value depends on.
        compute: gives a JSON value.

    Example:
        >>> cached("answer", {"version": 1}, lambda: 42)
        42
    """
    folder = cache_folder()
    if folder is None:
        return compute()
    key = json.loads(json.dumps(key))  # as it will be read: tuples become lists
    path = folder / f"{name}-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]}.json.gz"
    with contextlib.suppress(OSError, EOFError, ValueError, zlib.error):
        kept = json.loads(gzip.decompress(path.read_bytes()))
        if isinstance(kept, dict) and kept.get("key") == key and "value" in kept:
            return kept["value"]
    value = compute()
    with contextlib.suppress(OSError):
        _write(path, gzip.compress(json.dumps({"key": key, "value": value}).encode(), 5, mtime=0))
    return value


def _write(path: Path, content: bytes) -> None:
    """Writes a file so that no reader ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.replace(part, path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
