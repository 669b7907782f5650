"""Lines of text taken apart and put together by compiled code, or by NumPy where there is none: the same.

A line is a word and `dim` numbers, parted by spaces or tabs; the word may hold some itself.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64, Int64

from embedlab.checks import require
from embedlab.native import build

_SOURCE = Path(__file__).with_name("text.cc")
_BLANKS = np.frombuffer(b" \t", np.uint8)
_ABOVE = {"float32": 1e6, "float64": 1e16}  # from there on with an exponent, as NumPy does it
# Of all float32 the one whose shortest decimal is another number's where it is read as float64, then rounded.
_TWICE_ROUNDED, _INSTEAD = np.float32(7.0385307e-26), (b"7.0385307e-26", b"-7.0385307e-26")
_MOST = 27  # bytes of a number and the blank before it
_IN_NUMBERS = b"0123456789+-.eE \tinfatyINFATY"  # Python's own grammar has underscores and more blanks


class Spans(NamedTuple):
    """Where things lie in a block of lines; offsets in bytes from its start.

    Attributes:
        starts: int64 [lines], of the words.
        stops: int64 [lines], their ends; −1 where a line has fewer than `dim` fields after a word, or
            begins with a blank.
        firsts: int64 [lines], where the last `dim` fields begin.
        ends: int64 [lines], where they end.

    Example:
        >>> spans(b"a b 1 2\\n", 2).stops
        array([3])

    Source: none.
    """

    starts: Int64[np.ndarray, " lines"]
    stops: Int64[np.ndarray, " lines"]
    firsts: Int64[np.ndarray, " lines"]
    ends: Int64[np.ndarray, " lines"]


def spans(block: bytes, dim: int) -> Spans:
    """Where each line's word and its last `dim` fields lie.

    Args:
        block: whole lines; the last one's line break may be missing. A carriage return before the break,
            and blanks at a line's end, are left out.
        dim: fields behind the word.

    Returns:
        Offsets, int64 [lines] each.

    Example:
        >>> found = spans(b"cat 1 2\\r\\nbig dog 3 4\\n", 2)
        >>> found.starts, found.stops
        (array([0, 9]), array([ 3, 16]))

    Source: none.
    """
    lines = block.count(b"\n") + (not block.endswith(b"\n") and bool(block))
    compiled = _compiled()
    if compiled is None:
        return _spans(np.frombuffer(block, np.uint8), lines, dim)
    out = np.empty((lines, 4), np.int64)
    compiled.embedlab_spans(block, len(block), dim, out.ctypes.data)
    return Spans(*np.ascontiguousarray(out.T))


def numbers(
    block: bytes, firsts: Int64[np.ndarray, " rows"], ends: Int64[np.ndarray, " rows"], dim: int
) -> tuple[Float64[np.ndarray, "rows dim"], int]:
    """The numbers of spans of `dim` fields, each the float64 that is nearest to the decimal.

    Args:
        block: the text.
        firsts: int64 [rows], where the spans begin.
        ends: int64 [rows], where they end.
        dim: fields of a span.

    Returns:
        float64 [rows, dim], and how many rows are done. It stops at one with a field that is no number, or
        one beyond float64; that row and those behind it hold anything.

    Example:
        >>> numbers(b"1 2 x 3", np.array([0, 4]), np.array([3, 7]), 2)[1]
        1

    Source: correct rounding as of Clinger 1990, "How to read floating point numbers accurately".
    """
    out = np.empty((len(firsts), dim))
    compiled = _compiled()
    if compiled is None:
        return out, _numbers(block, firsts, ends, out)
    firsts, ends = (np.ascontiguousarray(x, np.int64) for x in (firsts, ends))
    done = compiled.embedlab_numbers(
        block, firsts.ctypes.data, ends.ctypes.data, len(firsts), dim, out.ctypes.data
    )
    return out, done


def lines(
    words: Sequence[bytes] | None, numbers: Float[np.ndarray, "rows dim"], blank: bytes = b" "
) -> bytes:
    """Lines of a word and its numbers, each the shortest decimal that is read back as the same number.

    Also where a reader takes it for a float64 first, and rounds that to float32: of all float32 one has a
    digit more for it.

    Numbers are written as Python writes them: `0.25`, `-0.0`, `1.5e-07`; with an exponent below 10⁻⁴, and
    from 10⁶ (float32) or 10¹⁶ (float64) on.

    Args:
        words: one a row, an empty one for none; None for lines of numbers alone.
        numbers: float32 or float64 [rows, dim], all finite.
        blank: one byte, between a word and its numbers.

    Returns:
        The lines, each with a line break at its end.

    Raises:
        ValueError: numbers of another type.

    Example:
        >>> lines([b"cat", b"dog"], np.float32([[0.1, 1], [-0.0, 1e-7]]))
        b'cat 0.1 1.0\\ndog -0.0 1e-07\\n'

    Source: the shortest digits are those of Steele and White 1990, "How to print floating-point numbers
    accurately".
    """
    kind = numbers.dtype.name
    require(kind in _ABOVE, "numbers.dtype", kind, "give float32 or float64")
    compiled = _compiled()
    if compiled is None:
        return _lines(words, numbers, blank)
    rows, dim = numbers.shape
    joined = b"".join(words or ())
    stops = np.zeros(rows, np.int64) if words is None else np.cumsum([len(word) for word in words])
    numbers = np.ascontiguousarray(numbers)
    out = np.empty(len(joined) + rows * (dim * _MOST + 1), np.uint8)
    places = (x.ctypes.data for x in (stops, numbers, out))
    size = compiled.embedlab_lines(
        joined, next(places), next(places), kind == "float64", rows, dim, _ABOVE[kind], blank, next(places)
    )
    return out[:size].tobytes()


def records(
    block: bytes, at: int, width: int, gap: int, longest: int, most: int
) -> tuple[Int64[np.ndarray, " records"], Int64[np.ndarray, " records"]]:
    """Where the words of records lie that are a word, a space and so many bytes, one behind the other.

    Args:
        block: the bytes.
        at: where the first begins.
        width: bytes behind a space.
        gap: bytes between two records, whatever they are.
        longest: bytes of a word, at most.
        most: records that are looked for, at most.

    Returns:
        int64 [records] twice, beginnings and ends of the words of those that are whole, and have one more
        byte behind them.

    Example:
        >>> records(b"a 12bc 34-", 0, 2, 0, 99, 99)
        (array([0, 4]), array([1, 6]))

    Source: none.
    """
    compiled = _compiled()
    out = np.empty((max(0, min(most, (len(block) - at) // (width + 1))), 2), np.int64)
    if compiled is None:
        found = np.array(_records(block, at, width, gap, longest, len(out)), np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]
    size = (len(block), at, width, gap, longest, len(out))
    count = compiled.embedlab_records(block, *size, out.ctypes.data)
    return out[:count, 0], out[:count, 1]


def _records(block: bytes, at: int, width: int, gap: int, longest: int, most: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while len(found) < most:
        stop = block.find(b" ", at, at + longest)
        if stop < 0 or stop + 1 + width >= len(block):
            break
        found.append((at, stop))
        at = stop + 1 + width + gap
    return found


def _compiled() -> ctypes.CDLL | None:
    return _library() if build.wanted() else None


@functools.cache
def _library() -> ctypes.CDLL | None:
    library = build.loaded(_SOURCE)
    if library is not None:
        size, place = ctypes.c_int64, ctypes.c_void_p
        library.embedlab_spans.argtypes = [ctypes.c_char_p, size, size, place]
        library.embedlab_numbers.argtypes = [ctypes.c_char_p, place, place, size, size, place]
        text, wide, byte = ctypes.c_char_p, ctypes.c_double, ctypes.c_char
        library.embedlab_lines.argtypes = [text, place, place, size, size, size, wide, byte, place]
        library.embedlab_records.argtypes = [ctypes.c_char_p, *[size] * 6, place]
        for function in (library.embedlab_spans, library.embedlab_numbers, library.embedlab_records):
            function.restype = size
        library.embedlab_lines.restype = size
    return library


def _spans(text: np.ndarray, lines: int, dim: int) -> Spans:
    """`spans` in NumPy: fields are found by where blanks and others meet."""
    breaks = np.flatnonzero(text == ord("\n"))
    if len(breaks) < lines:
        breaks = np.append(breaks, len(text))
    starts = np.append(0, breaks[:-1] + 1) if lines else breaks
    returned = (breaks > starts) & (text[np.maximum(breaks - 1, 0)] == ord("\r")) if lines else breaks > 0
    solid = ~np.isin(text, _BLANKS)
    solid[breaks[breaks < len(text)]] = False
    solid[breaks[returned] - 1] = False
    edges = np.flatnonzero(np.diff(np.concatenate([[False], solid, [False]]).astype(np.int8)))
    begins, stops = edges[0::2], edges[1::2]  # of fields; two lines never share one
    after = np.searchsorted(begins, breaks)  # the fields up to a line's end
    before = np.append(0, after[:-1]) if lines else after
    begins, stops = (np.append(x, -1) for x in (begins, stops))  # one more, to look at where there is none
    enough = (after - before > dim) & (begins[before] == starts)
    first = np.where(enough, after - dim, 0)
    return Spans(
        starts,
        np.where(enough, stops[first - 1], -1),
        np.where(enough, begins[first], starts),
        np.where(after > before, stops[after - 1], starts),
    )


def _numbers(block: bytes, firsts: np.ndarray, ends: np.ndarray, out: np.ndarray) -> int:
    """`numbers` in NumPy: all at once where all are numbers, else row by row up to one that is none."""
    texts = [block[first:end] for first, end in zip(firsts.tolist(), ends.tolist(), strict=True)]
    if _parsed(b" ".join(texts), out.reshape(-1)):
        return len(out)
    return next(row for row, text in enumerate(texts) if not _parsed(text, out[row]))


def _parsed(text: bytes, out: np.ndarray) -> bool:
    """Whether a text is so many numbers, which are then in `out`."""
    fields = text.split()
    if len(fields) != len(out) or text.translate(None, _IN_NUMBERS):
        return False
    try:
        out[:] = np.array(fields, "S").astype(np.float64) if fields else []
    except ValueError:
        return False
    return True


def _lines(words: Sequence[bytes] | None, numbers: np.ndarray, blank: bytes) -> bytes:
    """`lines` in NumPy."""
    texts = numbers.astype("S32")
    # From where on there is an exponent is not the same in all versions of NumPy.
    for place in zip(*np.nonzero(np.abs(numbers) >= _ABOVE[numbers.dtype.name]), strict=True):
        texts[place] = np.format_float_scientific(numbers[place], trim="-", exp_digits=2)
    if numbers.dtype == np.float32:
        for sign, instead in zip((1, -1), _INSTEAD, strict=True):
            texts[numbers == sign * _TWICE_ROUNDED] = instead
    rows = map(blank.join, texts.tolist())
    heads = [b""] * len(numbers) if words is None else [word and word + blank for word in words]
    return b"".join(b"%b%b\n" % line for line in zip(heads, rows, strict=True))
