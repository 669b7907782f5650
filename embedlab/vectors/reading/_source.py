"""The bytes of a file, decompressed where they are compressed, without asking for more than it may give."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol, runtime_checkable

from embedlab.checks import require
from embedlab.vectors.reading._errors import Damaged

Progress = Callable[[int, int], None]


@runtime_checkable
class Readable(Protocol):
    """An open file, or what decompresses one."""

    def read(self, count: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""
        ...


_HEAD = 1 << 16  # bytes looked at to tell formats apart
_RATIO, _ROOM = 100, 1 << 26  # text of numbers packs 2 to 4 times; a table of zeros, some 50 times
_BROKEN = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)


class Source:
    """Bytes in order, some of which may be looked at before they are taken.

    Attributes:
        size: how many there are, or None where only decompressing would tell.
        file: the ordinary file that they are the bytes of, or None if it is compressed.

    Example:
        >>> import io
        >>> source = Source(io.BytesIO(b"cat 1 2"), size=7)
        >>> source.peek(3), source.read(4), source.read(9)
        (b'cat', b'cat ', b'1 2')

    Source: none.
    """

    def __init__(
        self,
        stream: Readable,
        *,
        size: int | None,
        most: int | None = None,
        file: Path | None = None,
        told: Callable[[], None] | None = None,
    ) -> None:
        self.size, self.file = size, file
        self._stream, self._most, self._told = stream, most, told
        self._taken, self._head = 0, b""

    def peek(self, count: int = _HEAD) -> bytes:
        """The next bytes, fewer where there are no more; they stay."""
        while len(self._head) < count:
            more = self._more(count - len(self._head))
            if not more:
                break
            self._head += more
        return self._head[:count]

    def read(self, count: int) -> bytes:
        """The next bytes, at least one and at most `count`; none at the end."""
        found, self._head = self._head[:count], self._head[count:]
        return found + self._more(count - len(found)) if len(found) < count else found

    def rest(self) -> bytes:
        """All the bytes that are left."""
        parts = []
        while part := self.read(1 << 24):
            parts.append(part)
        return b"".join(parts)

    def _more(self, count: int) -> bytes:
        try:
            found = self._stream.read(count)
        except _BROKEN as error:
            if self.file is not None:
                raise
            raise Damaged(f"its compressed bytes are damaged or cut off ({error}); fetch it again") from None
        self._taken += len(found)
        if self._most is not None and self._taken > self._most:
            remedy = f"it expands to more than {self._most:,} bytes; if it is meant to, give most_bytes"
            raise Damaged(f"{remedy}, as most_bytes={2 * self._most}")
        if self._told is not None:
            self._told()
        return found


@contextlib.contextmanager
def opened(
    path: str | os.PathLike[str], *, member: str | None, most_bytes: int | None, progress: Progress | None
) -> Iterator[Source]:
    """Opens an ordinary file, through gzip, bzip2 or zip where its first bytes are those of one.

    Args:
        path: the file.
        member: the file in a zip that holds several.
        most_bytes: that a compressed file may expand to; None for 100 times its size and 64 MiB.
        progress: is told, from time to time, of the bytes taken of the file as it lies, and of its size.

    Raises:
        ValueError: there is no such file, it is a folder, a pipe or a device, or can't be read.
    """
    path, size = Path(path), _ordinary(path)
    with contextlib.ExitStack() as stack:
        raw = stack.enter_context(_opened(path))
        magic = raw.read(6)
        raw.seek(0)
        told = None if progress is None else lambda: progress(min(raw.tell(), size), size)
        compressed = _decompressed(raw, magic, member, stack)
        if compressed is None:
            _no_member(member)
            yield Source(raw, size=size, file=path, told=told)
        else:
            most = _RATIO * size + _ROOM if most_bytes is None else most_bytes
            yield Source(compressed, size=None, most=most, told=told)


def _ordinary(path: str | os.PathLike[str]) -> int:
    """The size of an ordinary file, asked for before it is opened: a pipe would block."""
    shown = os.fspath(path)
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ValueError(f"path={shown!r}: {why}; give a file of vectors") from None
    folder = stat.S_ISDIR(status.st_mode)
    require(not folder, "path", shown, "it is a folder; give a file of vectors")
    require(stat.S_ISREG(status.st_mode), "path", shown, "it is a pipe or a device; give an ordinary file")
    return status.st_size


def _opened(path: Path) -> IO[bytes]:
    try:
        return open(path, "rb")
    except OSError as error:
        raise ValueError(
            f"path={os.fspath(path)!r}: {error.strerror}; give a file that you may read"
        ) from None


def _no_member(member: str | None) -> None:
    require(member is None, "member", member, "the file is no zip; leave it out")


def _decompressed(raw: IO[bytes], magic: bytes, member: str | None, stack: Any) -> Any:
    """What gives the bytes that `raw` holds compressed; None where it holds them as they are."""
    if magic.startswith(b"PK\x03\x04"):
        return stack.enter_context(_in_zip(raw, member, stack))
    if magic.startswith(b"\x1f\x8b"):
        _no_member(member)
        return stack.enter_context(gzip.GzipFile(fileobj=raw, mode="rb"))
    if magic.startswith(b"BZh"):
        _no_member(member)
        return stack.enter_context(bz2.BZ2File(raw))
    if magic.startswith(b"\xfd7zXZ\x00"):
        _no_member(member)
        return stack.enter_context(lzma.LZMAFile(raw))
    return None


def _in_zip(raw: IO[bytes], member: str | None, stack: Any) -> Any:
    try:
        archive = stack.enter_context(zipfile.ZipFile(raw))
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except _BROKEN as error:
        raise Damaged(f"it begins like a zip and is none ({error}); fetch it again") from None
    if member is None and any(name.endswith(".npy") for name in names):
        raise Damaged("it is an .npz of several arrays; save the table alone, with numpy.save")
    shown = ", ".join(names[:8]) or "nothing"
    if member is None and len(names) != 1:
        remedy = f"name one, as member={names[0]!r}" if names else "give one that holds a file of vectors"
        raise Damaged(f"the zip holds {len(names)} files ({shown}); {remedy}")
    if member is not None and member not in names:
        raise Damaged(f"the zip has no member {member!r}; it holds {shown}")
    try:
        return archive.open(member or names[0])
    except _BROKEN as error:  # a method that zipfile lacks, or a password
        raise Damaged(
            f"{member or names[0]!r} in the zip can't be opened ({error}); unpack it first"
        ) from None
