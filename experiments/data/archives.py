"""Many small files: those of a folder, or of a zip archive, which is read in place.

Source: APPNOTE 6.3 (zip).
"""

from __future__ import annotations

import contextlib
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from experiments.data.reading import of_a_system

#: Bytes of one file, at most.
LONGEST = 2**24
# An archive may be a bomb. Texts become five times smaller, logs fifty times.
_RATIO, _FREE = 200, 2**26

#: The bytes of a file, at most `LONGEST` + 1.
Read = Callable[[PurePosixPath], bytes]


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Makes one sentence of what is raised where a folder or an archive can't be read.

    Args:
        path: of the folder or the archive.

    Raises:
        ValueError: it can't be.
    """
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"{path}: the archive can't be unpacked ({error}); fetch it again") from None
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error}); check its permissions") from None


def archive_of(path: Path) -> Path | None:
    """The file that a path names, or that lies on its way; None where there is none.

    Args:
        path: as `a/b.zip/inner`.
    """
    return next((up for up in (path, *path.parents) if up.is_file()), None)


def opened(path: Path, stack: contextlib.ExitStack) -> tuple[list[PurePosixPath], Read]:
    """The ordinary files below a folder, on the disk or in an archive, and how one is read.

    Args:
        path: a folder, a zip archive, or a folder inside one, as `a/b.zip/inner`.
        stack: closes the archive.

    Raises:
        ValueError: while files are read: the archive has far more in it than its size tells.
    """
    archive = None if path.is_dir() else archive_of(path)
    if archive is None:
        return _in_folder(path)
    inner = PurePosixPath(path.relative_to(archive).as_posix())
    packed = stack.enter_context(zipfile.ZipFile(archive))
    return _in_archive(packed, inner, archive.stat().st_size)


def _in_folder(path: Path) -> tuple[list[PurePosixPath], Read]:
    """The ordinary files below a folder, and how one is read."""
    found = []
    for folder, _, names in os.walk(path):
        for name in names:
            file = Path(folder, name)
            if file.is_file():  # a pipe would block
                found.append(PurePosixPath(file.relative_to(path).as_posix()))

    def read(name: PurePosixPath) -> bytes:
        with (path / name).open("rb") as file:
            return file.read(LONGEST + 1)

    return [name for name in found if not of_a_system(name)], read


def _in_archive(packed: zipfile.ZipFile, inner: PurePosixPath, size: int) -> tuple[list[PurePosixPath], Read]:
    """The ordinary files of an archive below a folder in it, and how one is read.

    What a header says of a size is not relied on: reading stops where a text, or all, would be too long.
    """
    members: dict[PurePosixPath, zipfile.ZipInfo] = {}
    for member in packed.infolist():
        name = PurePosixPath(member.filename)
        plain = not member.is_dir() and not stat.S_ISLNK(member.external_attr >> 16)
        if plain and name.is_relative_to(inner):
            members[name.relative_to(inner)] = member
    total, most = 0, max(_FREE, _RATIO * size)

    def read(name: PurePosixPath) -> bytes:
        nonlocal total
        with packed.open(members[name]) as file:
            raw = file.read(LONGEST + 1)
        total += len(raw)
        if total > most:
            raise ValueError(
                f"{packed.filename}: unpacked it has more than {_RATIO} times its size, as nothing "
                f"that is read here has; unpack it yourself if it is what you want to read"
            )
        return raw

    return [name for name in members if not of_a_system(name)], read
