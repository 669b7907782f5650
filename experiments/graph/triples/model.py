"""A model of triples: a score over one table of entities and relations, and what training makes of it."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

import embedlab
from embedlab.checks import require
from embedlab.lookup.scores import all_vectors
from embedlab.regularise import drop_components
from experiments.checks import finite
from experiments.config import Train
from experiments.graph.triples.objectives import All, Negatives, Objective, against_all, against_drawn
from experiments.graph.triples.scores import Product, Score
from experiments.study.learner import Learner


@dataclasses.dataclass(frozen=True)
class Penalty:
    """`weight · (|entity|ᵖ + |relation|ᵖ + |answer|ᵖ)` of each fact, components of ComplEx by their modulus.

    Attributes:
        weight: 0 for none.
        power: p; 3 is the nuclear 3-norm, 2 the usual L2.

    Raises:
        ValueError: a weight below 0, or a power below 1.

    Example:
        >>> Penalty(0.1).power
        3

    Reference: Lacroix, Usunier & Obozinski 2018 (N3).
    """

    weight: float = 0.0
    power: int = 3

    def __post_init__(self) -> None:
        fits = finite(self.weight) and self.weight >= 0
        require(fits, "weight", self.weight, "give a finite number of at least 0")
        require(self.power in (1, 2, 3, 4), "power", self.power, "give 1, 2, 3 or 4")


@dataclasses.dataclass(frozen=True)
class TripleModel(Learner):
    """What is trained, without its arrays; static under `jit`.

    Words of the one table are the padding and the unknown word, then relations, then entities.

    Attributes:
        spec: the embedding.
        score: what makes a number of three vectors.
        target: what training minimises.
        penalty: on the vectors of a fact.
        relations: rows of relations: with reciprocal ones, two a relation.
        entities: rows of entities.
    """

    spec: embedlab.Embedding
    score: Score
    target: Objective
    penalty: Penalty
    relations: int
    entities: int

    @property
    def first(self) -> int:
        """The id of the first entity."""
        return 2 + self.relations

    @property
    def reads(self) -> int:
        """Ids that an example reads: all entities, where answers stand against every one."""
        if isinstance(self.target, Negatives):
            return 3 if self.target.shared else 3 + self.target.count
        return self.entities

    def layers(self, key: PRNGKeyArray) -> dict[str, Any]:
        """None: all that is trained are vectors of words."""
        return {}

    def query(
        self,
        entity: Float[Array, "*n dim"],
        relation: Float[Array, "*n dim"],
        heads: Any,
    ) -> Float[Array, "*n dim"]:
        """What answers are compared with, [..., dim]; `heads` bool [...], whether heads are asked for."""
        tails = self.score.tails(entity, relation)
        return jnp.where(jnp.asarray(heads)[..., None], self.score.heads(entity, relation), tails)

    def loss(
        self, parameters: dict[str, Any], buffers: Any, batch: Any, key: PRNGKeyArray, settings: Train
    ) -> Float[Array, ""]:
        """The mean loss of the facts of a batch, penalty included; pure, under `jit`.

        Args:
            parameters: `tables` and `dense` of the embedding.
            buffers: the embedding's.
            batch: int32 ids `entity` [batch], `relation` [batch] and `answers` [batch, answers], padded with
                0; bool `heads` [batch].
            key: of dropout and of what is drawn.
            settings: of the training; `dropout.components` is that of the query's two vectors.
        """
        variables = self.variables(parameters, buffers)
        asked = embedlab.embed(self.spec, variables, jnp.stack([batch["entity"], batch["relation"]], -1))
        dropped = asked
        if settings.dropout.components:
            dropped = drop_components(jax.random.fold_in(key, 1), asked, settings.dropout.components)
        query = self.query(dropped[:, 0], dropped[:, 1], batch["heads"])
        real = batch["answers"] > 0
        answers = embedlab.embed(self.spec, variables, batch["answers"], mask=real)
        own = self.score.pairs(query[:, None], answers)
        if isinstance(self.target, All):
            loss = self._against_all(variables, query, own, real, self.target.smoothing)
        else:
            assert isinstance(self.target, Negatives)
            loss = self._against_drawn(variables, query, own, batch["answers"], key, self.target)
        if self.penalty.weight:
            loss = loss + self.penalty.weight * self._penalty(asked, answers, real)
        return loss

    def _against_all(self, variables: Any, query: Any, own: Any, real: Any, smoothing: float) -> Any:
        every = all_vectors(self.spec, variables)[self.first : self.first + self.entities]
        scores = self.score.every(query, every)
        # Of products without another pass over the scores.
        mean = query @ every.mean(0) if isinstance(self.score, Product) else scores.mean(-1)
        return against_all(scores, own, real, mean, smoothing)

    def _against_drawn(
        self, variables: Any, query: Any, own: Any, answers: Any, key: Any, target: Negatives
    ) -> Any:
        shape = (target.count,) if target.shared else (len(query), target.count)
        ids = jax.random.randint(jax.random.fold_in(key, 2), shape, self.first, self.first + self.entities)
        vectors = embedlab.embed(self.spec, variables, ids)
        if target.shared and self.score.by_product:
            drawn = self.score.every(query, vectors)
        else:
            drawn = self.score.pairs(query[:, None], vectors)
        kept = (ids[..., None, :] != answers[..., None]).all(-2)
        return against_drawn(target, own[:, 0], drawn, kept).mean()

    def _penalty(self, asked: Any, answers: Any, real: Any) -> Any:
        def total(sizes: Any) -> Any:
            return (sizes**self.penalty.power).sum(-1)

        counts = real.sum(-1)
        query = total(self.score.sizes(asked[:, 0])) + total(self.score.relation_sizes(asked[:, 1]))
        other = jnp.where(real, total(self.score.sizes(answers)), 0).sum(-1)
        return (counts * query + other).sum() / jnp.maximum(counts.sum(), 1)
