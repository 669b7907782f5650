"""Lines of text files: their encoding, NULs, and files that are packed with gzip.

Source: RFC 1952 (gzip); the rules are the project's own: refuse what is doubtful, and say where it is.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from embedlab.checks import require

#: Bytes of a line, at most: a file of another kind may hold no end of line.
LONGEST_LINE = 2**26
# A packed file may be a bomb. Texts become five times smaller, logs fifty times.
RATIO, _FREE = 200, 2**26
#: What files of other kinds begin with, and what to do about them.
_KINDS = {
    b"\xff\xfe": "UTF-16; convert it, with `iconv -f UTF-16 -t UTF-8`, say",
    b"\xfe\xff": "UTF-16; convert it, with `iconv -f UTF-16 -t UTF-8`, say",
    b"PAR1": "Parquet; name its form with --data parquet:PATH",
    b"PK\x03\x04": "a zip archive; unpack it, or of a spreadsheet (.xlsx) save the sheet as CSV",
    b"BZh": "bzip2; unpack it",
    b"\xfd7zXZ": "xz; unpack it",
    b"\x28\xb5\x2f\xfd": "zstd; unpack it",
}


def require_encoding(encoding: str) -> None:
    """Refuses what is no encoding whose lines end in the byte of "\\n".

    Args:
        encoding: its name in Python, as `latin-1`.

    Raises:
        ValueError: where there is no such encoding, or its newline is another, as in UTF-16.

    Example:
        >>> require_encoding("utf16")
        Traceback (most recent call last):
        ValueError: encoding='utf16': lines can't be told apart in it; convert the file to utf-8
    """
    try:
        newline = "\n".encode(encoding)
    except (LookupError, UnicodeError, ValueError):  # a NUL in the name is a ValueError
        newline = None
    remedy = "there is no text encoding of this name; give utf-8, latin-1, cp1252, gb18030 or another"
    require(newline is not None, "encoding", encoding, remedy)
    remedy = "lines can't be told apart in it; convert the file to utf-8"
    require(newline == b"\n", "encoding", encoding, remedy)


def text_lines(path: Path, encoding: str = "utf-8", flag: str = "--data.encoding") -> Iterator[str]:
    """Lines of a text file, ends of line kept, without a byte-order mark; split at newlines only.

    A file that begins as gzip does is unpacked while it is read.

    Args:
        path: the file.
        encoding: what its bytes are in, as `require_encoding` takes it.
        flag: which flag of the program names the encoding, for the error message.

    Raises:
        ValueError: at the first byte that is not in the encoding or is NUL, with line and byte number (of the
            unpacked file); where the file can't be read or unpacked; at a line of more than `LONGEST_LINE`.

    Example:
        >>> next(text_lines(Path(__file__)))[3:23]
        'Lines of text files:'
    """
    number, offset = 0, 0
    try:
        with open_file(path) as file:
            most = most_of(path, file)
            while raw := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(raw) > LONGEST_LINE:
                    raise ValueError(
                        f"{path}, line {number}: longer than {LONGEST_LINE:,} bytes; give a file with one "
                        f"text a line"
                    )
                yield decoded(raw, encoding, f"{path}, line {number}", offset, number == 1, flag)
                offset += len(raw)
                if offset > most:
                    raise ValueError(
                        f"{path}: unpacked it has more than {RATIO} times its size, as no text has; unpack "
                        f"it yourself if it is what you want to read"
                    )
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(
            f"{path}, after line {number}: the gzip data are cut short or damaged ({error}); pack or fetch "
            f"the file again"
        ) from None
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None


def open_file(path: Path) -> IO[bytes] | gzip.GzipFile:
    """The bytes of a file, unpacked where it begins as gzip does.

    Args:
        path: the file.

    Example:
        >>> with open_file(Path(__file__)) as file:
        ...     file.read(8)[3:]
        b'Lines'
    """
    with path.open("rb") as file:
        packed = file.read(3) == b"\x1f\x8b\x08"
    return gzip.open(path) if packed else path.open("rb")


def decoded(
    raw: bytes,
    encoding: str,
    where: str,
    offset: int = 0,
    first: bool = True,
    flag: str = "--data.encoding",
) -> str:
    """Bytes of a file as text.

    Args:
        raw: the bytes.
        encoding: what they are in.
        where: the file, and which part of it, for the error message.
        offset: of the first byte in the file.
        first: whether they are the file's first, where a byte-order mark may stand.
        flag: which flag of the program names the encoding, for the error message.

    Raises:
        ValueError: at the first byte that is not in the encoding or is NUL.

    Example:
        >>> decoded(b"sch\\xf6n", "latin-1", "a.txt, line 1")
        'schön'
    """
    try:
        text = raw.decode(encoding)
        at = raw.find(0)  # no byte of a longer character is 0
        fault = "a NUL, which no text holds; remove it, convert the file if it is UTF-16"
    except UnicodeError as error:
        at = getattr(error, "start", 0)
        other = "latin-1" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else "utf-8"
        fault = f"which is no {encoding} text; name the file's encoding, as in {flag} {other}"
    if at >= 0:
        other = next((kind for start, kind in _KINDS.items() if first and raw.startswith(start)), "")
        if other:
            raise ValueError(f"{where}: this is no {encoding} text, but looks like {other}")
        raise ValueError(
            f"{where}: byte {offset + at} of the file is 0x{raw[at]:02x}, {fault}, and unpack it if it is "
            f"compressed"
        )
    return text.removeprefix("\ufeff") if first else text


def most_unpacked(packed: int) -> int:
    """Bytes that so many packed ones may be unpacked to, if they are text.

    Example:
        >>> most_unpacked(2**20)
        209715200
    """
    return max(_FREE, RATIO * packed)


def most_of(path: Path, file: IO[bytes] | gzip.GzipFile) -> float:
    """Bytes that an opened file may have once it is unpacked.

    Args:
        path: the file.
        file: as `open_file` gave it.
    """
    return most_unpacked(path.stat().st_size) if isinstance(file, gzip.GzipFile) else float("inf")


def of_a_system(name: PurePosixPath) -> bool:
    """Whether a file in a folder or an archive is one that systems leave behind.

    Example:
        >>> of_a_system(PurePosixPath("__MACOSX/a.txt")), of_a_system(PurePosixPath("a/b.txt"))
        (True, False)
    """
    return any(part.startswith((".", "__MACOSX")) for part in name.parts)
