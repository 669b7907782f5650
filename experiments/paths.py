"""Paths as users write them."""

from __future__ import annotations

import os
from pathlib import Path

from experiments.errors import Mistake


def expanded(path: str | os.PathLike[str], where: str = "") -> Path:
    """A path whose `~` is the home folder, and `~name` that of a user.

    Args:
        path: as it was given.
        where: what is put before it where it is refused, as "--data.path=".

    Raises:
        Mistake: there is no such user here.

    Example:
        >>> expanded("runs/mine")
        PosixPath('runs/mine')
        >>> expanded("~nobody-of-this-name/runs")
        Traceback (most recent call last):
        experiments.errors.Mistake: '~nobody-of-this-name/runs': no home folder is known of ...
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        user = Path(path).parts[0]
        raise Mistake(
            f"{where}{str(path)!r}: no home folder is known of {user!r}; write the path out, or ./{user} for "
            "a folder that is called so"
        ) from None
