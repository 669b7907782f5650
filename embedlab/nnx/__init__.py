"""Flax NNX: an embedding of any kind as a module, where `flax.nnx.Embed` stood.

    >>> import jax, jax.numpy as jnp
    >>> from flax import nnx
    >>> import embedlab, embedlab.nnx
    >>> class Classifier(nnx.Module):
    ...     def __init__(self, *, rngs):
    ...         spec = embedlab.Hashed(vocabulary=1_000_000, dim=16, buckets=1000)
    ...         self.words = embedlab.nnx.Embed(spec, rngs=rngs)
    ...         self.head = nnx.Linear(16, 3, rngs=rngs)
    ...     def __call__(self, ids):
    ...         return self.head(self.words.bag(ids))
    >>> Classifier(rngs=nnx.Rngs(0))(jnp.array([[3, 999_999], [5, 7]])).shape
    (2, 3)

Tables and dense arrays are `nnx.Param`, so that `nnx.grad`, `nnx.Optimizer` and every optax optimizer
train them as they do any other parameter. Buffers are `Buffer`, which neither of them touches.

Large tables are built with `update="sparse"` and trained by `Trainer`, whose step costs what it reads of
them, however many rows there are.
"""

from embedlab.nnx.embed import Buffer, Embed, Table
from embedlab.nnx.trainer import Trainer

__all__ = ["Buffer", "Embed", "Table", "Trainer"]
