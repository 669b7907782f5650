"""Flax linen: an embedding of any kind as a module, where `flax.linen.Embed` stood.

    >>> import jax, jax.numpy as jnp
    >>> import flax.linen as nn
    >>> import embedlab, embedlab.linen
    >>> class Classifier(nn.Module):
    ...     @nn.compact
    ...     def __call__(self, ids):
    ...         spec = embedlab.Hashed(vocabulary=1_000_000, dim=16, buckets=1000)
    ...         return nn.Dense(3)(embedlab.linen.Embed(spec).bag(ids))
    >>> ids = jnp.array([[3, 999_999], [5, 7]])
    >>> variables = Classifier().init(jax.random.key(0), ids)
    >>> Classifier().apply(variables, ids).shape
    (2, 3)

Tables and dense arrays are in the collection "params", so that every optax optimizer trains them as it
does any other parameter. Buffers are in "buffers", beside it.

Large tables are built with `update="sparse"`, which puts them in the collection "tables", and trained by
`Trainer`, whose step costs what it reads of them, however many rows there are.
"""

from embedlab.linen.embed import Embed
from embedlab.linen.trainer import Trainer

__all__ = ["Embed", "Trainer"]
