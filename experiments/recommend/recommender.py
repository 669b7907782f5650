"""A recommender as pure functions of its parameters: an embedding, and a model of its vectors.

Source: the parting is the project's own.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

import embedlab
from experiments.recommend import losses, negatives
from experiments.recommend.catalogue import NONE, Catalogue
from experiments.recommend.models import Bpr, Model, TwoTower
from experiments.recommend.scores import Half, of_pairs

_BLOCK = 4096  # users or items whose words are read at once


@dataclasses.dataclass(frozen=True)
class Recommender:
    """What is trained, without its arrays; static under `jit`.

    Parameters are `tables` and `dense` of the embedding, and the `towers` of the model.

    Attributes:
        spec: the embedding of all words.
        model: what is made of their vectors.
    """

    spec: embedlab.Embedding
    model: Model

    def half(self, parameters: Any, buffers: Any, catalogue: Catalogue, side: str, numbers: Any) -> Half:
        """Halves of scores [...] of users or items.

        Args:
            parameters: those trained.
            buffers: the embedding's.
            catalogue: the words of users and items.
            side: "user" or "item".
            numbers: int32 [...], which of them.
        """
        ids = catalogue.words(side)[numbers]
        variables = embedlab.Variables(parameters["tables"], parameters["dense"], buffers)
        vectors = embedlab.embed(self.spec, variables, ids)
        return self.model.half(parameters["towers"], side, vectors, ids != NONE)

    def loss(
        self, parameters: Any, buffers: Any, catalogue: Catalogue, batch: dict[str, Any], key: PRNGKeyArray
    ) -> Float[Array, ""]:
        """What a step minimises, of rows that it sees.

        Args:
            parameters: those trained.
            buffers: the embedding's.
            catalogue: the words of users and items.
            batch: `user` and `item`, int32 [rows]; of ratings `rating`, float32 [rows], standardised.
            key: of the items that are drawn.
        """
        half = functools.partial(self.half, parameters, buffers, catalogue)
        users = half("user", batch["user"])
        if self.model.goal == "ratings":
            return losses.squared(users, half("item", batch["item"]), batch["rating"])
        total = catalogue.share.shape[0]
        if isinstance(self.model, Bpr):
            drawn, fits = negatives.draw(key, catalogue.seen, batch["user"], total, self.model.negatives)
            return losses.pairwise(users, half("item", batch["item"]), half("item", drawn), fits)
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
        >>> round(float(np.exp(log_expected(0.5, rows=3, even=2, items=4))), 4)
        1.5
    """
    return jnp.log((rows - 1) * share + even / items)


@functools.partial(jax.jit, static_argnames=("recommender", "side"))
def _halves(
    recommender: Recommender, parameters: Any, buffers: Any, catalogue: Catalogue, side: str, numbers: Any
) -> Half:
    return recommender.half(parameters, buffers, catalogue, side, numbers)


def halves(
    recommender: Recommender,
    parameters: Any,
    buffers: Any,
    catalogue: Catalogue,
    side: str,
    rows: Any = None,
) -> Half:
    """Halves of scores of users or items, as NumPy arrays, some at a time.

    Args:
        recommender: what makes them.
        parameters: those trained.
        buffers: the embedding's.
        catalogue: the words of users and items.
        side: "user" or "item".
        rows: int [n], numbers of which; None for all.

    Returns:
        Factors float32 [n, width] and bias float32 [n].
    """
    if rows is None:
        rows = np.arange(catalogue.words(side).shape[0])
    found = []
    for first in range(0, max(1, len(rows)), _BLOCK):
        some = np.asarray(rows[first : first + _BLOCK], np.int32)
        padded = np.pad(some, (0, min(_BLOCK, max(1, len(rows))) - len(some)))
        made = _halves(recommender, parameters, buffers, catalogue, side, padded)
        found.append([np.asarray(x, np.float32)[: len(some)] for x in made])
    factors, bias = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Half(factors, bias)


def scores_of_pairs(
    recommender: Recommender, parameters: Any, buffers: Any, catalogue: Catalogue, users: Any, items: Any
) -> Float[np.ndarray, " rows"]:
    """Scores of one item a user, float32 [rows].

    Args:
        recommender: what makes them.
        parameters: those trained.
        buffers: the embedding's.
        catalogue: the words of users and items.
        users: int [rows].
        items: int [rows].
    """
    left = halves(recommender, parameters, buffers, catalogue, "user")
    right = halves(recommender, parameters, buffers, catalogue, "item")
    found = [
        of_pairs(Half(*(x[users[rows]] for x in left)), Half(*(x[items[rows]] for x in right)))
        for rows in np.array_split(np.arange(len(users)), max(1, len(users) >> 16))
    ]
    return np.concatenate(found).astype(np.float32)
