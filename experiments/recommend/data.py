"""Where interactions come from: the user's own files, or MovieLens 100k.

Source: the rules are the project's own.
"""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import draccus
import numpy as np

from embedlab.checks import require
from experiments.data.columns import column_number
from experiments.data.tables import Table, TableFile, read
from experiments.data.tables.times import times
from experiments.recommend.features import bins, words
from experiments.recommend.interactions import Interactions, Side, latest, numbered


class Data(draccus.ChoiceRegistry, ABC):
    """Where interactions come from: a frozen dataclass, chosen in a config by its registered name."""

    @classmethod
    def default_choice_name(cls) -> str:
        """The source that is meant where a config names none."""
        return "files"

    @abstractmethod
    def load(self) -> Interactions:
        """Reads them.

        Raises:
            ValueError: data are missing or malformed; says where, and how to mend it.
        """


@Data.register_subclass("files")
@dataclasses.dataclass(frozen=True)
class Files(TableFile, Data):
    """A file with one interaction a row; and, if wanted, one with a user a row, and one with an item a row.

    Attributes:
        user: the column of the user's id.
        item: the column of the item's id.
        rating: the column of the rating, a number; empty where there is none, as of clicks.
        time: the column of the time, numbers of any unit or ISO 8601 dates; empty where there is none.
        users: a file with a row a user, of any form that is read; a CSV file with a header. Empty for none.
        user_id: its column of the user's id; empty if it is called as `user` is.
        user_features: its columns of what tells of a user, as age.
        items: a file with a row an item.
        item_id: its column of the item's id; empty if it is called as `item` is.
        item_features: its columns of what tells of an item, as genre.
        item_title: its column of what an item is called in answers; empty for its id.
        separator: what parts several values in one field of features; empty where fields hold one value.

    Raises:
        ValueError: one column for two things, or features without the file that has them.

    Example:
        >>> Files(path="orders.csv", user="customer", item="product").rating
        ''
    """

    user: str = "user"
    item: str = "item"
    rating: str = ""
    time: str = ""
    users: str = ""
    user_id: str = ""
    user_features: tuple[str, ...] = ()
    items: str = ""
    item_id: str = ""
    item_features: tuple[str, ...] = ()
    item_title: str = ""
    separator: str = "|"

    def __post_init__(self) -> None:
        given: dict[str, str] = {}
        for field in ("user", "item", "rating", "time"):
            column = getattr(self, field)
            needed = field in ("user", "item")
            require(bool(column) or not needed, field, column, "name the column of the id")
            other = given.setdefault(column, field) if column else field
            require(other == field, field, column, f"this is the column of {other} already; name another")
        for side in ("user", "item"):
            told = bool(getattr(self, f"{side}_features")) or (side == "item" and bool(self.item_title))
            named = bool(getattr(self, f"{side}s")) or not told
            remedy = f"give the file that has them too, with --data.{side}s"
            require(named, f"{side}_features", getattr(self, f"{side}_features"), remedy)

    def load(self) -> Interactions:
        flags = {f"data.{field}": getattr(self, field) for field in ("user", "item", "rating", "time")}
        table = self.table({flag: column for flag, column in flags.items() if column})
        sides = (self._side("user", table.ids(self.user)), self._side("item", table.ids(self.item)))
        rating = table.numbers(self.rating).astype(np.float32) if self.rating else None
        time = times(table, self.time) if self.time else None
        return assembled(Path(self.path).name, *sides, rating, time)

    def _side(self, kind: str, ids: Sequence[str]) -> tuple[Side, np.ndarray]:
        """One side, and the number of each row's."""
        numbers, names = numbered(ids)
        path, features = getattr(self, f"{kind}s"), getattr(self, f"{kind}_features")
        if not path:
            return Side(kind, names, ((),) * len(names)), numbers
        table = read(path, None, flag=f"data.{kind}s", encoding=self.encoding)
        key = getattr(self, f"{kind}_id") or getattr(self, kind)
        title = self.item_title if kind == "item" else ""
        asked = {key: f"{kind}_id", **dict.fromkeys(features, f"{kind}_features")}
        for column, field in {**asked, **({title: "item_title"} if title else {})}.items():
            column_number(table.path, field, column, table.names)
        columns = {column: words(column, table.column(column), self.separator) for column in features}
        side = described(kind, names, table, key, columns, title)
        found = {column: bins(table.column(column)) for column in features}
        kept = {column: each for column, each in found.items() if each is not None}
        return dataclasses.replace(side, bins=kept), numbers


def described(
    kind: str, names: tuple[str, ...], table: Table, key: str, columns: Mapping[str, Any], title: str = ""
) -> Side:
    """A side with what a table tells of it; those who are in the table alone come after the others.

    Args:
        kind: "user" or "item".
        names: of those who have interactions, in the order of their numbers.
        table: a row for each.
        key: its column of ids.
        columns: name -> the words of each row of the table.
        title: its column of titles; empty for none.

    Raises:
        ValueError: an id is missing or there twice, or none of those who have interactions is in the table.

    Example:
        >>> one = np.int32([2])
        >>> table = Table(Path("items.csv"), {"id": ["7"], "genre": ["War"]}, one, one)
        >>> described("item", ("9", "7"), table, "id", {"genre": [("genre=War",)]}).features
        ((), ('genre=War',))
    """
    ids = table.ids(key)
    rows: dict[str, int] = {}
    for row, name in enumerate(ids):
        if rows.setdefault(name, row) != row:
            before = table.where(rows[name])
            table.refuse(row, key, f"{kind} {name!r} has a row already ({before}); leave one of them out")
    if not any(name in rows for name in names):
        raise ValueError(
            f"--data.{kind}s={str(table.path)!r}: none of the {len(names):,} {kind}s with interactions is in "
            f"its column {key!r} (they are called as {names[0]!r}, there as {ids[0]!r}); name the column of "
            f"their ids with --data.{kind}_id"
        )
    active = set(names)
    everybody = (*names, *(name for name in rows if name not in active))
    places = [rows.get(name) for name in everybody]
    told = tuple(
        () if place is None else tuple(word for found in columns.values() for word in found[place])
        for place in places
    )
    titles = table.column(title) if title else [""] * len(table)
    called = ("" if place is None else titles[place] for place in places)
    named = tuple(one or name for one, name in zip(called, everybody, strict=True))
    return Side(kind, everybody, told, named if title else ())


def assembled(
    name: str,
    users: tuple[Side, np.ndarray],
    items: tuple[Side, np.ndarray],
    rating: np.ndarray | None,
    time: np.ndarray | None,
) -> Interactions:
    """Interactions of which each pair is there once: the last, where it came up more often.

    Args:
        name: what tables call the data.
        users: the side, and int32 [rows], the number of each row's.
        items: the same.
        rating: float32 [rows], or None.
        time: float64 [rows], or None.

    Example:
        >>> user, item = (Side(kind, ("a",), ((),)) for kind in ("user", "item"))
        >>> same = np.int32([0, 0])
        >>> found = assembled("twice", (user, same), (item, same), np.float32([1, 5]), None)
        >>> len(found), found.rating, found.notes
        (1, array([5.], dtype=float32), ('1 row is of a user and an item that come up again later: ...',))
    """
    every = Interactions(name, users[0], items[0], users[1], items[1], rating, time)
    kept = latest(every.user, every.item, time)
    again = len(every) - len(kept)
    if not again:
        return every
    are = "row is" if again == 1 else "rows are"
    note = f"{again:,} {are} of a user and an item that come up again later: the last alone counts."
    return dataclasses.replace(every.of(kept), notes=(note,))
