"""What one embedding learns of one split of interactions."""

from __future__ import annotations

import collections
import functools
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import jax
import numpy as np

import embedlab
from embedlab.text import Vocabulary
from experiments.config import Text
from experiments.documents.prepare import vocabulary_for
from experiments.recommend.catalogue import NONE, Catalogue, bags
from experiments.recommend.halves import halves, of_numbers
from experiments.recommend.interactions import Side
from experiments.recommend.negatives import Seen
from experiments.recommend.recommender import CATALOGUE, Recommender
from experiments.recommend.split import RecommendSplit
from experiments.study.examples import Examples
from experiments.study.learning import Learning
from experiments.study.words import numbered, own_numbers, takes_any_word

_FEWEST = 2  # words; the distance of a word to its nearest neighbour takes two


class RecommendLearning(Learning):
    """Users and items as words of one vocabulary, and the rows that are learnt from."""

    learner: Recommender

    def __init__(self, split: RecommendSplit, spec: embedlab.Embedding, where: str) -> None:
        """Numbers the words.

        Args:
            split: of the interactions.
            spec: the embedding.
            where: its place in the config.

        Raises:
            ValueError: too few words would have an id, or the embedding refuses its buffers.
        """
        self._split, model = split, split.config.model
        self.learner = Recommender(spec, model)
        user, item = split.rows("train")
        sides = (split.data.users, split.data.items)
        counts = word_counts(sides, (user, item), model.features)
        self.vocabulary = vocabulary_for(spec, counts, Text(min_count=split.config.min_count))
        known = len(self.vocabulary) - len(Vocabulary.SPECIAL)
        if known < _FEWEST:
            raise ValueError(
                f"of {len(counts):,} words {known or 'none'} would have an id, and {_FEWEST} are the least; "
                f"lower min_count (it is {split.config.min_count}), or raise {where}.vocabulary"
            )
        _, self.buffers = own_numbers(spec, self.vocabulary)
        jax.eval_shape(lambda: spec.init(jax.random.key(0), self.buffers).tables)  # files, shapes, types
        words, buffers = numbered_sides(spec, self.vocabulary, *sides, model.features)
        share = np.bincount(item, minlength=len(split.data.items)).astype(np.float32) / len(item)
        catalogue = Catalogue(*words, Seen.of(user, item, len(split.data.users)), share)
        arrays = {"user": user.astype(np.int32), "item": item.astype(np.int32)}
        if not split.ranks:
            rating = split.data.rating
            assert rating is not None
            learnt = rating[split.parts.train].astype(np.float64)
            self.mean, self.scale = float(learnt.mean()), float(learnt.std()) or 1.0
            arrays["rating"] = ((learnt - self.mean) / self.scale).astype(np.float32)
        self.train = Examples(arrays, {**buffers, CATALOGUE: jax.tree.map(jax.numpy.asarray, catalogue)})

    def _predicted(self, parameters: dict[str, Any], side: str) -> np.ndarray:
        """Of ratings float32 [rows, 1]; of rankings the lists of those asked, float32 [users, listed]."""
        users, items = (
            halves(self.learner, parameters, self.train.buffers, each) for each in ("user", "item")
        )
        if self._split.ranks:
            return self._split.lists(users, items, side)
        scores = of_numbers(users, items, *self._split.rows(side))
        return self._split.clipped(self.mean + self.scale * scores)

    def watched(self, parameters: dict[str, Any]) -> tuple[np.ndarray, float]:
        """See `Learning.watched`: RMSE, or 1 − NDCG@10 of all items."""
        found = self._predicted(parameters, "valid")
        score = float(self._split.judge.scores(found, self._split.valid_targets).mean())
        return found, 1 - score if self._split.ranks else -score

    def tested(self, parameters: dict[str, Any]) -> np.ndarray:
        """See `Learning.tested`."""
        return self._predicted(parameters, "test")

    def kept(self) -> dict[str, Any]:
        """Users and items as they were read, what each user had, and the scale of ratings."""
        data, parts = self._split.data, self._split.parts
        had = np.concatenate([parts.train, parts.valid])  # what is answered is what was tested
        seen = Seen.of(data.user[had], data.item[had], len(data.users))
        sides = (data.users, data.items)
        read: dict[str, Any] = {f"{side.kind}_names": list(side.names) for side in sides}
        if self.learner.model.features:
            read |= {f"{side.kind}_features": [list(one) for one in side.features] for side in sides}
            read["user_bins"] = {name: list(found) for name, found in data.users.bins.items()}
        return {
            **read,
            "item_titles": list(data.items.titles),
            "seen_starts": seen.starts,
            "seen_items": seen.items,
            **({} if self._split.ranks else self._scale()),
        }

    def _scale(self) -> dict[str, float]:
        assert self._split.data.rating is not None
        learnt = self._split.data.rating[self._split.parts.train]
        return {
            "mean": self.mean,
            "scale": self.scale,
            "least": float(learnt.min()),
            "greatest": float(learnt.max()),
        }

    @functools.cached_property
    def _known(self) -> set[str]:
        return set(self.vocabulary.words)

    def covered(self) -> dict[str, float]:
        """The share of tested rows whose user, and whose item, is learnt from."""
        data, (user, item) = self._split.data, self._split.rows("test")
        sides = (("user", data.users, user), ("item", data.items, item))
        return {
            f"coverage_by_{name}": float(np.mean([side.word(n) in self._known for n in numbers.tolist()]))
            for name, side, numbers in sides
        }


