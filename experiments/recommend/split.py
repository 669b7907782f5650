"""One split of interactions: what is tested, and the baselines beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

import embedlab
from experiments.recommend import facts
from experiments.recommend.beside import beside
from experiments.recommend.config import Recommend
from experiments.recommend.held_out import parted, require_told
from experiments.recommend.interactions import Interactions
from experiments.recommend.judges import judge_of, padded
from experiments.recommend.parts import Parts
from experiments.recommend.scores import Half
from experiments.recommend.top import best
from experiments.sampling import even_sample
from experiments.study.digests import digest
from experiments.study.learning import Learning
from experiments.study.split import Baseline, Split

LISTED = 100  # items that a user is recommended
_MOST = 2**24  # whole numbers that predictions, which are of float32, tell apart


class RecommendSplit(Split):
    """Rows of ratings, or users with what they liked, to be tested on.

    Attributes:
        data: all interactions.
        parts: which of their rows are on which side.
        liked: the same, of rankings without rows of what was not liked.
        asked: of rankings, int [users tested], who they are; and of validation.
    """

    config: Recommend

    def __init__(self, config: Recommend, data: Interactions, fold: int | None) -> None:
        """Parts the rows, and looks at what came of it.

        Raises:
            ValueError: the data lack what the model needs, or a side has nothing.
        """
        self.config, self.data, self.fold = config, data, fold
        self.ranks = config.model.goal == "ranking"
        require_told(config, data)
        self.parts = parted(config, data, fold)
        self.liked = self._liked()
        self.judge = judge_of(config)
        self.title, self.names = data.name, ()
        found = facts.looked_at(data, self.liked)
        self.about = facts.sentences(data, self.parts, found, config.by, self.liked) + self._left_out()
        self.about += self._unread()
        self.doubts = facts.doubts(found, config.by)
        self._require_sides(found)
        most = config.train.evaluate_rows
        if self.ranks:
            self.asked = {side: np.unique(self.rows(side)[0]) for side in ("valid", "test")}
            self.asked["valid"] = _some(self.asked["valid"], most)
            self.targets, self.valid_targets = (
                padded(*self.rows(side), self.asked[side]) for side in ("test", "valid")
            )
            self.groups = self.asked["test"]
            self._doubt_ranking()
        else:
            rating = data.rating
            assert rating is not None
            self.parts = self.liked = dataclasses.replace(self.parts, valid=_some(self.parts.valid, most))
            self.targets, self.valid_targets = rating[self.parts.test], rating[self.parts.valid]
            self.groups, self.groups_of = data.user[self.parts.test], "a user's ratings"
        self.groups_across = True
        self.fingerprint = self._fingerprint()

    def rows(self, side: str) -> tuple[np.ndarray, np.ndarray]:
        """User and item, int [rows] each, of a side: of rankings, of what was liked there."""
        rows = getattr(self.liked, side)
        return self.data.user[rows], self.data.item[rows]

    def known(self, side: str) -> list[np.ndarray]:
        """Of each user asked on a side, the items that the user had before: they are not recommended."""
        before = [self.parts.train, *([self.parts.valid] if side == "test" else [])]
        rows = np.concatenate(before)
        order = rows[np.argsort(self.data.user[rows], kind="stable")]
        users, items = self.data.user[order], self.data.item[order]
        places = np.searchsorted(users, [self.asked[side], self.asked[side] + 1])
        return [items[first:last] for first, last in places.T]

    def lists(self, users: Half, items: Half, side: str) -> np.ndarray:
        """What is recommended to those asked on a side, float32 [users, listed], in the form of the judge.

        Args:
            users: halves of all users.
            items: halves of all items.
            side: "valid" or "test".
        """
        asked = Half(*(x[self.asked[side]] for x in users))
        return best(asked, items, LISTED, self.known(side)).items.astype(np.float32)

    def clipped(self, predicted: np.ndarray) -> np.ndarray:
        """Ratings within the least and the greatest that were learnt from, float32 [rows, 1]."""
        assert self.data.rating is not None
        learnt = self.data.rating[self.parts.train]
        return np.clip(predicted, learnt.min(), learnt.max()).astype(np.float32)[:, None]

    def learning(self, spec: embedlab.Embedding, where: str) -> Learning:
        """See `Split.learning`."""
        from experiments.recommend.learning import RecommendLearning

        return RecommendLearning(self, spec, where)

    def baselines(self) -> Mapping[str, Baseline]:
        """See `experiments.recommend.beside`."""
        return beside(self)

    def _liked(self) -> Parts:
        """The parts, without rows of what was not liked."""
        least, rating = self.config.liked, self.data.rating
        if least is None or rating is None:
            return self.parts
        sides = (self.parts.train, self.parts.valid, self.parts.test)
        return Parts(*(rows[rating[rows] >= least] for rows in sides))

    def _left_out(self) -> tuple[str, ...]:
        if not self.ranks:
            return ()
        tested, users = np.unique(self.data.user[self.parts.test]), np.unique(self.rows("test")[0])
        what = "" if self.config.liked is None else f" rated {self.config.liked:g} or more, that is liked,"
        return (
            f"All items that a user had no row with before are ranked, none are sampled; what counts is what"
            f"{what} is in the tested rows: {len(users):,} of {len(tested):,} tested users have such.",
        )

    def _unread(self) -> tuple[str, ...]:
        """Where more is known of users and items than the model reads."""
        there = [f"{side.kind}s" for side in (self.data.users, self.data.items) if any(side.features)]
        if self.config.model.features or not there:
            return ()
        return (
            f"What is known of {' and '.join(there)} beside their ids is not read; --model.features true "
            "reads it, with --model.type machine, bpr or two_tower.",
        )

    def _doubt_ranking(self) -> None:
        """Tells what makes the ranking say less than it seems to."""
        candidates = len(self.data.items) - np.array([len(np.unique(each)) for each in self.known("test")])
        right = (self.targets >= 0).sum(1)
        unread = self.data.rating is not None and self.config.liked is None
        more = facts.doubts_of_ranking(candidates, right, ratings_unread=unread)
        self.about, self.doubts = (*self.about, *more), (*self.doubts, *more)

    def _require_sides(self, found: facts.Facts) -> None:
        for side in ("train", "valid", "test"):
            if len(getattr(self.liked, side)) == 0:
                what = "liked " if self.config.liked is not None else ""
                other = (
                    "fewer --folds"
                    if self.fold is not None
                    else "other shares with --holdout.test and --holdout.valid"
                )
                raise ValueError(
                    f"of {len(self.data):,} interactions no {what}row is on the side {side!r}; give more "
                    f"data, or {other}" + (f", or less than liked={self.config.liked:g}" if what else "")
                )
        if self.ranks and len(self.data.items) > _MOST:
            raise ValueError(
                f"{len(self.data.items):,} items are ranked, and {_MOST:,} are the most; give fewer"
            )
        if (found.new_user & found.new_item).all() and not self.config.model.features:
            raise ValueError(
                "no tested row has a user or an item that is learnt from, so nothing is known of them by "
                "their ids; give another --holdout.by, or features and a model that reads them, as "
                "--model.type machine"
            )

    def _fingerprint(self) -> dict[str, Any]:
        data, sides = self.data, self.parts
        numbers = [data.user, data.item, *(x for x in (data.rating, data.time) if x is not None)]
        words = [word for side in (data.users, data.items) for n in range(len(side)) for word in side.bag(n)]
        return {
            "rows": len(data),
            "users": len(data.users),
            "items": len(data.items),
            "interactions": digest([*numbers, *words]),
            "sides": digest([sides.train, sides.valid, sides.test]),
        }


def _some(places: np.ndarray, most: int | None) -> np.ndarray:
    """At most so many, evenly taken."""
    return places if most is None else places[even_sample(len(places), most)]
