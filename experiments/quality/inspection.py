"""The quality of a model's embedding, as numbers to log beside its accuracy."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import embedlab
from embedlab import quality
from embedlab.linear import main_lookup
from embedlab.text import Vocabulary, distinct_ngram_rows
from experiments.config import Quality
from experiments.documents.corpus import Corpus
from experiments.mesh import Spread
from experiments.quality.plurals import plural_pairs
from experiments.sampling import even_sample
from experiments.training.learner import Learner

_SPECIAL = len(Vocabulary.SPECIAL)
_SEEN = "seen"
_PART = 2**11  # words whose vectors are read from a mesh at once
_TOGETHER = 2**10  # of which numbers of words are padded to a multiple


class Look(NamedTuple):
    """Vectors at some time of a training.

    Attributes:
        words: float [sample, dim], of the sampled words.
        first: float [pairs, dim], of the first word of each pair.
        second: float [pairs, dim], of the second.
    """

    words: Any
    first: Any
    second: Any


@dataclasses.dataclass(frozen=True, eq=False)
class Inspector:
    """Watches the vectors of the same words through a training.

    Attributes:
        model: whose embedding it is.
        vocabulary: the words of its ids.
        buffers: the buffers of the vocabulary.
        settings: how many rows and neighbours.
        labels: int [words], the class a word occurs in most, for the silhouette; −1 for none.
        spread: how parameters lie over a mesh, whose processes all call the same methods of them; None for
            one device.
        numbers: int32 [words], the id of each word as the embedding takes it; None where that is its place in
            the vocabulary.
    """

    model: Learner
    vocabulary: Vocabulary
    buffers: Any
    settings: Quality
    labels: np.ndarray
    spread: Spread | None = None
    numbers: np.ndarray | None = None

    def vectors(self, parameters: dict[str, Any], ids: np.ndarray | None = None) -> Any:
        """Vectors [ids, dim] of the vocabulary's words, or of those at some places in it."""
        ids = np.arange(_SPECIAL, len(self.vocabulary), dtype=np.int32) if ids is None else ids
        ids = ids if self.numbers is None else self.numbers[ids]
        if self.spread is None:
            # Folds differ by some words: without padding each would compile a program of its own.
            padded = np.pad(ids, (0, -len(ids) % _TOGETHER))
            return _vectors(self.model, parameters, self.buffers, padded)[: len(ids)]
        return _on_mesh(self.model, parameters, self.buffers, ids, self.spread)

    @functools.cached_property
    def sampled(self) -> np.ndarray:
        """The ids [sample] of an even sample of the words, frequent and rare: the same at every step."""
        return _SPECIAL + even_sample(len(self.vocabulary) - _SPECIAL, self.settings.rows)

    @functools.cached_property
    def pairs(self) -> np.ndarray:
        """The ids [pairs, 2] of words and the same words with an s; see `plural_pairs`."""
        found = _SPECIAL + plural_pairs(self.vocabulary.words[_SPECIAL:])
        return found[even_sample(len(found), self.settings.rows)].astype(np.int32)

    def sample(self, parameters: dict[str, Any]) -> Any:
        """Vectors [sample, dim] of the sampled words."""
        return self.vectors(parameters, self.sampled)

    def look(self, parameters: dict[str, Any]) -> Look:
        """All vectors that the summary is made of."""
        first, second = (self.vectors(parameters, self.pairs[:, side]) for side in (0, 1))
        return Look(self.sample(parameters), first, second)

    def summary(self, look: Look) -> dict[str, float]:
        """The metrics of `embedlab.quality.summary` on the sampled words, and the alignment of the pairs."""
        return measured(
            look.words,
            look[1:],
            counts=np.asarray(self.vocabulary.counts)[self.sampled],
            labels=self.labels[self.sampled],
            neighbours=self.settings.neighbours,
        )

    def collisions(self) -> dict[str, float]:
        """Observed and predicted collisions in a table that a hash fills; nothing for one with a row each.

        What can collide are words where words are hashed (`collisions_…`), and n-grams where n-grams are
        (`ngram_collisions_…`): words that have n-grams in common share their rows by design.
        """
        spec = self.model.spec
        if isinstance(spec, embedlab.Hashed):
            ids = np.arange(_SPECIAL, len(self.vocabulary), dtype=np.int32)
            ids = ids if self.numbers is None else self.numbers[ids]
            rows = np.asarray(main_lookup(spec.index(self.buffers, ids)).rows)
            return _collisions("collisions", rows, spec.buckets)
        if isinstance(spec, embedlab.Subword):
            rows = distinct_ngram_rows(self.vocabulary, buckets=spec.buckets, minn=spec.minn, maxn=spec.maxn)
            return {"ngrams": float(len(rows))} | _collisions("ngram_collisions", rows, spec.buckets)
        return {}