def word_counts(
    sides: tuple[Side, Side], numbers: tuple[np.ndarray, np.ndarray], features: bool
) -> Mapping[str, int]:
    """How many rows each word of users and items is of.

    Args:
        sides: users and items.
        numbers: int [rows], the user and the item of each row.
        features: whether side words count too.

    Example:
        >>> user, item = Side("user", ("a", "b"), (("age=9",), ())), Side("item", ("x",), ((),))
        >>> sorted(word_counts((user, item), (np.array([0, 0]), np.array([0, 0])), True).items())
        [('age=9', 2), ('item=x', 2), ('user=a', 2)]
    """
    counts: collections.Counter[str] = collections.Counter()
    for side, rows in zip(sides, numbers, strict=True):
        found = np.bincount(rows, minlength=len(side))
        for number in np.flatnonzero(found).tolist():
            for word in side.bag(number) if features else (side.word(number),):
                counts[word] += int(found[number])
    return counts


def numbered_sides(
    spec: embedlab.Embedding, vocabulary: Vocabulary, users: Side, items: Side, features: bool
) -> tuple[tuple[np.ndarray, np.ndarray], dict[str, Any]]:
    """The ids of the words of users and items, and the embedding's buffers for them.

    A word that no training row has is no word at all, whose vector is zeros: unless the embedding takes any
    word, by its spelling or a hash, or some words of the training rows have no row of their own, whose row of
    the unknown it shares then.

    Args:
        spec: the embedding.
        vocabulary: its words.
        users: all users.
        items: all items.
        features: whether side words are read.

    Returns:
        Ids int32 [users, words] and int32 [items, words], `NONE` where there is no word; and the buffers.
    """
    listed = distinct_words((users, items), features)
    ids, buffers = numbered(spec, vocabulary, listed)
    if not takes_any_word(spec) and vocabulary.counts[Vocabulary.OOV] == 0:
        ids = np.where(ids == Vocabulary.OOV, NONE, ids).astype(np.int32)
    place = dict(zip(listed, range(len(listed)), strict=True))

    def encode(words: Iterable[str]) -> np.ndarray:
        return ids[[place[word] for word in words]] if place else ids

    return (bags(users, encode, features), bags(items, encode, features)), buffers


def distinct_words(sides: Iterable[Side], features: bool) -> list[str]:
    """The words of sides, each once.

    Args:
        sides: users, or items, or both.
        features: whether side words are read.
    """
    each = ((side, number) for side in sides for number in range(len(side)))
    words = (side.bag(number) if features else (side.word(number),) for side, number in each)
    return list(dict.fromkeys(itertools.chain.from_iterable(words)))
