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
from experiments.graph.triples.words import NONE
from experiments.study.learner import Learner

#: The key of entities' ids among the buffers, where they are no numbers of a vocabulary.
ENTITIES = "entities"


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

    Words of the one table are the padding and the unknown word, then relations, then entities. Where an
    embedding has no vocabulary, their ids are hashes, and int32 [entities], those of all entities that are
    drawn or scored against, lie among the buffers, beside those of the embedding.

    Attributes:
        spec: the embedding.
        score: what makes a number of three vectors.
        target: what training minimises.
        penalty: on the vectors of a fact.
        relations: words of relations: with reciprocal ones, two a relation.
        entities: words of entities.
    """

    spec: embedlab.Embedding
    score: Score
    target: Objective
    penalty: Penalty
    relations: int
    entities: int

    @property
    def first(self) -> int:
        """The id of the first entity, by a vocabulary."""
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

    def variables(self, parameters: dict[str, Any], buffers: Any) -> embedlab.Variables:
        """The embedding's part of parameters and buffers."""
        return super().variables(parameters, {name: one for name, one in buffers.items() if name != ENTITIES})

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
            buffers: the embedding's, and ids of entities where these are hashes.
            batch: int32 ids `entity` [batch], `relation` [batch] and `answers` [batch, answers], padded with
                `NONE`; bool `heads` [batch].
            key: of dropout and of what is drawn.
            settings: of the training; `dropout.components` is that of the query's two vectors.
        """
        variables = self.variables(parameters, buffers)
        asked = embedlab.embed(self.spec, variables, jnp.stack([batch["entity"], batch["relation"]], -1))
        dropped = asked
        if settings.dropout.components:
            dropped = drop_components(jax.random.fold_in(key, 1), asked, settings.dropout.components)
        query = self.query(dropped[:, 0], dropped[:, 1], batch["heads"])
        real = batch["answers"] != NONE
        answers = embedlab.embed(self.spec, variables, batch["answers"])
        own = self.score.pairs(query[:, None], answers)
        if isinstance(self.target, All):
            loss = self._against_all(self._every(variables, buffers), query, own, real, self.target.smoothing)
        else:
            assert isinstance(self.target, Negatives)
            ids = self._drawn(buffers, key, self.target, len(query))
            loss = self._against_drawn(variables, ids, query, own, batch["answers"], self.target)
        if self.penalty.weight:
            loss = loss + self.penalty.weight * self._penalty(asked, answers, real)
        return loss

    def _every(self, variables: Any, buffers: Any) -> Any:
        """The vectors of all entities, [entities, dim]."""
        if ENTITIES in buffers:
            return embedlab.embed(self.spec, variables, buffers[ENTITIES])
        return all_vectors(self.spec, variables)[self.first : self.first + self.entities]

    def _drawn(self, buffers: Any, key: PRNGKeyArray, target: Negatives, examples: int) -> Any:
        """The ids of drawn entities, int32 [count] if they are shared, else [examples, count]."""
        shape = (target.count,) if target.shared else (examples, target.count)
        numbers = jax.random.randint(jax.random.fold_in(key, 2), shape, 0, self.entities)
        return buffers[ENTITIES][numbers] if ENTITIES in buffers else self.first + numbers

    def _against_all(self, every: Any, query: Any, own: Any, real: Any, smoothing: float) -> Any:
        scores = self.score.every(query, every)
        # Of products without another pass over the scores.
        mean = query @ every.mean(0) if isinstance(self.score, Product) else scores.mean(-1)
        return against_all(scores, own, real, mean, smoothing)

    def _against_drawn(
        self, variables: Any, ids: Any, query: Any, own: Any, answers: Any, target: Negatives
    ) -> Any:
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
