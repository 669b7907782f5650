"""What a model of vectors must be better than: the usual answer of a relation, and rules of relations.

Source: the inverse model of Dettmers et al. 2018, with rules of every confidence and of either direction.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int32
from scipy import sparse

from experiments.graph.triples.facts import Facts, queries
from experiments.graph.triples.rules import Rules


class Frequent:
    """How often an entity answers a directed relation in training, whatever the other end.

    Args:
        facts: of all sides; training ones are counted.

    Example:
        >>> from experiments.graph.triples.facts import facts_of
        >>> few = facts_of([("a", "is", "b"), ("c", "is", "b"), ("a", "is", "c"), ("c", "is", "a")],
        ...                np.array([0, 0, 1, 2]))
        >>> few.entities, Frequent(few)(np.array([[1, 0, 0]], np.int32))
        (('b', 'a', 'c'), array([[2., 0., 0.]]))
    """

    def __init__(self, facts: Facts) -> None:
        edges = queries(facts.train, len(facts.relations))
        size = (2 * len(facts.relations), len(facts.entities))
        self._counts = sparse.csr_array((np.ones(len(edges)), (edges[:, 1], edges[:, 2])), size)

    @property
    def parameters(self) -> int:
        """How many counts there are."""
        return int(self._counts.nnz)

    def __call__(self, asked: Int32[np.ndarray, "queries 3"]) -> Float[np.ndarray, "queries entities"]:
        """The counts of all entities for each query, float [queries, entities]."""
        return self._counts[asked[:, 1]].toarray()


class Reversed:
    """The entities that a training fact links to the query's, by the surest rule; then the most frequent.

    Args:
        rules: of the facts.
        frequent: what orders those that no rule tells apart.

    Example:
        >>> from experiments.graph.triples.facts import facts_of
        >>> few = facts_of([("a", "is", "b"), ("b", "is", "a"), ("c", "is", "b"), ("a", "is", "c"),
        ...                ("b", "is", "c")], np.array([0, 0, 0, 1, 2]))
        >>> few.entities, Reversed(Rules.of(few), Frequent(few))(np.array([[0, 0, 2]], np.int32)).round(2)
        (('b', 'a', 'c'), array([[0.67, 2.33, 2.  ]]))
    """

    def __init__(self, rules: Rules, frequent: Frequent) -> None:
        self._rules, self._frequent = rules, frequent

    @property
    def parameters(self) -> int:
        """How many rules and counts there are."""
        return int(self._rules.confidence.nnz) + self._frequent.parameters

    def __call__(self, asked: Int32[np.ndarray, "queries 3"]) -> Float[np.ndarray, "queries entities"]:
        """Scores of all entities for each query, float [queries, entities]."""
        counts = self._frequent(asked)
        usual = counts / (counts.max(1, keepdims=True) + 1)  # below 1: it never outweighs a rule
        return self._rules.scores(asked) * len(self._rules.facts.train) + usual
