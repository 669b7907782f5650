"""What each column may be expected to hold: its words, and how frequent each is among what is learnt from.

Source: the parting is the project's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float32, Int32, Integer

from embedlab.base import ABSENT
from embedlab.text import Vocabulary
from experiments.study.tabular.frame import Frame
from experiments.study.tabular.words import Words
from experiments.study.words import numbered

_LEAST = 0.5  # of a row, that every word counts at the least


@dataclasses.dataclass(frozen=True, eq=False)
class Expected:
    """The words of each column, one after the other, padded to those of the column that has most.

    Attributes:
        words: column -> its words: values, `COLUMN=?` last; or knots, `COLUMN=` last.
        ids: int32 [columns, most words], `ABSENT` where a column has fewer.
        priors: float32 [columns, most words], ln p of each word among the rows learnt from; −∞ where there is
            none.
    """

    words: Mapping[str, tuple[str, ...]]
    ids: Int32[np.ndarray, "columns words"]
    priors: Float32[np.ndarray, "columns words"]


@dataclasses.dataclass(frozen=True, eq=False)
class Held:
    """What the columns of rows hold.

    Attributes:
        places: int32 [rows, columns, 2], among the column's words; a value has one, a number two.
        weights: float32 [rows, columns, 2], how much of each.
        sparse: float32 [rows, columns], how thinly a column's numbers lie there: ln of how far apart its
            knots are, the median taken as 1, and beyond the outermost knots ln of how far off it is as well;
            0 of a category. With it a surprise is that of a density: between any two knots lie as many
            numbers, however far they are apart.
    """

    places: Int32[np.ndarray, "rows columns 2"]
    weights: Float32[np.ndarray, "rows columns 2"]
    sparse: Float32[np.ndarray, "rows columns"]

    def take(self, rows: Integer[np.ndarray, " m"]) -> Held:
        """What some rows hold, by their numbers int [m]."""
        return Held(self.places[rows], self.weights[rows], self.sparse[rows])


def words_of(
    words: Words, frame: Frame, rows: Integer[np.ndarray, " m"], min_count: int, most: int
) -> dict[str, tuple[str, ...]]:
    """The words of each column.

    Args:
        words: of the table.
        frame: all rows.
        rows: int [m], those learnt from.
        min_count: of a value, to have a word of its own.
        most: values of a column, at most.
    """
    found = {}
    for name in words.categorical:
        column = frame.categorical[name]
        counts = column.counts(rows)
        order = np.argsort(-counts, kind="stable")[:most]
        own = [f"{name}={column.values[place]}" for place in order.tolist() if counts[place] >= min_count]
        found[name] = (*own, f"{name}=?")
    for name, knots in words.knots.items():
        found[name] = (*(f"{name}={knot:.9g}" for knot in knots.tolist()), f"{name}=")
    return found


def held(words: Words, of: Mapping[str, tuple[str, ...]], frame: Frame) -> Held:
    """What rows hold, among the words of each column; values without a word are its `COLUMN=?`.

    Args:
        words: of the table.
        of: the words of each column.
        frame: the rows.
    """
    columns = [*words.categorical, *words.knots]
    places = np.zeros((len(frame), len(columns), 2), np.int32)
    weights = np.zeros((len(frame), len(columns), 2), np.float32)
    weights[:, :, 0] = 1
    for at, name in enumerate(words.categorical):
        column, number = frame.categorical[name], {word: n for n, word in enumerate(of[name])}
        unknown = number[f"{name}=?"]
        own = [number.get(f"{name}={value}", unknown) for value in column.values]
        places[:, at, 0] = np.array(own, np.int32)[column.codes]
    numeric = slice(len(words.categorical), None)
    if words.knots:
        lower, weights[:, numeric] = words.knots_around(frame)
        missing = np.array([len(of[name]) - 1 for name in words.knots])
        places[:, numeric, 0] = np.where(lower < 0, missing, lower)
        places[:, numeric, 1] = np.where(
            lower < 0, missing, np.minimum(lower + 1, np.maximum(missing - 1, 0))
        )
    sparse = np.zeros((len(frame), len(columns)), np.float32)
    for at, name in enumerate(words.knots, len(words.categorical)):
        sparse[:, at] = _sparse(words.knots[name], frame.numeric[name], places[:, at], weights[:, at])
    return Held(places, weights, sparse)


def _sparse(knots: np.ndarray, values: np.ndarray, places: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """How thinly numbers lie around values [rows], float [rows]; 0 where one is missing."""
    gaps = np.diff(knots) if len(knots) > 1 else np.ones(1)
    widths = np.append((np.append(gaps[:1], gaps) + np.append(gaps, gaps[-1:])) / 2, np.nan)
    logs = np.log(widths / np.median(widths[:-1]))
    found = (weights * np.nan_to_num(logs[np.minimum(places, len(logs) - 1)])).sum(-1)
    off = np.maximum(knots[0] - values, values - knots[-1])
    beyond = np.log1p(np.maximum(off, 0) / np.where(values < knots[0], gaps[0], gaps[-1]))
    return np.where(np.isnan(values), 0.0, found + np.nan_to_num(beyond))


def expected(of: Mapping[str, tuple[str, ...]], learnt: Held, spec: Any, vocabulary: Vocabulary) -> Expected:
    """Ids and frequencies of the words of each column.

    Args:
        of: the words of each column.
        learnt: what the rows that are learnt from hold.
        spec: the embedding.
        vocabulary: its words.
    """
    every = [word for column in of.values() for word in column]
    numbers, _ = numbered(spec, vocabulary, every)
    most = max(map(len, of.values()))
    ids = np.full((len(of), most), ABSENT, np.int32)
    priors = np.full((len(of), most), -np.inf, np.float32)
    first = 0
    for at, column in enumerate(of.values()):
        ids[at, : len(column)] = numbers[first : first + len(column)]
        first += len(column)
        counts = np.bincount(
            learnt.places[:, at].ravel(), weights=learnt.weights[:, at].ravel(), minlength=len(column)
        )
        counts = np.maximum(counts, _LEAST)
        priors[at, : len(column)] = np.log(counts / counts.sum())
    return Expected(of, ids, priors)
