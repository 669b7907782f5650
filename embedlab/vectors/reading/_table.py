"""Vectors as they come out of a file, with what was agreed for those that are not as they should be."""

from __future__ import annotations

import collections
import logging
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Bool, Float

from embedlab.vectors.reading._errors import Damaged
from embedlab.vectors.reading._options import Options
from embedlab.vectors.report import Report
from embedlab.vectors.store import Vectors

_log = logging.getLogger(__name__)

Where = Callable[[int], str]


def among(where: Where, rows: np.ndarray) -> Where:
    """The places of some of many, by their numbers among those.

    Example:
        >>> among(lambda i: f"line {i}", np.array([3, 5]))(1)
        'line 5'
    """
    return lambda i: where(int(rows[i]))


class Table:
    """Words and vectors, some at a time.

    Of the words of a piece, `wanted` says which are looked for; `add` takes the vectors of those.

    Example:
        >>> table = Table("glove", dim=2, options=Options(only=["cat"]))
        >>> words, kept = table.wanted([b"cat", b"dog"], lambda i: f"line {i + 1}")
        >>> table.add(words, np.ones((1, 2)), lambda i: f"line {i + 1}")
        >>> table.finished().words
        ('cat',)

    Source: none.
    """

    def __init__(self, format: str, dim: int, options: Options) -> None:
        self.dim, self._options, self._format = dim, options, format
        self._rows: dict[str, int] = {}  # in the order of the rows
        self._twice = False  # whether a word stood there twice
        self._matrix = np.empty((0, dim), options.dtype)
        self._counts: collections.Counter[str] = collections.Counter()
        self._odd: set[str] = set()  # words that are in the table with marks for what was no UTF-8

    @property
    def rows(self) -> int:
        """Vectors looked at so far."""
        return self._counts["rows"]

    def left(self) -> int | None:
        """How many more are to be looked at; None for all that there are."""
        return None if self._options.limit is None else max(0, self._options.limit - self.rows)

    def wanted(self, words: Sequence[bytes], where: Where) -> tuple[list[str], Bool[np.ndarray, " words"]]:
        """The words that are looked for, decoded, and which they are."""
        self._counts["rows"] += len(words)
        decoded = self._decoded(words, where)
        if "" in decoded:
            raise Damaged(f"{where(decoded.index(''))} has no word before its vector")
        only = self._options.only
        if only is None:
            return decoded, np.ones(len(decoded), bool)
        kept = np.fromiter((word in only for word in decoded), bool, len(decoded))
        self._counts["skipped"] += int(len(kept) - kept.sum())
        return [word for word, keep in zip(decoded, kept.tolist(), strict=True) if keep], kept

    def add(self, words: list[str], vectors: Float[np.ndarray, "words dim"], where: Where) -> None:
        """Takes vectors of words that `wanted` gave.

        Args:
            words: n of them.
            vectors: float [n, dim].
            where: the place of number i in the file, for messages.

        Raises:
            ValueError: a NaN, an infinity, or a word twice, where that is not wanted.
        """
        with np.errstate(over="ignore"):
            cast = vectors.astype(self._matrix.dtype, copy=False)
        # A sum is finite only if all are: cheaper than to look at each number, and right where it says so.
        with np.errstate(invalid="ignore", over="ignore"):
            bad = ~np.isfinite(cast.sum(1, dtype=np.float64))
        if bad.any():
            words, cast, where = self._finite(words, cast, where)
        if not self._twice:
            self._twice = not self._put_all(words)
        if self._twice:
            rows = self._fresh(words, cast, where)
            words, cast = [words[i] for i in rows], cast[rows]
            self._put(words)
        self._append(cast)

    def finished(self) -> Vectors:
        """The vectors, and the report of what there was beside them."""
        self._matrix.resize((len(self._rows), self.dim), refcheck=False)
        report = Report(self._format, **{name: self._counts[name] for name in self._counts})
        if report.kept != report.rows - report.skipped or report.replaced or report.zeroed:
            _log.warning("%s", report)
        return Vectors.of_rows(self._rows, self._matrix, report)

    def _decoded(self, words: Sequence[bytes], where: Where) -> list[str]:
        try:
            return [word.decode() for word in words]
        except UnicodeDecodeError:
            pass
        found = []
        for i, word in enumerate(words):
            try:
                found.append(word.decode())
            except UnicodeDecodeError as error:
                if self._options.utf8 == "strict":
                    what = f"byte {error.start + 1} of its word {word!r} is no UTF-8"
                    raise Damaged(f"{where(i)}: {what}; give utf8='replace' to read on") from None
                found.append(word.decode(errors="replace"))
                self._odd.add(found[-1])
                self._counts["replaced"] += 1
        return found

    def _finite(
        self, words: list[str], vectors: Float[np.ndarray, "words dim"], where: Where
    ) -> tuple[list[str], Float[np.ndarray, "kept dim"], Where]:
        """Vectors that are finite, by the policy that there is for others."""
        bad = ~np.isfinite(vectors).all(1)
        which = np.flatnonzero(bad)
        policy = self._options.non_finite
        if len(which) and policy == "error":
            i = int(which[0])
            value = vectors[i][~np.isfinite(vectors[i])][0]
            raise Damaged(
                f"{where(i)}: the vector of {words[i]!r} holds {value} as {vectors.dtype}; "
                "give non_finite='drop' or 'zero' to read on"
            )
        if policy == "zero":
            self._counts["zeroed"] += len(which)
            return words, np.where(bad[:, None], vectors.dtype.type(0), vectors), where
        self._counts["dropped"] += len(which)
        good = np.flatnonzero(~bad).tolist()
        return [words[i] for i in good], vectors[good], lambda i: where(good[i])

    def _put(self, words: list[str]) -> None:
        first = len(self._rows)
        self._rows.update(zip(words, range(first, first + len(words)), strict=True))

    def _put_all(self, words: list[str]) -> bool:
        """Puts the words in if each of them is there for the first time; whether that is so.

        To put them in and count is faster than to look each up before: words are strewn over memory.
        """
        before = len(self._rows)
        self._put(words)
        if len(self._rows) == before + len(words):
            return True
        self._rows = dict(zip(self._rows, range(before), strict=False))  # a word keeps its place in a dict
        return False

    def _fresh(self, words: list[str], vectors: Float[np.ndarray, "words dim"], where: Where) -> list[int]:
        """Which of the words are to be appended. The others are there already."""
        fresh: dict[str, int] = {}
        for i, word in enumerate(words):
            if word not in self._rows and word not in fresh:
                fresh[word] = i
                continue
            if self._options.duplicates == "error":
                remedy = "give duplicates='first' or 'last' to read on"
                raise Damaged(f"{where(i)}: {word!r} is there before; {remedy}")
            self._counts["duplicates"] += 1
            self._counts["collisions"] += word in self._odd
            if self._options.duplicates == "last":
                if word in self._rows:
                    self._matrix[self._rows[word]] = vectors[i]
                else:
                    fresh[word] = i
        return list(fresh.values())

    def _append(self, vectors: Float[np.ndarray, "words dim"]) -> None:
        """Those of the words that were put in last."""
        first, stop = len(self._rows) - len(vectors), len(self._rows)
        if stop > len(self._matrix):
            # By eighths: a larger piece would be zeroed, and so be in memory, for nothing.
            self._matrix.resize((max(stop, len(self._matrix) * 9 // 8), self.dim), refcheck=False)
        self._matrix[first:stop] = vectors
