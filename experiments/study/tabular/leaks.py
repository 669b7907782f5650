"""Looks for what would make a result too good: in rows, in single columns, and in the order of rows.

Source: the checks are the project's own; the area under the ROC curve and its deviation under chance are
those of Mann & Whitney 1947, "On a test of whether one of two random variables is stochastically larger
than the other".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Bool

from experiments.study.tabular.frame import Frame
from experiments.study.tabular.rows import Rows
from experiments.tasks.areas import auc_parts
from experiments.tasks.names import some

_TELLS = 0.01  # of the errors of the largest class, that a column which tells the target leaves at most
_KEY = 0.99  # different values a row, from which on a column is a key of rows
_ORDER = 4.0  # deviations from chance, from which on the order of rows tells the target
_NAMED = 5
_MOST_CLASSES = 20  # whose places are looked at


@dataclasses.dataclass(frozen=True)
class Leaks:
    """What was looked for, in sentences.

    Attributes:
        told: all of them.
        doubts: those of what was found.
    """

    told: tuple[str, ...]
    doubts: tuple[str, ...]


def leaks(rows: Rows) -> Leaks:
    """Which leaks were looked for and what was found.

    - Equal rows: they are on one side of every split; that is told with their number.
    - A column that tells the target alone: by the commonest class of each value, or above one threshold.
    - A key: a column with nearly as many values as rows, of which no value is met again.
    - The order of rows: whether it tells the target, and whether a column is that order in disguise.

    Args:
        rows: all of them.
    """
    equal, both = _equal(rows)
    tell = [name for name in rows.frame.names if _tells(rows.frame, name, rows.labels)]
    alone = _named("tells the target nearly alone, so that it may be known only after it", tell)
    key = _named("has nearly as many values as there are rows: a key, to be ignored", list(_keys(rows.frame)))
    order, tells = _order(rows)
    told = (equal, both, alone or "No column tells the target alone.", key, order)
    doubts = (both, alone, key, order if tells else "")
    return Leaks(*(tuple(filter(None, each)) for each in (told, doubts)))


def _named(what: str, names: list[str]) -> str:
    shown = ", ".join(map(repr, names[:_NAMED])) + (", …" if len(names) > _NAMED else "")
    return f"{shown} {what} (--data.ignored)." if names else ""


def _equal(rows: Rows) -> tuple[str, str]:
    """How many rows are equal, and how many groups of such rows are of several classes."""
    n, groups = len(rows.labels), len(np.unique(rows.groups))
    if groups == n:
        return "No two rows are equal.", ""
    both = np.unique(np.stack([rows.groups, rows.labels]), axis=1).shape[1] - groups
    told = (
        f"{n - groups:,} rows are equal to an earlier one in all that is learnt from; they are on one side."
    )
    if rows.given.any() or rows.time is not None:
        told = told.replace("they are on one side", "training has none that test or validation has")
    return told, f"{both:,} groups of equal rows have more than one class." if both else ""


def _tells(frame: Frame, name: str, labels: np.ndarray) -> bool:
    base = len(labels) - int(np.bincount(labels).max())
    if name in frame.numeric:
        values = frame.numeric[name]
        known = ~np.isnan(values)
        if len(np.unique(labels[known])) < 2:
            return False
        if labels.max() > 1:
            return _parts(values[known], labels[known])
        area = auc_parts(values[known], labels[known] == 1).mean()
        return bool(max(area, 1 - area) > 1 - _TELLS / 2)
    column = frame.categorical[name]
    table = np.zeros((len(column.values), int(labels.max()) + 1), np.int64)
    np.add.at(table, (column.codes, labels), 1)
    again = table[table.sum(1) > 1]  # of a value that is met once, its class is known from it alone
    errors = int((again.sum(1) - again.max(1, initial=0)).sum())
    return bool(2 * again.sum() > len(labels) and errors <= _TELLS * base * again.sum() / len(labels))


def _parts(values: np.ndarray, labels: np.ndarray) -> bool:
    """Whether three classes or more lie apart by value, nearly all of each in a piece or two."""
    counts = np.bincount(labels)
    classes, base = int((counts > 0).sum()), len(labels) - int(counts.max())
    place = np.unique(values, return_inverse=True)[1].astype(np.int64)
    pairs, rows = np.unique(place * len(counts) + labels, return_counts=True)
    order = np.lexsort((rows, pairs // len(counts)))  # the commonest class of each value is its last
    last = np.flatnonzero(np.diff(pairs[order] // len(counts), append=-1))
    errors = len(labels) - int(rows[order][last].sum())
    changes = int((np.diff(pairs[order][last] % len(counts)) != 0).sum())
    few = changes <= max(classes - 1, _TELLS * base)
    return len(labels) >= 10 * classes and few and errors <= _TELLS * base


def _keys(frame: Frame) -> Iterator[str]:
    for name, column in frame.categorical.items():
        if len(column.values) > _KEY * len(column.codes):
            yield name
    for name, values in frame.numeric.items():
        whole = bool((values == np.floor(values)).all())
        if whole and len(np.unique(values)) > _KEY * len(values):
            yield name


def _order(rows: Rows) -> tuple[str, bool]:
    """What the order of rows tells of the target, and whether it does."""
    own = ~rows.given
    place = np.arange(len(rows.labels))[own]
    found = [each for each in _classes(rows) if 0 < int((rows.labels[own] == each).sum()) < len(place)]
    if not found:
        return "", False
    areas = {each: _area(place, rows.labels[own] == each) for each in found}
    most = max(found, key=lambda each: abs(areas[each][1]))
    (area, off), name = areas[most], rows.names[most]
    if abs(off) < _ORDER:
        return "The order of the rows does not tell the target.", False
    where = "late" if area > 0.5 else "early"
    told = f"The order of the rows tells the target: {name!r} is more frequent {where} (AUC {area:.3f})."
    hidden = [
        column for column, values in rows.frame.numeric.items() if _follows(place, np.nan_to_num(values[own]))
    ]
    disguised = _named("follows the order of the rows", hidden)
    drawn = rows.time is None and not rows.given.any()
    remedy = " Rows are drawn at random here; --data.time tests on the latest." if drawn else ""
    return f"{told} {disguised}{remedy}".replace("  ", " ").strip(), True


def _classes(rows: Rows) -> list[int]:
    """The classes whose places are looked at: of two the last, else the most frequent ones."""
    if len(rows.names) == 2:
        return [int(rows.labels.max())]
    return np.argsort(-np.bincount(rows.labels), kind="stable")[:_MOST_CLASSES].tolist()


def _area(place: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """The area under the ROC curve of the place, and how many deviations it is off one half."""
    n, m = int(labels.sum()), int((~labels).sum())
    area = float(auc_parts(place.astype(np.float64), labels).mean())
    return area, (area - 0.5) / np.sqrt((n + m + 1) / (12 * n * m))


def _follows(place: np.ndarray, values: np.ndarray) -> bool:
    """Whether values rise or fall with the place all the way."""
    return bool(np.ptp(values) and abs(np.corrcoef(place, values)[0, 1]) > _KEY)


def all_new(columns: Sequence[str], unseen: Bool[np.ndarray, "rows columns"]) -> tuple[str, ...]:
    """Which columns have no tested value that training has, in a sentence; none where there are none.

    Args:
        columns: names of those of categories.
        unseen: bool [rows, columns], which values of the tested rows training does not have.

    Example:
        >>> all_new(["shop", "day"], np.array([[False, True], [True, True]]))
        ("Of 'day' no test row has a value that training has.",)
    """
    new = [columns[place] for place in np.flatnonzero(unseen.all(0)).tolist()]
    return (f"Of {some(new)} no test row has a value that training has.",) if new else ()
