"""The recommender of a finished run: top items of a user, or what a user would rate an item."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from experiments.nearest import nearest_first
from experiments.recommend.features import Bins
from experiments.recommend.halves import halves
from experiments.recommend.interactions import Side
from experiments.recommend.learning import numbered_sides
from experiments.recommend.recommender import Recommender
from experiments.recommend.scores import Half, of_pairs
from experiments.recommend.top import best
from experiments.study.application import Answering, Stored
from experiments.study.words import own_numbers

_TOP = 10


class Recommending(Answering):
    """Answers for users.

    A user's id gets the ten items of the highest score that the user did not have in what was learnt from or
    validated on, which is the list that was tested; and `user<TAB>item` the score, or the rating. A user whom
    training did not have is told by features with tabs between, as `age=29<TAB>occupation=student`, where the
    model reads such; an item may follow. Of any other unknown user, of a feature's unknown value, and of an
    unknown item, nothing is known: what is known of the other side is what is answered.
    """

    about = (
        "a user's id, or features as age=29 with tabs between, for the items to show; "
        "or an item's id after it, with a tab between, for a score"
    )

    def __init__(self, stored: Stored) -> None:
        """Numbers users and items as they were when it was trained.

        Args:
            stored: what a finished run left.
        """
        config, kept = stored.config, stored.kept
        self.learner: Recommender = Recommender(config.embedding, config.model)
        self._vocabulary, self._kept = stored.vocabulary, kept
        self._separator = getattr(config.data, "separator", "")
        self._sides = {kind: _side(kind, kept) for kind in ("user", "item")}
        self._numbers = {
            kind: dict(zip(side.names, range(len(side)), strict=True)) for kind, side in self._sides.items()
        }
        _, self.buffers = own_numbers(config.embedding, stored.vocabulary)

    def answers(
        self, parameters: dict[str, Any], lines: Sequence[str], header: str = ""
    ) -> Iterable[tuple[str, ...]]:
        """See `Answering.answers`: titles and scores in turn, or one number."""
        asked, told = self._asked(lines)
        users = self._users(parameters, [parts[0] for parts in asked], told)
        rated = self._items_of(parameters, [parts[1].strip() for parts in asked if len(parts) == 2])
        places = iter(range(len(rated.bias)))
        lists = iter(self._lists(parameters, users, [len(parts) == 1 for parts in asked], asked))
        for row, parts in enumerate(asked):
            if len(parts) == 1:
                yield next(lists)
            else:
                place = next(places)
                one, other = Half(*(x[row] for x in users)), Half(*(x[place] for x in rated))
                yield (f"{self._in_unit(of_pairs(one, other)):.4g}",)

    def strange(self, lines: Sequence[str], header: str = "") -> list[tuple[str, ...]]:
        """See `Answering.strange`: users, items, and values of features."""
        named = [
            (*(words or (f"user={user}",)), *(f"item={item}" for item in items))
            for (user, *items), words in zip(*self._asked(lines), strict=True)
        ]
        return [tuple(word for word in words if word not in self._vocabulary) for words in named]

    def _asked(self, lines: Sequence[str]) -> tuple[list[list[str]], list[tuple[str, ...]]]:
        """Of each line the user and the item, if any; and the words by which the user is told, if any."""
        asked, told = [], []
        for number, line in enumerate(lines, 1):
            parts = [part.strip() for part in line.split("\t")]
            count = self._told(parts)
            words = [word for part in parts[:count] for word in self._words(number, part)]
            user = parts[:1] if count == 0 else ["\t".join(parts[:count])]
            if len(parts) > max(count, 1) + 1 or not all(parts):
                raise ValueError(f"line {number}: {len(parts)} fields; give {self.about}")
            asked.append([*user, *parts[max(count, 1) :]])
            told.append(tuple(words))
        return asked, told

    def _lists(
        self, parameters: Any, users: Half, wanted: list[bool], asked: list[list[str]]
    ) -> list[tuple[str, ...]]:
        rows = np.flatnonzero(wanted)
        if not len(rows):
            return []
        known = [self._had(asked[row][0].strip()) for row in rows]
        found = best(Half(*(x[rows] for x in users)), self._items(parameters), _TOP, known)
        items = self._sides["item"]
        return [
            tuple(
                text
                for item, score in zip(some, scores, strict=True)
                if item >= 0
                for text in (items.title(int(item)), f"{self._in_unit(score):.4g}")
            )
            for some, scores in zip(found.items, found.scores, strict=True)
        ]

    def _in_unit(self, score: Any) -> float:
        """A score in the unit of ratings, where there are such."""
        if "mean" not in self._kept:
            return float(score)
        rating = self._kept["mean"] + self._kept["scale"] * float(score)
        return float(np.clip(rating, self._kept["least"], self._kept["greatest"]))

    def _had(self, name: str) -> np.ndarray:
        number = self._numbers["user"].get(name)
        if number is None:
            return np.zeros(0, np.int32)
        first, last = self._kept["seen_starts"][number : number + 2]
        return np.asarray(self._kept["seen_items"][first:last])

    def _told(self, parts: list[str]) -> int:
        """How many fields of a line tell of a user by features, the first ones; 0 of one told by an id."""
        if not self.learner.model.features or parts[0] in self._numbers["user"]:
            return 0
        ends = [n for n, part in enumerate(parts) if "=" not in part or (n and part in self._numbers["item"])]
        return ends[0] if ends else len(parts)

    def _words(self, line: int, part: str) -> list[str]:
        """The words of one feature of a user, as training has them; numbers in their bins."""
        name, _, value = part.partition("=")
        names = dict.fromkeys(w.partition("=")[0] for words in self._sides["user"].features for w in words)
        if name.strip() not in names:
            there = f"there are {nearest_first(name.strip(), list(names))}" if names else "there are none"
            raise ValueError(f"line {line}: {name.strip()!r} is no feature of users; {there}")
        bins, separator = self._kept.get("user_bins", {}), self._separator
        if name.strip() in bins:
            with contextlib.suppress(ValueError):  # a bin may be named too
                value = Bins(*map(tuple, bins[name.strip()])).told_of(float(value))
        values = value.split(separator) if separator else [value]
        return [f"{name.strip()}={each.strip()}" for each in values if each.strip()]

    def _users(self, parameters: Any, names: list[str], told: list[tuple[str, ...]]) -> Half:
        known = self._sides["user"].features
        words = [
            known[self._numbers["user"][name]] if name in self._numbers["user"] else own
            for name, own in zip(names, told, strict=True)
        ]
        return self._halves(parameters, Side("user", tuple(names), tuple(words)))

    def _items_of(self, parameters: Any, names: list[str]) -> Half:
        known, numbers = self._sides["item"].features, self._numbers["item"]
        words = tuple(known[numbers[name]] if name in numbers else () for name in names)
        return self._halves(parameters, Side("item", tuple(names), words))

    def _items(self, parameters: Any) -> Half:
        if self._held is None or self._held[0] is not parameters:
            self._held = parameters, self._halves(parameters, self._sides["item"])
        return self._held[1]

    _held: Any = None

    def _halves(self, parameters: Any, side: Side) -> Half:
        nobody = Side("item" if side.kind == "user" else "user", (), ())
        users, items = (side, nobody) if side.kind == "user" else (nobody, side)
        features = self.learner.model.features
        ids, buffers = numbered_sides(self.learner.spec, self._vocabulary, users, items, features)
        own = ids[0] if side.kind == "user" else ids[1]
        return halves(self.learner, parameters, buffers, side.kind, own)


def _side(kind: str, kept: Mapping[str, Any]) -> Side:
    names = tuple(kept[f"{kind}_names"])
    features = kept.get(f"{kind}_features") or ((),) * len(names)
    titles = tuple(kept["item_titles"]) if kind == "item" else ()
    return Side(kind, names, tuple(map(tuple, features)), titles)
