"""Triples from the user's own files: three named columns, on three sides.

Source: the rules are the project's own.
"""

from __future__ import annotations

import dataclasses
from typing import Literal, get_args

import numpy as np

from embedlab.checks import require
from experiments.checks import require_choice
from experiments.data.base import points
from experiments.data.equal import equal_groups
from experiments.data.files import SIDE_OF
from experiments.data.tables import Table, TableFile
from experiments.graph.triples.facts import SIDES, Facts, facts_of

Tint = Literal["", "synset"]
_SHARE = 0.1  # of facts, to test and to validate on, where nothing says which
_Named = list[tuple[str, str, str]]


@dataclasses.dataclass(frozen=True)
class TripleFile(TableFile):
    """A file of facts, one a row: head, relation and tail in three columns.

    Which facts are validated and tested on is said by files of their own, or by a column. Where nothing says
    so, a tenth is drawn to test and a tenth to validate on, of every relation; facts of the same two entities
    stay on one side, so that a relation and its inverse don't give each other away.

    Attributes:
        valid: a file of the same form with the facts to validate on; empty for none.
        test: another with those to test on.
        head: the column of heads.
        relation: the column of relations.
        tail: the column of tails.
        split: the column that says on which side a fact is (train, valid or test); empty for none.
        title: what tables call the data; empty for the name of the file.
        kinds: what kinds of entities a map tells apart: synset for the part of speech in names such as
            dog.n.01; empty for entities and relations alone.

    Raises:
        ValueError: two columns are one, one of two files is missing, or both files and a column are given.

    Example:
        >>> TripleFile(path="train.tsv", valid="dev.tsv", test="test.tsv", head="subject").tail
        'tail'
    """

    valid: str = ""
    test: str = ""
    head: str = "head"
    relation: str = "relation"
    tail: str = "tail"
    split: str = ""
    title: str = ""
    kinds: Tint = ""

    def __post_init__(self) -> None:
        require_choice("kinds", self.kinds, get_args(Tint))
        columns: list[str] = []
        for field in ("head", "relation", "tail", "split"):
            name = getattr(self, field)
            if field != "split":
                require(bool(name), field, name, f"name the column that holds the {field}")
            require(
                not name or name not in columns, field, name, "another field names this column; give another"
            )
            columns.append(name)
        both = bool(self.valid) == bool(self.test)
        lacking = "test" if self.valid else "valid"
        require(both, lacking, "", "give both files, to validate and to test on, or none")
        alone = not (self.test and self.split)
        require(
            alone, "split", self.split, "files say which facts are on which side; give these or the column"
        )

    def facts(self, seed: int) -> tuple[Facts, tuple[str, ...]]:
        """Reads them.

        Args:
            seed: of the split that is drawn where nothing says which fact is on which side.

        Returns:
            The facts, and what was done with them, in sentences.

        Raises:
            ValueError: a file is missing or malformed, a value or a side is missing, a side has no fact.
        """
        if self.test:
            parts = [self._named(side, path) for side, path in zip(SIDES, self._paths, strict=True)]
            sides = np.repeat(np.arange(len(SIDES)), [len(part) for part in parts])
            return facts_of([fact for part in parts for fact in part], sides), ()
        table = self.table(self._columns | ({"data.split": self.split} if self.split else {}))
        named = self._of_table(table)
        if self.split:
            return facts_of(named, _said(table, self.split)), ()
        sides, kept = _drawn(named, seed)
        told: tuple[str, ...] = (
            "A tenth of the facts was drawn to test and a tenth to validate on; facts of the same two "
            "entities stay on one side, and those of a name that training would lack are trained on.",
        )
        twice = len(named) - len(kept)
        if twice:
            told += (f"{twice:,} facts that were there before were passed over.",)
        return facts_of([named[row] for row in kept], sides), told

    @property
    def _paths(self) -> tuple[str, str, str]:
        return (self.path, self.valid, self.test)

    @property
    def _columns(self) -> dict[str, str]:
        return {f"data.{field}": getattr(self, field) for field in ("head", "relation", "tail")}

    def _named(self, side: str, path: str) -> _Named:
        flag = "data.path" if side == "train" else f"data.{side}"
        return self._of_table(self.table(self._columns, path=path, flag=flag))

    def _of_table(self, table: Table) -> _Named:
        return list(zip(*(table.ids(name) for name in (self.head, self.relation, self.tail)), strict=True))


def _said(table: Table, column: str) -> np.ndarray:
    """The side of each row, as its column says: int [rows]."""
    found = np.empty(len(table), np.int8)
    for row, value in enumerate(table.column(column)):
        side = SIDE_OF.get(value.lower(), "")
        if not side:
            table.refuse(row, column, f"{value!r:.60} is no side; write train, valid or test")
        found[row] = SIDES.index(side)
    return found


def _drawn(named: _Named, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The side of each fact that is kept, int [kept], and the rows of those, each fact once."""
    kept = np.array(sorted({fact: row for row, fact in reversed(list(enumerate(named)))}.values()))
    pairs = ["\0".join(sorted((named[row][0], named[row][2]))).encode() for row in kept]
    _, relations = np.unique([named[row][1] for row in kept], return_inverse=True)
    groups = equal_groups(pairs)
    place = points(relations.astype(np.int32), groups, np.random.default_rng(seed), last_at_end=True)
    sides = np.where(place < _SHARE, 2, np.where(place < 2 * _SHARE, 1, 0))
    return _with_every_name(np.array([named[row] for row in kept], object), sides, groups), kept


def _with_every_name(facts: np.ndarray, sides: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """The sides, with facts of names that training lacks moved there, and all of their group."""
    sides = sides.copy()
    for columns in ([1], [0, 2]):
        known = set(facts[sides == 0][:, columns].ravel())
        for row in np.flatnonzero(sides):
            if sides[row] and set(facts[row, columns]) - known:
                moved = groups == groups[row]
                sides[moved] = 0
                known |= set(facts[moved][:, columns].ravel())
    return sides
