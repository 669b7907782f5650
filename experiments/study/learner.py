"""A model of an application: how its loss is made of a batch of examples."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.sparse import Sharding
from experiments.config import Train
from experiments.documents.feed import Feed
from experiments.mesh import Spread
from experiments.study.examples import Examples
from experiments.study.learning import Learning
from experiments.training import learner


class Learner(learner.Learner):
    """A model without its arrays: a frozen dataclass, static under `jit`; its field `spec` is the embedding.

    A subclass gives `layers`, all trained arrays that are no table, and `loss`. It reads tables by
    `embedlab.embed`, `embedlab.bag` or `embedlab.attend` of `self.variables(parameters, buffers)` alone.

    Example:
        >>> import dataclasses, embedlab, jax.numpy as jnp
        >>> @dataclasses.dataclass(frozen=True)
        ... class Sum(Learner):
        ...     spec: embedlab.Embedding
        ...     def layers(self, key):
        ...         return {"bias": jnp.zeros(())}
        ...     def loss(self, parameters, buffers, batch, key, settings):
        ...         vectors = embedlab.bag(self.spec, self.variables(parameters, buffers), batch["ids"])
        ...         return ((vectors.sum(-1) + parameters["bias"] - batch["value"]) ** 2).mean()
        >>> Sum(embedlab.Dense(9, 2)).reads
        1
    """

    @abstractmethod
    def loss(
        self, parameters: dict[str, Any], buffers: Any, batch: Any, key: PRNGKeyArray, settings: Train
    ) -> Float[Array, ""]:
        """The mean loss of a batch; pure, under `jit`.

        Args:
            parameters: `tables` and `dense` of the embedding, and the `layers`.
            buffers: the embedding's.
            batch: of `Examples.arrays`, those of the batch.
            key: of what is drawn in this step: negatives, dropout.
            settings: of the training.
        """

    def objective(
        self,
        settings: Train,
        whole: tuple[str, ...],
        buffers: Any,
        parameters: dict[str, Any],
        batch: Any,
        key: PRNGKeyArray,
    ) -> tuple[Any, Any]:
        """The loss, which is what is told as well."""
        loss = self.loss(parameters, buffers, batch, key, settings)
        return loss, loss

    def feed(self, train: Examples, seed: int, batch: int, most: int, sharding: Sharding | None) -> Feed:
        """What gives steps their examples."""
        return train.feed(seed, batch, most, sharding)

    def watched(
        self, parameters: dict[str, Any], valid: Learning, spread: Spread | None
    ) -> tuple[np.ndarray, float]:
        """What the learning makes of its validation side."""
        return valid.watched(parameters)