class Watch:
    """The metrics of one training's vectors, look after look.

    Attributes:
        inspector: what measures them.
    """

    def __init__(
        self,
        inspector: Inspector,
        parameters: dict[str, Any],
        memory: dict[str, np.ndarray] | None = None,
    ) -> None:
        """Begins with the parameters that the training begins with, or with what it kept of its last look.

        Args:
            inspector: what measures them.
            parameters: those at the start.
            memory: where the vectors of the last look are kept, for a run that goes on later.
        """
        self.inspector = inspector
        self._memory = {} if memory is None else memory
        seen = _plain(inspector.sample(parameters))  # by every process of a mesh, whether it remembers or not
        self._memory.setdefault(_SEEN, seen)

    def look(self, parameters: dict[str, Any]) -> dict[str, float]:
        """The summary, and `neighbour_overlap` with the look before: how much of the table came to rest."""
        look = self.inspector.look(parameters)
        vectors, found = _plain(look.words), self.inspector.summary(look)
        before, neighbours = self._memory[_SEEN], self.inspector.settings.neighbours
        found |= overlap("neighbour_overlap", before, vectors, neighbours)
        self._memory[_SEEN] = vectors
        return found


@functools.partial(jax.jit, static_argnames=("model",))
def _vectors(model: Learner, parameters: Any, buffers: Any, ids: Any) -> Any:
    return embedlab.embed(model.spec, model.variables(parameters, buffers), ids)


def _on_mesh(model: Learner, parameters: Any, buffers: Any, ids: np.ndarray, spread: Spread) -> np.ndarray:
    """A part after the other, since each device is given the vectors of a part."""
    parts = max(1, -(-len(ids) // _PART))
    padded = np.pad(ids, (0, parts * _PART - len(ids)))
    found = [_part(model, parameters, buffers, part, spread) for part in np.split(padded, parts)]
    return np.concatenate([np.asarray(part) for part in found])[: len(ids)]


@functools.partial(jax.jit, static_argnames=("model", "spread"))
def _part(model: Learner, parameters: Any, buffers: Any, ids: Any, spread: Spread) -> Any:
    def vectors(parameters: Any, ids: Any) -> Any:
        return _vectors(model, parameters, buffers, ids)

    return spread(vectors, parameters, ids)


def _plain(vectors: Any) -> np.ndarray:
    """As NumPy keeps them in a file: it knows no bfloat16."""
    return np.asarray(vectors, np.float32 if vectors.dtype == jnp.bfloat16 else vectors.dtype)


def measured(
    vectors: Any, pairs: Any, *, counts: np.ndarray, labels: np.ndarray, neighbours: int
) -> dict[str, float]:
    """The metrics that one table has: those of `quality.summary`, and the alignment of pairs.

    Args:
        vectors: float [words, dim].
        pairs: two arrays, float [pairs, dim]: the first of each pair, and the second; none is well.
        counts: int [words], how often each word occurs.
        labels: int [words], the class that it occurs in most; −1 for none.
        neighbours: how many a metric counts.

    Returns:
        Name → number; those that are not finite are left out, and the silhouette where labels tell no two
        kinds apart.
    """
    _, sizes = np.unique(labels[labels >= 0], return_counts=True)
    # Words of one kind have nothing to lie apart from, and of kinds of one word each nothing lies together.
    told = labels if len(sizes) > 1 and sizes.max() > 1 else None
    found = quality.summary(vectors, counts=counts, labels=told, k=neighbours, limit=len(counts))
    if len(pairs[0]):
        found["alignment"] = float(quality.alignment(*pairs))
    return {name: value for name, value in found.items() if np.isfinite(value)}


def overlap(name: str, first: Any, second: Any, neighbours: int) -> dict[str, float]:
    """The share of nearest neighbours that two tables of the same words have in common, by that name."""
    found = float(quality.neighbour_overlap(first, second, k=min(neighbours, len(first) - 1)))
    return {name: found} if np.isfinite(found) else {}


def _collisions(name: str, rows: np.ndarray, buckets: int) -> dict[str, float]:
    """Both, by the rows [n, k] of what is hashed."""
    seen = quality.observed_collisions(rows, buckets)
    expected = quality.predicted_collisions(len(rows), buckets, rows.shape[1])
    found = {f"{name}_{field}": float(value) for field, value in seen._asdict().items()}
    return found | {f"{name}_{field}_predicted": float(value) for field, value in expected._asdict().items()}


def majority_classes(
    vocabulary: Vocabulary, corpus: Corpus, rows: np.ndarray, labels: np.ndarray | None, classes: int
) -> np.ndarray:
    """The class whose documents hold each word most, int [ids]; −1 for a word that none holds.

    Args:
        vocabulary: the words.
        corpus: the documents.
        rows: those that are counted.
        labels: int [rows], their classes; None where documents have no one class, and so no word has.
        classes: how many classes there are.
    """
    if labels is None:
        return np.full(len(vocabulary), -1)
    numbers = vocabulary.encode(corpus.words)
    counts = np.zeros((len(vocabulary), classes), np.int64)
    for owner in range(classes):
        found = corpus.counts(rows[labels == owner])
        counts[:, owner] = np.bincount(numbers, weights=found, minlength=len(vocabulary))
    best = counts.argmax(1)
    best[(counts.sum(1) == 0) | (np.arange(len(vocabulary)) < _SPECIAL)] = -1
    return best
