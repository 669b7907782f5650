"""Exact search: which rows of a table score highest, without all scores ever being held at once.

>>> import jax, jax.numpy as jnp
>>> from embedlab import search
>>> table = jax.random.normal(jax.random.key(0), (1000, 16))
>>> rows = search.lay_out(table)                      # once
>>> search.nearest(rows, table[:2] + 0.01, k=3).indices[:, 0]
Array([0, 1], dtype=int32)
"""

from embedlab.search.analogies import Method, solve
from embedlab.search.cosine import nearest
from embedlab.search.found import Neighbours
from embedlab.search.largest import largest
from embedlab.search.layout import Rows, lay_out

__all__ = ["Method", "Neighbours", "Rows", "largest", "lay_out", "nearest", "solve"]
