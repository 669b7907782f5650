"""Files inside installed packages, read without importing the packages.

Source: Python's `importlib.metadata`.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

SIGN = "package:"


def packaged(path: str, flag: str) -> Path:
    """The file that `package:NAME/FILE` stands for.

    Args:
        path: with the name of the package as it was installed, and the end of the file's path in it.
        flag: that gave it, for error messages.

    Raises:
        ValueError: the package is not installed here, or has no such file, or several.

    Example:
        >>> packaged("package:numpy/numpy/version.py", "data.path").name
        'version.py'
    """
    name, _, end = path.removeprefix(SIGN).partition("/")
    shown = f"--{flag}={path!r}"
    try:
        files = importlib.metadata.files(name) or []
    except (importlib.metadata.PackageNotFoundError, ValueError):
        raise ValueError(
            f"{shown}: the package {name!r} is not installed here; install it with pip"
        ) from None
    found = [file for file in files if end and f"/{file.as_posix()}".endswith(f"/{end}")]
    if len(found) != 1:
        what = f"several files {end!r} ({found[0]}, {found[1]})" if found else f"no file {end!r}"
        raise ValueError(f"{shown}: {name} has {what}; write package:NAME/FILE with more of the file's path")
    return Path(str(found[0].locate()))
