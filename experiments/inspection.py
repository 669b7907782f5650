"""The quality of a model's embedding, as numbers to log beside its accuracy."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np

import embedlab
from embedlab import quality
from embedlab.base import main_lookup
from embedlab.text import Vocabulary, distinct_ngram_rows
from experiments.config import Quality
from experiments.model import Model


@dataclasses.dataclass(frozen=True, eq=False)
class Inspector:
    """Watches the vectors of the same words through a training.

    Attributes:
        model: whose embedding it is.
        vocabulary: the words of its ids.
        buffers: the buffers of the vocabulary.
        settings: how many rows and neighbours.
        labels: int [words], the class a word occurs in most, for the silhouette; −1 for none.
    """

    model: Model
    vocabulary: Vocabulary
    buffers: Any
    settings: Quality
    labels: np.ndarray

    def vectors(self, parameters: dict[str, Any], ids: np.ndarray | None = None) -> jax.Array:
        """Vectors [ids, dim] of the vocabulary's words, or of some ids."""
        ids = np.arange(2, len(self.vocabulary), dtype=np.int32) if ids is None else ids
        return embedlab.embed(self.model.spec, self.model.variables(parameters, self.buffers), ids)

    def summary(self, parameters: dict[str, Any]) -> dict[str, float]:
        """The metrics of `embedlab.quality.summary` on an even sample of the words."""
        words = len(self.vocabulary) - 2
        rows = min(self.settings.rows, words)
        ids = (2 + np.arange(rows) * words // rows).astype(np.int32)
        found = quality.summary(
            self.vectors(parameters, ids),
            counts=np.asarray(self.vocabulary.counts)[ids],
            labels=self.labels[ids],
            k=self.settings.neighbours,
            limit=rows,
        )
        return {name: value for name, value in found.items() if np.isfinite(value)}

    def collisions(self) -> dict[str, float]:
        """Observed and predicted collisions in a table that a hash fills; nothing for one with a row each.

        What can collide are words where words are hashed (`collisions_…`), and n-grams where n-grams are
        (`ngram_collisions_…`): words that have n-grams in common share their rows by design.
        """
        spec = self.model.spec
        if isinstance(spec, embedlab.Hashed):
            ids = np.arange(2, len(self.vocabulary), dtype=np.int32)
            rows = np.asarray(main_lookup(spec.index(self.buffers, ids)).rows)
            return _collisions("collisions", rows, spec.buckets)
        if isinstance(spec, embedlab.Subword):
            rows = distinct_ngram_rows(self.vocabulary, buckets=spec.buckets, minn=spec.minn, maxn=spec.maxn)
            return {"ngrams": float(len(rows))} | _collisions("ngram_collisions", rows, spec.buckets)
        return {}


def _collisions(name: str, rows: np.ndarray, buckets: int) -> dict[str, float]:
    """Both, by the rows [n, k] of what is hashed."""
    seen = quality.observed_collisions(rows, buckets)
    expected = quality.predicted_collisions(len(rows), buckets, rows.shape[1])
    found = {f"{name}_{field}": float(value) for field, value in seen._asdict().items()}
    return found | {f"{name}_{field}_predicted": float(value) for field, value in expected._asdict().items()}


def majority_classes(
    vocabulary: Vocabulary, documents: list[list[str]], labels: np.ndarray, classes: int
) -> np.ndarray:
    """The class whose documents hold each word most, int [ids]; −1 for a word that none holds."""
    ids = vocabulary.encode_all(documents)
    owners = np.repeat(labels, [len(document) for document in ids])
    counts = np.zeros((len(vocabulary), classes), np.int64)
    np.add.at(counts, (np.concatenate(ids), owners), 1)
    best = counts.argmax(1)
    best[(counts.sum(1) == 0) | (np.arange(len(vocabulary)) < 2)] = -1
    return best
