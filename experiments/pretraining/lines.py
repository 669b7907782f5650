"""Lines of text files as words, a file at a time."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from embedlab.text import Tokenise
from experiments.data.reading import LONGEST_LINE, decoded, text_lines
from experiments.pretraining.source import Corpus

_RATIO, _FREE = 200, 2**26  # a packed file may be a bomb; texts become five times smaller
_FLAG = "--corpus.encoding"


def lines(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a file; of a zip those of all files in it, by name.

    Args:
        path: the file.
        encoding: what its bytes are in.

    Raises:
        ValueError: it can't be read, is damaged, or holds what is no text.
    """
    with path.open("rb") as file:
        zipped = file.read(4) == b"PK\x03\x04"
    return _members(path, encoding) if zipped else text_lines(path, encoding, _FLAG)


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


def _members(path: Path, encoding: str) -> Iterator[str]:
    name = ""
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                if not name.endswith("/"):
                    yield from _member(path, archive, name, encoding)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        where = f"{path}, {name}" if name else str(path)
        raise ValueError(
            f"{where}: the zip is damaged, or packed in a way that can't be read ({error})"
        ) from None


def _member(path: Path, archive: zipfile.ZipFile, name: str, encoding: str) -> Iterator[str]:
    most = max(_FREE, _RATIO * archive.getinfo(name).compress_size)
    number = offset = 0
    with archive.open(name) as file:
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            where = f"{path}, {name}, line {number}"
            if len(raw) > LONGEST_LINE:
                raise ValueError(f"{where}: longer than {LONGEST_LINE:,} bytes; part it into lines")
            offset += len(raw)
            if offset > most:
                raise ValueError(
                    f"{where}: unpacked it has more than {_RATIO} times its size, as no text has"
                )
            yield decoded(raw, encoding, where, offset - len(raw), number == 1, _FLAG)
