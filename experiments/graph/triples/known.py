"""What is known of each query: the answers that a ranking must not count against another."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Int, Int32, Int64


@dataclasses.dataclass(frozen=True, eq=False)
class Known:
    """The known answers of every query, side by side.

    Attributes:
        entities: how many there are.
        keys: int64 [distinct queries], `directed relation · entities + entity`, ascending.
        starts: int64 [distinct queries + 1], where the answers of each begin.
        answers: int32 [answers], those of a query ascend, and none is there twice.

    Example:
        >>> known = Known.of(np.array([[0, 0, 2], [0, 0, 1], [2, 1, 0]], np.int32), entities=3)
        >>> known.pairs(np.array([[0, 0, 1], [1, 0, 2]]))
        (array([0, 0]), array([1, 2], dtype=int32))

    Reference: Bordes et al. 2013, "Translating embeddings for modeling multi-relational data" (the filtered
    setting).
    """

    entities: int
    keys: Int64[np.ndarray, " distinct"]
    starts: Int64[np.ndarray, " distinct_plus_1"]
    answers: Int32[np.ndarray, " answers"]

    @classmethod
    def of(cls, queries: Int32[np.ndarray, "queries 3"], entities: int) -> Known:
        """Those that these queries [queries, 3] have as answers."""
        keys = _keys(queries, entities)
        both = np.unique(np.stack([keys, queries[:, 2]], 1), axis=0)
        keys, starts = np.unique(both[:, 0], return_index=True)
        return cls(entities, keys, np.append(starts, len(both)), both[:, 1].astype(np.int32))

    def counts(self, queries: Int[np.ndarray, "queries 3"]) -> Int64[np.ndarray, " queries"]:
        """How many known answers each query [queries, 3] has."""
        return np.diff(self._spans(queries), axis=1)[:, 0]

    def pairs(
        self, queries: Int[np.ndarray, "queries 3"]
    ) -> tuple[Int64[np.ndarray, " pairs"], Int32[np.ndarray, " pairs"]]:
        """The known answers of queries [queries, 3]: number of the query, and answer, [pairs] each."""
        spans = self._spans(queries)
        counts = spans[:, 1] - spans[:, 0]
        rows = np.repeat(np.arange(len(queries)), counts)
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return rows, self.answers[spans[rows, 0] + within]

    def _spans(self, queries: np.ndarray) -> np.ndarray:
        """Where the answers of each query begin and end, int64 [queries, 2]."""
        keys = _keys(queries, self.entities)
        if not len(self.keys):
            return np.zeros((len(keys), 2), np.int64)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        found = self.keys[place] == keys
        spans = np.stack([self.starts[place], self.starts[place + 1]], 1)
        return np.where(found[:, None], spans, 0)


def _keys(queries: np.ndarray, entities: int) -> np.ndarray:
    return queries[:, 1].astype(np.int64) * entities + queries[:, 0]
