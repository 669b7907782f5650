"""Rows of a table as ids of one vocabulary: a word a value, a word a crossed pair, two knots a number.

A value v of a column C is the word `C=v`, so that one embedding reads all columns: a dense one then has a
table a column, whose rows lie one after the other, and a hashed one has one table for all of them.

A number x lies between two knots of its column, `k_j ≤ x ≤ k_{j+1}`, quantiles of the training rows; its
vector is `(1 − f) e_j + f e_{j+1}` with `f = (x − k_j) / (k_{j+1} − k_j)`. These are the continuous
functions that are linear between knots, the same as a linear layer makes of Gorishniy's piecewise linear
encoding: there row t is the step from knot t to the next, and a value reads all rows below it; here it is
the vector at the knot, and a value reads two. Beyond the outermost knots the vector stays as it is.

Reference: Guo & Berkhahn 2016, "Entity embeddings of categorical variables"; Gorishniy, Rubachev &
Babenko 2022, "On embeddings for numerical features in tabular deep learning"; Cheng et al. 2016, "Wide &
deep learning for recommender systems" (crosses).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float64, Integer

from embedlab.base import ABSENT, OpenVocabulary
from embedlab.checks import require
from embedlab.text import Vocabulary
from experiments.config import Text
from experiments.documents.prepare import vocabulary_for
from experiments.study.tabular.frame import Categories, Frame
from experiments.study.tabular.knots import around, knot_words, knots_of
from experiments.study.tabular.read import Read
from experiments.study.tabular.wording import Wording
from experiments.study.words import numbered, takes_any_word

_UNKNOWN = 1  # the vocabulary's own id of a word that it does not know


@dataclasses.dataclass(frozen=True, eq=False)
class Words:
    """What words a table's rows are made of; all of it follows from the training rows.

    Attributes:
        categorical: columns of categories.
        crosses: columns of each cross.
        knots: column of numbers -> float64 [knots], ascending.

    Example:
        >>> frame = Frame({"user": Categories.of(["b", "a", "b"])}, {"age": np.array([1.0, 2.0, np.nan])})
        >>> words = Words.of(frame, np.arange(3), Wording(bins=1))
        >>> sorted(words.counts(frame, np.arange(3), 2))
        ['age=', 'age=1', 'age=2', 'user=?', 'user=b']
    """

    categorical: tuple[str, ...]
    crosses: tuple[tuple[str, ...], ...]
    knots: Mapping[str, Float64[np.ndarray, " knots"]]

    @classmethod
    def of(
        cls,
        frame: Frame,
        rows: Integer[np.ndarray, " m"],
        wording: Wording,
        flag: str = "--words.crosses",
    ) -> Words:
        """Those of the training rows.

        Args:
            frame: all rows.
            rows: int [m], the numbers of the training rows.
            wording: the settings.
            flag: that names crosses, for error messages.

        Raises:
            ValueError: a cross names what is no column of categories; or a column of numbers has none.
        """
        knots = {name: knots_of(name, values[rows], wording.bins) for name, values in frame.numeric.items()}
        columns = tuple(frame.categorical)
        return cls(columns, wording.parts(columns, flag), knots)

    @property
    def numeric(self) -> tuple[str, ...]:
        """Columns of numbers."""
        return tuple(self.knots)

    @property
    def columns_read(self) -> tuple[str, ...]:
        """All columns."""
        return (*self.categorical, *self.knots)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The word of each column and cross that stands for values without one."""
        names = (*self.categorical, *("×".join(parts) for parts in self.crosses))
        return tuple(f"{name}=?" for name in names)

    def kept(self) -> dict[str, Any]:
        """All of it, as JSON holds it."""
        return {
            "categorical": list(self.categorical),
            "crosses": [list(parts) for parts in self.crosses],
            "knots": {name: knots.tolist() for name, knots in self.knots.items()},
        }

    @classmethod
    def restored(cls, kept: Mapping[str, Any]) -> Words:
        """What `kept` gave.

        Args:
            kept: as JSON holds it.
        """
        knots = {name: np.array(values, np.float64) for name, values in kept["knots"].items()}
        return cls(tuple(kept["categorical"]), tuple(map(tuple, kept["crosses"])), knots)

    def columns(self, frame: Frame) -> Iterator[tuple[str, Categories]]:
        """Columns and crosses of a frame, with their names.

        Args:
            frame: that has these columns.
        """
        for name in self.categorical:
            yield name, frame.categorical[name]
        for parts in self.crosses:
            yield "×".join(parts), _crossed([frame.categorical[part] for part in parts])

    def counts(self, frame: Frame, rows: Integer[np.ndarray, " m"], min_count: int) -> dict[str, int]:
        """How often each word occurs in training.

        Args:
            frame: all rows.
            rows: int [m], the numbers of the training rows.
            min_count: of a value, to have a word of its own.

        Returns:
            Words with a value of their own, and `COLUMN=?` of all columns, however few values it stands for.
        """
        found: dict[str, int] = {}
        for name, column in self.columns(frame):
            counts = column.counts(rows)
            own = np.flatnonzero(counts >= min_count)
            found.update((f"{name}={column.values[place]}", int(counts[place])) for place in own.tolist())
            # A value that is written ? is what the column has of unknown ones.
            rare = int(counts.sum() - counts[own].sum()) + found.get(f"{name}=?", 0)
            found[f"{name}=?"] = max(1, rare)
        for name, knots in self.knots.items():
            share = max(1, len(rows) // len(knots))
            missing = int(np.isnan(frame.numeric[name][rows]).sum())
            found |= dict.fromkeys(knot_words(name, knots), share) | {f"{name}=": max(1, missing)}
        return found

    def read(self, frame: Frame, spec: Any, vocabulary: Vocabulary) -> Read:
        """Rows as an embedding reads them.

        Args:
            frame: of rows, seen in training or not.
            spec: the embedding.
            vocabulary: its words.
        """
        columns = list(self.columns(frame))
        words = [f"{name}={value}" for name, column in columns for value in column.values]
        of_numbers = [w for name, knots in self.knots.items() for w in (*knot_words(name, knots), f"{name}=")]
        every = list(dict.fromkeys([*words, *of_numbers, *self.unknown]))
        numbers, buffers = numbered(spec, vocabulary, every)
        of = dict(zip(every, numbers.tolist(), strict=True))
        closed = not (takes_any_word(spec) or isinstance(spec, OpenVocabulary))
        ids = np.empty((len(frame), len(columns)), np.int32)
        for place, (name, column) in enumerate(columns):
            own = np.array([of[f"{name}={value}"] for value in column.values], np.int32)
            if closed:
                own[own == _UNKNOWN] = of[f"{name}=?"]
            ids[:, place] = own[column.codes]
        knots, weights = self._numbers(frame, of)
        return Read(ids, knots, weights, buffers)

    def knots_around(self, frame: Frame) -> tuple[np.ndarray, np.ndarray]:
        """The knot below each number, and how much of it and of the next the number is: see `around`.

        Args:
            frame: of rows.

        Returns:
            lower: int32 [n, numbers], −1 where a number is missing.
            weights: float32 [n, numbers, 2].
        """
        lower = np.empty((len(frame), len(self.knots)), np.int32)
        weights = np.empty((*lower.shape, 2), np.float32)
        for place, (name, knots) in enumerate(self.knots.items()):
            lower[:, place], weights[:, place] = around(frame.numeric[name], knots)
        return lower, weights

    def _numbers(self, frame: Frame, of: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
        """Ids and weights [n, numbers, 2] of the knots around each number."""
        lower, weights = self.knots_around(frame)
        ids = np.full((*lower.shape, 2), ABSENT, np.int32)
        for place, (name, knots) in enumerate(self.knots.items()):
            own = np.array(
                [*(of[word] for word in knot_words(name, knots)), ABSENT, of[f"{name}="]], np.int32
            )
            ids[:, place, 0] = own[lower[:, place]]
            ids[:, place, 1] = np.where(lower[:, place] < 0, ABSENT, own[lower[:, place] + 1])
        return ids, weights


def vocabulary_of(spec: Any, counts: Mapping[str, int]) -> Vocabulary:
    """The words of an embedding, the most frequent ones where it has ids for fewer.

    Args:
        spec: the embedding.
        counts: how often each word occurs in training.

    Raises:
        ValueError: it has ids for fewer than two words.

    Example:
        >>> import embedlab
        >>> vocabulary_of(embedlab.Dense(10, 4), {"user=b": 3, "user=?": 1}).words[2:]
        ('user=b', 'user=?')
    """
    limit = getattr(spec, "vocabulary", None)
    fits = limit is None or limit >= len(Vocabulary.SPECIAL) + 2
    require(fits, "vocabulary", limit, "this leaves no ids for values of columns; give some thousands")
    return vocabulary_for(spec, counts, Text(min_count=1))


def _crossed(columns: Sequence[Categories]) -> Categories:
    """The combinations of values that occur."""
    codes, sizes = columns[0].codes.astype(np.int64), [len(column.values) for column in columns]
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        # Renumbered each time, so that products of sizes stay within 64 bits.
        codes = np.unique(codes, return_inverse=True)[1] * size + column.codes
    _, first, found = np.unique(codes, return_index=True, return_inverse=True)
    parts = [[_part(column.values[code]) for code in column.codes[first].tolist()] for column in columns]
    return Categories(found.astype(np.int32), tuple("|".join(values) for values in zip(*parts, strict=True)))


def _part(value: str) -> str:
    """A value as a part of a crossed word: `x|y` and `z` are another pair than `x` and `y|z`."""
    return value.replace("\\", "\\\\").replace("|", "\\|")
