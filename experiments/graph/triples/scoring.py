"""Scores of trained parameters against every entity, known to the model or not, for ranks and predictions."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Float64, Int32

import embedlab
from experiments.graph.triples.encode import directed
from experiments.graph.triples.known import Known
from experiments.graph.triples.model import TripleModel
from experiments.graph.triples.ranking import ranks
from experiments.graph.triples.words import Ids

_BLOCK = 256  # queries a program scores: of one size, so that one is compiled


@dataclasses.dataclass(frozen=True, eq=False)
class Scoring:
    """All that is needed to rank entities for queries, but for the parameters.

    Attributes:
        model: what is trained.
        buffers: the embedding's, for `ids`.
        ids: of relations and entities.

    Example:
        See `experiments.graph.triples.split.TripleSplit`, which ranks its test queries with it.
    """

    model: TripleModel
    buffers: Mapping[str, Any]
    ids: Ids

    @functools.cached_property
    def candidates(self) -> tuple[np.ndarray, np.ndarray]:
        """The distinct ids of entities, int32 [columns], and the column of each entity, int [entities]."""
        found, columns = np.unique(self.ids.entities, return_inverse=True)
        return found.astype(np.int32), columns

    def vectors(self, parameters: dict[str, Any]) -> Any:
        """The vectors of the candidates, float [columns, dim].

        Args:
            parameters: `tables` and `dense` of the embedding.
        """
        return _vectors(self.model.spec, self._variables(parameters), self.candidates[0])

    def scores(
        self, parameters: dict[str, Any], vectors: Any, asked: Int32[np.ndarray, "queries 3"]
    ) -> Float[np.ndarray, "queries columns"]:
        """Scores of queries against the candidates, float [queries, columns].

        Args:
            parameters: as for `vectors`.
            vectors: what that gave.
            asked: int32 [queries, 3], at most 256, whose answers are not looked at.
        """
        found = directed(asked, self.ids.relations)
        short = _BLOCK - len(asked)
        ids = np.pad(np.stack([self.ids.entities[asked[:, 0]], found["relation"]], 1), ((0, short), (0, 0)))
        heads = np.pad(found["heads"], (0, short))
        made = _scores(self.model, self._variables(parameters), vectors, ids, heads)
        return np.asarray(made)[: len(asked)]

    def ranks(
        self, parameters: dict[str, Any], asked: Int32[np.ndarray, "queries 3"], known: Known
    ) -> Float64[np.ndarray, " queries"]:
        """Filtered ranks of the answers, float64 [queries].

        Args:
            parameters: as for `vectors`.
            asked: int32 [queries, 3].
            known: the answers that do not count against another.

        Raises:
            ValueError: a score is not a number.
        """
        vectors = self.vectors(parameters)
        scores = functools.partial(self.scores, parameters, vectors)
        return ranks(asked, scores, known, self.candidates[1], _BLOCK)

    def _variables(self, parameters: dict[str, Any]) -> embedlab.Variables:
        return self.model.variables(parameters, dict(self.buffers))


@functools.partial(jax.jit, static_argnames="spec")
def _vectors(spec: Any, variables: Any, ids: Any) -> Any:
    return embedlab.embed(spec, variables, ids)


@functools.partial(jax.jit, static_argnames="model")
def _scores(model: TripleModel, variables: Any, vectors: Any, ids: Any, heads: Any) -> Any:
    asked = embedlab.embed(model.spec, variables, ids)
    return model.score.every(model.query(asked[:, 0], asked[:, 1], heads), vectors)
