"""Relations that follow from others: what may have leaked into the test, and how far that carries.

A relation that says the same as another, backwards or not, gives its facts away: most of FB15k's test facts
stand in its training side the other way round. Symmetric relations do the same within one relation.

Reference: Toutanova & Chen 2015, "Observed versus latent features for knowledge base and text inference";
Dettmers et al. 2018 (the inverse model).
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from jaxtyping import Float64, Int32
from scipy import sparse

from experiments.graph.triples.facts import Facts, queries

_SURE = 0.8  # from this part on a relation is said to follow from another
_FEW = 20  # facts of a relation, below which no part of them says much


@dataclasses.dataclass(frozen=True, eq=False)
class Rules:
    """How often a directed relation holds where another does, counted over training facts.

    Directed relation `d < relations` is the relation itself, `relations + d` its inverse.

    Attributes:
        facts: what they are counted over.
        confidence: sparse float64 [2 · relations, 2 · relations], at `[d, e]` the part of the pairs of e that
            are pairs of d too; 0 where d is e.

    Example:
        >>> from experiments.graph.triples.facts import facts_of
        >>> few = facts_of([("a", "is", "b"), ("b", "is", "a"), ("a", "is", "c"), ("b", "is", "c")],
        ...                np.array([0, 0, 1, 2]))
        >>> Rules.of(few).confidence.toarray()
        array([[0., 1.],
               [1., 0.]])
    """

    facts: Facts
    confidence: sparse.csr_array

    @classmethod
    def of(cls, facts: Facts) -> Rules:
        """Those of the training facts."""
        edges = queries(facts.train, len(facts.relations))
        links = edges[:, 0].astype(np.int64) * len(facts.entities) + edges[:, 2]
        _, pairs = np.unique(links, return_inverse=True)
        size = (pairs.max() + 1, 2 * len(facts.relations))
        held = sparse.csr_array((np.ones(len(edges)), (pairs, edges[:, 1])), size)
        held.data = np.minimum(held.data, 1)  # a fact that is there twice
        together = (held.T @ held).tocoo()
        part = together.data / held.sum(0)[together.col]
        other = together.row != together.col
        places = (together.row[other], together.col[other])
        return cls(facts, sparse.csr_array((part[other], places), together.shape))

    @functools.cached_property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Training facts of both directions, int32 [edges, 3] by entity, and where each entity's begin."""
        made = queries(self.facts.train, len(self.facts.relations))
        made = made[np.argsort(made[:, 0], kind="stable")]
        return made, np.searchsorted(made[:, 0], np.arange(len(self.facts.entities) + 1))

    def scores(self, asked: Int32[np.ndarray, "queries 3"]) -> Float64[np.ndarray, "queries entities"]:
        """For each query the confidence in each entity, by the surest rule: float64 [queries, entities]."""
        edges, starts = self.edges
        first, last = starts[asked[:, 0]], starts[asked[:, 0] + 1]
        rows = np.repeat(np.arange(len(asked)), last - first)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
        used = edges[first[rows] + within]
        found = np.zeros((len(asked), len(self.facts.entities)))
        confidence = self.confidence[asked[rows, 1], used[:, 1]]
        np.maximum.at(found, (rows, used[:, 2]), np.asarray(confidence).ravel())
        return found

    def followed(self) -> list[str]:
        """Relations that surely follow from others, in words: `hypernym⁻¹ from hyponym (98 %)`."""
        told, count = [], len(self.facts.relations)
        sizes = np.bincount(self.facts.train[:, 1], minlength=count)
        rules = self.confidence.tocoo()
        for one, other, part in zip(rules.row, rules.col, rules.data, strict=True):
            if part >= _SURE and one < count and sizes[other % count] >= _FEW:
                back = "⁻¹" if other >= count else ""
                source = "itself backwards" if other == one + count else f"{self._name(other)}{back}"
                told.append(f"{self._name(one)} from {source} ({100 * part:.0f} %)")
        return told

    def _name(self, directed: int) -> str:
        return self.facts.relations[directed % len(self.facts.relations)]
