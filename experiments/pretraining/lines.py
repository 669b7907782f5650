"""Lines of text files as words, a file at a time; a long line comes in parts: it may be the whole file."""

from __future__ import annotations

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from embedlab.text import Tokenise
from experiments.data.reading import RATIO, decoded, most_of, most_unpacked, of_a_system, open_file
from experiments.pretraining.source import Corpus

#: A line or a part of one, which ends behind white space; and whether the line ends with it.
Part = tuple[str, bool]

_PART = 2**20  # bytes of a line that are read at a time
_LONGEST = 2**26  # bytes without white space, at most: a file of another kind may hold none
_FLAG = "--corpus.encoding"
_BLANKS = b" \t\r\x0b\x0c"
# A part of a line in these begins with what the part before it switched to.
_STATEFUL = ("iso2022", "hz", "utf-7")


def lines(path: Path, encoding: str) -> Iterator[Part]:
    """The lines of a file; of a zip those of all files in it, by name, but for hidden ones.

    Args:
        path: the file.
        encoding: what its bytes are in.

    Raises:
        ValueError: it can't be read, is damaged, or holds what is no text.
    """
    try:
        with path.open("rb") as file:
            zipped = file.read(4) == b"PK\x03\x04"
        if zipped:
            yield from _members(path, encoding)
            return
        with open_file(path) as file:
            yield from _parts(file, encoding, str(path), most_of(path, file))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(
            f"{path}: the gzip data are cut short or damaged ({error}); pack or fetch the file again"
        ) from None
    except OSError as error:
        raise ValueError(f"{path}: can't be read ({error.strerror or error}); give a file that can") from None


def splitter(corpus: Corpus) -> Callable[[str], list[str]]:
    """What parts a line into words.

    Example:
        >>> splitter(Corpus(split="words"))("It's done -- at last_")
        ["it's", 'done', 'at', 'last']
    """
    if corpus.split == "blanks":
        return _lowered if corpus.lower else str.split
    tokenise = Tokenise(lower=corpus.lower)
    if corpus.split == "marks":
        return tokenise
    return lambda line: [word for word in tokenise(line.replace("_", " ")) if word[0].isalnum()]


def _lowered(line: str) -> list[str]:
    return line.lower().split()


def _parts(file: IO[bytes] | gzip.GzipFile, encoding: str, place: str, most: float) -> Iterator[Part]:
    """The lines of an open file.

    Args:
        file: gives its bytes.
        encoding: what they are in.
        place: the file's name, for what is said of it.
        most: bytes that it may hold.
    """
    stateful = codecs.lookup(encoding).name.startswith(_STATEFUL)
    number, offset, rest, begun = 1, 0, b"", False
    while raw := file.readline(_PART):
        ends = raw.endswith(b"\n")
        whole = rest + raw
        cut = len(whole) if ends else _cut(whole, stateful)
        where = f"{place}, line {number}"
        if len(whole) - cut > _LONGEST:
            raise ValueError(
                f"{where}: no white space in {_LONGEST:,} bytes, as no text has; give text whose words are "
                "parted"
            )
        if offset + len(whole) > most:
            raise ValueError(
                f"{where}: unpacked it has more than {RATIO} times its size, as no text has; unpack it "
                "yourself if it is what you want to read"
            )
        if cut:
            yield decoded(whole[:cut], encoding, where, offset, offset == 0, _FLAG), ends
            begun = not ends
        offset, rest, number = offset + cut, whole[cut:], number + ends
    if rest or begun:
        yield decoded(rest, encoding, f"{place}, line {number}", offset, offset == 0, _FLAG), True


def _cut(raw: bytes, stateful: bool) -> int:
    """How much of a line that goes on may be taken by itself: up to its last white space."""
    return 0 if stateful else 1 + max(raw.rfind(bytes([blank])) for blank in _BLANKS)


def _members(path: Path, encoding: str) -> Iterator[Part]:
    name = ""
    try:
        with zipfile.ZipFile(path) as archive:
            for info in sorted(archive.infolist(), key=lambda info: info.filename):
                name = info.filename
                if not info.is_dir() and not of_a_system(PurePosixPath(name)):
                    with archive.open(info) as file:
                        yield from _parts(
                            file, encoding, f"{path}, {name}", most_unpacked(info.compress_size)
                        )
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        where = f"{path}, {name}" if name else str(path)
        raise ValueError(
            f"{where}: the zip is damaged, or packed in a way that can't be read ({error}); pack it "
            "again, or unpack it"
        ) from None
