"""What the training loop asks of a model, whatever it learns.

A text classifier is one (`experiments.training.model`); each application of an embedding layer has its own
(`experiments.study`). Steps, checkpoints, early stopping and training by rows are the same for all of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import jax
import numpy as np
from jaxtyping import PRNGKeyArray

import embedlab
from embedlab.sparse import Sharding
from experiments.config import Train
from experiments.documents.feed import Feed
from experiments.mesh import Spread


class Learner(ABC):
    """A model without its arrays: a frozen dataclass, static under `jit`.

    Its parameters are `tables` and `dense` of the embedding and, by name, the arrays of its `layers`. Tables
    are read by `embedlab.embed`, `bag` or `attend` of `variables` alone, so that they can be trained by rows.

    Attributes:
        spec: the embedding.
        resting: names of tables that are never trained.
        masked: names of tables of which some rows rest, those of a mask.
    """

    spec: embedlab.Embedding
    resting: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()

    @property
    def reads(self) -> int:
        """Ids that an example reads at the least: by it `train.update=auto` tells which tables are small."""
        return 1

    @property
    def max_norm(self) -> float | None:
        """Greatest length of a column of the head's weights; None for no limit."""
        return None

    def init(self, key: PRNGKeyArray, buffers: Any) -> dict[str, Any]:
        """The trained arrays: `tables` and `dense` of the embedding, and the `layers`."""
        variables = self.embedding(key, buffers)
        return {"tables": variables.tables, "dense": variables.dense, **self.layers(key)}

    def embedding(self, key: PRNGKeyArray, buffers: Any) -> embedlab.Variables:
        """The embedding's part of `init`."""
        return self.spec.init(jax.random.split(key)[0], buffers)

    @abstractmethod
    def layers(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The part of `init` that is no embedding: trees of arrays by name."""

    def variables(self, parameters: dict[str, Any], buffers: Any) -> embedlab.Variables:
        """The embedding's part of the parameters, with buffers beside."""
        return embedlab.Variables(parameters["tables"], parameters["dense"], buffers)

    @abstractmethod
    def objective(
        self,
        settings: Train,
        whole: tuple[str, ...],
        buffers: Any,
        parameters: dict[str, Any],
        batch: Any,
        key: PRNGKeyArray,
    ) -> tuple[Any, Any]:
        """What a step minimises, and what is told of it: two numbers; pure, under `jit`.

        Args:
            settings: of the training; dropout and penalties among them.
            whole: names of the tables that are trained whole; of others the optimizer of rows has the
                penalty.
            buffers: the embedding's.
            parameters: as `init` makes them.
            batch: what a feed gave of some examples: a tree of arrays [batch, …].
            key: of what is drawn in this step.
        """

    @abstractmethod
    def feed(self, train: Any, seed: int, batch: int, most: int, sharding: Sharding | None) -> Feed:
        """What gives steps their examples.

        Args:
            train: to be learnt from; its `buffers` are the embedding's for these examples.
            seed: of their order.
            batch: examples a step.
            most: steps that a part of the feed has at most.
            sharding: of the mesh that the steps are taken on; None for one device.
        """

    @abstractmethod
    def watched(
        self, parameters: dict[str, Any], valid: Any, spread: Spread | None
    ) -> tuple[np.ndarray, float]:
        """What is predicted for validation, and the loss that early stopping goes by.

        Args:
            parameters: as `init` makes them.
            valid: to be predicted.
            spread: how the parameters lie over a mesh; None for one device.
        """
