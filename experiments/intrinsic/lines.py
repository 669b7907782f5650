"""Lines of a set that words are judged by: checked before it is read, and numbered.

Source: the rules are the project's own: refuse what is doubtful, and say where it is.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from experiments.data.originals import remedy
from experiments.data.reading import text_lines

_MOST = 2**28  # bytes; a set of judgements has a few hundred thousand


def numbered(path: Path, flag: str, encoding: str = "utf-8") -> Iterator[tuple[int, str]]:
    """The lines of a file that are not empty, without their ends and the blanks there, and their numbers.

    Args:
        path: the file.
        flag: which flag of the program names it, for the error message.
        encoding: of the file.

    Raises:
        ValueError: it is no ordinary file, or holds what is no text in this encoding.

    Example:
        >>> next(numbered(Path(__file__), "--similarity"))[0]
        1
    """
    require_file(path, flag)
    for number, line in enumerate(text_lines(path, encoding, "--encoding"), 1):
        if line := line.strip():
            yield number, line


def require_file(path: Path, flag: str) -> None:
    """Requires an ordinary file of a size that can be.

    Raises:
        ValueError: it is not there, is none, or is too large; where it is one of a published set, it says
            where that is fetched.

    Example:
        >>> require_file(Path(__file__), "--similarity")
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", error)
        hint = remedy(str(path)) or "give the path of a file"
        raise ValueError(f"{flag} {path}: it can't be read ({why}); {hint}") from None
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        raise ValueError(f"{flag} {path}: this is {kind}; give an ordinary file")
    if status.st_size > _MOST:
        raise ValueError(f"{flag} {path}: it has {status.st_size:,} bytes, which no such set has; give a set")


def separator(line: str) -> str | None:
    """What parts the fields of a line: a tab, a comma or a semicolon; None for blanks.

    Example:
        >>> separator("old,new,1.58"), separator("old new 1.58")
        (',', None)
    """
    return next((sign for sign in "\t,;" if sign in line), None)


def parted(line: str, sign: str | None) -> list[str]:
    """The fields of a line, without blanks and quotation marks around them.

    Example:
        >>> parted('"old", "new",1.58', ",")
        ['old', 'new', '1.58']
    """
    return [field.strip().strip('"').strip() for field in line.split(sign)]
