"""Users, items, and who had to do with what: what every reader makes, and every split parts.

Source: the parting is the project's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from experiments.recommend.features import Bins


@dataclasses.dataclass(frozen=True, eq=False)
class Side:
    """All users, or all items: one of the two sides of an interaction.

    Attributes:
        kind: "user" or "item", which words of it begin with.
        names: the id of each, as it was read.
        features: of each, the words that tell of it beside its id, as `genre=Drama`.
        titles: what each is called in answers; empty for their names.
        bins: of features that are numbers, by name, into which words they were put.

    Example:
        >>> side = Side("item", ("50", "7"), (("genre=Drama",), ()))
        >>> side.word(0), side.bag(0)
        ('item=50', ('item=50', 'genre=Drama'))
    """

    kind: str
    names: tuple[str, ...]
    features: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...] = ()
    bins: Mapping[str, Bins] = dataclasses.field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.names)

    def word(self, number: int) -> str:
        """The word of the id of one of them."""
        return f"{self.kind}={self.names[number]}"

    def bag(self, number: int) -> tuple[str, ...]:
        """All words of one of them, that of its id first."""
        return (self.word(number), *self.features[number])

    def title(self, number: int) -> str:
        """What one of them is called."""
        return self.titles[number] if self.titles else self.names[number]


@dataclasses.dataclass(frozen=True, eq=False)
class Interactions:
    """Which users had to do with which items; each pair once.

    Attributes:
        name: what tables call the data.
        users: all users, those without an interaction too.
        items: all items.
        user: int32 [rows], number of the user.
        item: int32 [rows], number of the item.
        rating: float32 [rows], or None where all are alike, as clicks are.
        time: float64 [rows], of any unit, or None where it is not known.
        notes: what was passed over or mended while they were read, in sentences.

    Example:
        >>> users, items = Side("user", ("a", "b"), ((), ())), Side("item", ("x",), ((),))
        >>> made = Interactions("two", users, items, np.array([0, 1]), np.array([0, 0]))
        >>> len(made)
        2
    """

    name: str
    users: Side
    items: Side
    user: np.ndarray
    item: np.ndarray
    rating: np.ndarray | None = None
    time: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.user)

    def of(self, rows: np.ndarray) -> Interactions:
        """Only some rows; users and items stay as they are."""
        rating, time = (None if x is None else x[rows] for x in (self.rating, self.time))
        return dataclasses.replace(self, user=self.user[rows], item=self.item[rows], rating=rating, time=time)


def numbered(names: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """The number of each name among the distinct ones, which are numbered as they first come up.

    Args:
        names: one a row.

    Returns:
        int32 [rows], and the distinct names.

    Example:
        >>> numbered(["b", "a", "b"])
        (array([0, 1, 0], dtype=int32), ('b', 'a'))
    """
    places: dict[str, int] = {}
    numbers = np.fromiter((places.setdefault(name, len(places)) for name in names), np.int32, len(names))
    return numbers, tuple(places)


def latest(user: np.ndarray, item: np.ndarray, time: np.ndarray | None) -> np.ndarray:
    """Of each pair of user and item the last row: by time, or where that is not known or equal, by place.

    A pair that came up twice could stand on both sides of a split, and would tell its own answer.

    Args:
        user: whole numbers [rows].
        item: whole numbers [rows].
        time: float [rows], or None.

    Returns:
        int64 [kept], the rows that stay, in their order.

    Example:
        >>> latest(np.array([0, 1, 0]), np.array([5, 5, 5]), None)
        array([1, 2])
    """
    place = np.arange(len(user))
    order = np.lexsort((place, place if time is None else time, item, user))
    first_of_next = (np.diff(user[order]) != 0) | (np.diff(item[order]) != 0)
    last = np.append(first_of_next, np.ones(min(1, len(order)), bool))
    return np.sort(order[last])
