"""A recommender as pure functions of its parameters: an embedding, and a model of its vectors.

Source: the parting is the project's own.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

import embedlab
from experiments.config import Train
from experiments.recommend import losses, negatives
from experiments.recommend.catalogue import NONE
from experiments.recommend.models import Bpr, Model, TwoTower
from experiments.recommend.scores import Half
from experiments.study.learner import Learner

#: The key of the catalogue among the buffers.
CATALOGUE = "catalogue"


@dataclasses.dataclass(frozen=True)
class Recommender(Learner):
    """What is trained, without its arrays; static under `jit`.

    Parameters are `tables` and `dense` of the embedding, and the `towers` of the model. Among the buffers
    lies the `Catalogue`, beside those of the embedding.

    Attributes:
        spec: the embedding of all words.
        model: what is made of their vectors.
    """

    spec: embedlab.Embedding
    model: Model

    @property
    def reads(self) -> int:
        """The ids of a user and an item."""
        return 2

    def layers(self, key: PRNGKeyArray) -> dict[str, Any]:
        """The `towers`."""
        return {"towers": self.model.layers(jax.random.split(key)[1], self.spec.dim)}

    def variables(self, parameters: dict[str, Any], buffers: Any) -> embedlab.Variables:
        """The embedding's part of parameters and buffers."""
        own = {name: one for name, one in buffers.items() if name != CATALOGUE}
        return embedlab.Variables(parameters["tables"], parameters["dense"], own)

    def half(
        self,
        parameters: Any,
        buffers: Any,
        side: str,
        numbers: Any,
        dropout: embedlab.Dropout | None = None,
        key: PRNGKeyArray | None = None,
    ) -> Half:
        """Halves of scores [...] of users or items.

        Args:
            parameters: those trained.
            buffers: the embedding's, and the catalogue.
            side: "user" or "item".
            numbers: int32 [...], which of them.
            dropout: words and components that are dropped.
            key: of what is dropped; None where nothing is.
        """
        ids = buffers[CATALOGUE].words(side)[numbers]
        return self.of_words(parameters, buffers, side, ids, dropout, key)

    def of_words(
        self,
        parameters: Any,
        buffers: Any,
        side: str,
        ids: Any,
        dropout: embedlab.Dropout | None = None,
        key: PRNGKeyArray | None = None,
    ) -> Half:
        """The same, of the ids int32 [..., words] of their words."""
        variables = self.variables(parameters, buffers)
        vectors = embedlab.embed(self.spec, variables, ids, dropout=dropout, key=key)
        return self.model.half(parameters["towers"], side, vectors, ids != NONE)

    def loss(
        self, parameters: Any, buffers: Any, batch: Any, key: PRNGKeyArray, settings: Train
    ) -> Float[Array, ""]:
        """What a step minimises, of rows that it sees.

        Args:
            parameters: those trained.
            buffers: the embedding's, and the catalogue.
            batch: `user` and `item`, int32 [rows]; of ratings `rating`, float32 [rows], standardised.
            key: of what is dropped, and of the items that are drawn.
            settings: of the training.
        """
        catalogue = buffers[CATALOGUE]
        user_key, item_key, key = jax.random.split(key, 3)
        drops = settings.dropout if settings.dropout != embedlab.Dropout() else None

        def half(side: str, numbers: Any) -> Half:
            own = user_key if side == "user" else item_key
            return self.half(parameters, buffers, side, numbers, drops, own)

        users = half("user", batch["user"])
        if self.model.goal == "ratings":
            return losses.squared(users, half("item", batch["item"]), batch["rating"])
        total = catalogue.share.shape[0]
        if isinstance(self.model, Bpr):
            drawn, fits = negatives.draw(key, catalogue.seen, batch["user"], total, self.model.negatives)
            both = half("item", jnp.concatenate([batch["item"][:, None], drawn], 1))
            liked, others = Half(*(x[:, 0] for x in both)), Half(*(x[:, 1:] for x in both))
            return losses.pairwise(users, liked, others, fits)
        assert isinstance(self.model, TwoTower)
        more = jax.random.randint(key, (self.model.negatives,), 0, total, jnp.int32)
        numbers = jnp.concatenate([batch["item"], more])
        expected = log_expected(catalogue.share[numbers], batch["item"].shape[0], self.model.negatives, total)
        return losses.sampled_softmax(users, half("item", numbers), numbers, expected, self.model.temperature)


def log_expected(share: Any, rows: int, even: int, items: int) -> Any:
    """ln m: how often an item is drawn on average, `(rows − 1) · share + even / items`.

    Args:
        share: float [candidates], of each item among the rows.
        rows: of the batch; all but one's own are drawn by their share.
        even: how many are drawn evenly.
        items: of how many.

    Example:
        >>> import numpy as np
        >>> round(float(np.exp(log_expected(0.5, rows=3, even=2, items=4))), 4)
        1.5
    """
    return jnp.log((rows - 1) * share + even / items)
