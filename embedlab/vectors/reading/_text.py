"""Text: word2vec's and fastText's `.vec`, with a header, and GloVe's without."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64

from embedlab.native import text
from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._lines import Block, blocks
from embedlab.vectors.reading._options import Options
from embedlab.vectors.reading._source import Source
from embedlab.vectors.reading._table import Table, Where, among
from embedlab.vectors.store import Vectors

_NUMBER = re.compile(rb"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|[-+]?(nan|inf|infinity)", re.IGNORECASE)
_HEADER = re.compile(rb"[ \t]*(-?\d{1,18})[ \t]+(-?\d{1,18})[ \t]*\r?")
_FIRST = 1 << 20  # bytes in which the first line must end
_SHOWN = 40


def is_number(field: bytes) -> bool:
    """Whether a field is a decimal number, NaN or infinity; Python's underscores are in none.

    Example:
        >>> is_number(b"-1.5e3"), is_number(b"1_0"), is_number(b"nan")
        (True, False, True)
    """
    return _NUMBER.fullmatch(field) is not None


def header(line: bytes) -> tuple[int, int] | None:
    """The number of words and their dim, if a first line is that of word2vec: two whole numbers, of any sign.

    Example:
        >>> header(b"71290 200"), header(b"the 0.1")
        ((71290, 200), None)
    """
    found = _HEADER.fullmatch(line)
    return (int(found[1]), int(found[2])) if found else None


def fields(line: bytes) -> list[bytes]:
    """The fields of a line: what spaces and tabs part.

    Example:
        >>> fields(b"cat\\t0.1  0.2 ")
        [b'cat', b'0.1', b'0.2']
    """
    return [field for field in line.rstrip(b"\r").replace(b"\t", b" ").split(b" ") if field]


def dim_of(line: bytes) -> int:
    """How many numbers a line ends in, its first field left out: that is a word, whatever it looks like.

    Example:
        >>> dim_of(b"at name 0.1 0.2"), dim_of(b"1984 0.1 0.2"), dim_of(b"the")
        (2, 2, 0)
    """
    parts = fields(line)[1:]
    others = [i for i, part in enumerate(parts, 1) if not _NUMBER.fullmatch(part)]
    return len(parts) - max(others, default=0)


def read_with_header(source: Source, options: Options) -> Vectors:
    """Reads word2vec's text: a line `words dim`, then a line a word.

    Raises:
        Damaged: it is not that, or holds another number of words.
    """
    taken = blocks(source)
    first = next(taken, Block(b"", 0, 1))
    line, _, rest = first.data.partition(b"\n")
    stated = header(line)
    if stated is None:
        shown = line[:_SHOWN]
        raise Damaged(f"its first line {shown!r} is no header, two whole numbers: words and dim; try 'glove'")
    rows, dim = stated
    # A letter, a blank and a digit a number, and the break.
    require_possible(rows, dim, 2 * dim + 2, source.size)
    options.require_stated(None, dim)
    table = Table("word2vec-text", dim, options)
    remaining = Block(rest, first.offset + len(first.data) - len(rest), 2)
    _read(_chain(remaining, taken), table, options)
    _require_rows(table, rows, options, f"its header states {rows:,} words")
    return table.finished()


def read_without_header(source: Source, options: Options) -> Vectors:
    """Reads GloVe's text: a line a word.

    Raises:
        Damaged: it is not that.
    """
    taken = blocks(source)
    first = next(taken, Block(b"", 0, 1))
    line = first.data.partition(b"\n")[0]
    dim = options.dim or dim_of(line)
    if not dim:
        raise Damaged(f"its first line, {line[:_SHOWN]!r}, is no word and numbers behind it")
    table = Table("glove", dim, options)
    _read(_chain(first, taken), table, options)
    return table.finished()


def _chain(first: Block, rest: Iterator[Block]) -> Iterator[Block]:
    if first.data:
        yield first
    yield from rest


def require_possible(rows: int, dim: int, least: int, size: int | None) -> None:
    """A header may state anything: it is held against the file before anything is made of it.

    Args:
        rows: words that are stated.
        dim: numbers a word.
        least: bytes that a word and its numbers take at least.
        size: bytes that they can be in; None where that is not known.

    Raises:
        Damaged: there is nothing, or more than the file can hold.
    """
    if rows < 1 or dim < 1:
        raise Damaged(f"its header states {rows} words of dim {dim}; there is nothing to read")
    if size is not None and rows * least > size:
        raise Damaged(
            f"its header states {rows:,} words of dim {dim:,}, which take {rows * least:,} bytes at least; "
            f"there are {size:,}. It is cut off, or the header is of another file"
        )


def _require_rows(table: Table, rows: int, options: Options, said: str) -> None:
    if table.rows != rows and not (options.limit is not None and table.rows == options.limit < rows):
        raise Damaged(
            f"{said}; it holds {table.rows:,}. It is cut off, or was put together from others: fetch it "
            "again, or mend the header"
        )


def _read(taken: Iterator[Block], table: Table, options: Options) -> None:
    last = b""
    for block in taken:
        _take(block, table, options)
        last = block.data[-1:]
        if table.left() == 0:
            return
    if last not in (b"\n", b"") and not options.unterminated:
        raise Damaged(
            "its last line has no line break: it may have been cut off in the middle of a number. Fetch it "
            "again, or give unterminated=True if it is whole"
        )
    expected = options.expected_rows
    if expected is not None and expected != table.rows:
        raise Damaged(f"it holds {table.rows:,} words; expected_rows={expected:,}")


def _take(block: Block, table: Table, options: Options) -> None:
    """Puts the lines of a block into the table."""
    data, dim = block.data, table.dim
    found = text.spans(data, dim)
    found = type(found)(*(x[: table.left()] for x in found))
    where = _places(block)
    _require_whole(block, found, dim, options)
    starts, stops = found.starts.tolist(), found.stops.tolist()
    words = [data[start:stop] for start, stop in zip(starts, stops, strict=True)]
    if not options.numeric_words:
        _require_no_numbers(words, dim, where)
    decoded, kept = table.wanted(words, where)
    if not kept.all():
        rows = np.flatnonzero(kept)
        found = type(found)(*(x[rows] for x in found))
        where = among(where, rows)
    table.add(decoded, _numbers(data, found, dim, where), where)


def _places(block: Block) -> Where:
    return lambda i: f"line {block.line + i}"


def _require_whole(block: Block, found: text.Spans, dim: int, options: Options) -> None:
    """Every line has a word and `dim` fields behind it."""
    short = np.flatnonzero(found.stops < 0)
    if not len(short):
        return
    i = int(short[0])
    line = block.data[int(found.starts[i]) :].partition(b"\n")[0]
    where, shown = f"line {block.line + i}", line[:_SHOWN]
    parts = fields(line)
    if not parts:
        raise Damaged(f"{where} is empty; take it out")
    if line[:1] in (b" ", b"\t"):
        raise Damaged(f"{where}, {shown!r}, begins with a blank, where a word is to stand")
    raise Damaged(
        f"{where}, {shown!r}, has {len(parts) - 1} values, {dim} are expected. The file is damaged or cut "
        "off, or of another format: fetch it again, or name the format"
    )


def _require_no_numbers(words: list[bytes], dim: int, where: Where) -> None:
    """A word of several fields may be GloVe's; with a number in it, it looks like values too many."""
    joined = b"".join(words)
    if b" " not in joined and b"\t" not in joined:  # as in nearly all blocks
        return
    for i, word in enumerate(words):
        if b" " not in word and b"\t" not in word:
            continue
        surplus = sum(map(is_number, fields(word)[1:]))
        if surplus:
            raise Damaged(
                f"{where(i)} has {dim + surplus} values or more, {dim} are expected; if {word[:_SHOWN]!r} is "
                "its word, numbers in it and all, give numeric_words=True"
            )


def _numbers(data: bytes, found: text.Spans, dim: int, where: Where) -> Float64[np.ndarray, "rows dim"]:
    """The vectors of lines; rows that the fast way leaves are read number by number."""
    vectors, done = text.numbers(data, found.firsts, found.ends, dim)
    while done < len(vectors):
        vectors[done] = _by_hand(data[int(found.firsts[done]) : int(found.ends[done])], where(done))
        done += 1
        rest, more = text.numbers(data, found.firsts[done:], found.ends[done:], dim)
        vectors[done : done + more] = rest[:more]
        done += more
    return vectors


def _by_hand(line: bytes, where: str) -> list[float]:
    parts = fields(line)
    for i, part in enumerate(parts, 1):
        if not is_number(part):
            raise Damaged(f"{where}: value {i} is {part[:_SHOWN]!r}, no number")
    return [float(part) for part in parts]
