"""embedlab: the laboratory for embedding layers in JAX.

A kind of embedding (`Dense`, `Hashed`, `Subword`) is a frozen dataclass: its `init` makes the arrays,
`embed` and `bag` turn ids into vectors, under `jit`, `vmap` and `grad`, on CPU, GPU and TPU.

    >>> import jax, jax.numpy as jnp
    >>> import embedlab
    >>> spec = embedlab.Hashed(vocabulary=1_000_000, dim=16, buckets=5000, hashes=2)
    >>> variables = spec.init(jax.random.key(0))
    >>> embedlab.bag(spec, variables, jnp.array([[3, 999_999], [5, 7]]), mode="mean").shape
    (2, 16)

Adapters for Flax are `embedlab.nnx` and `embedlab.linen`; they are imported by name, since importing
embedlab alone does not load Flax.
"""

from embedlab.base import ABSENT, Bytes, Embedding, Ids64, Lookup, Variables
from embedlab.dense import Dense
from embedlab.hashed import Hashed
from embedlab.initialisers import Constant, FromArray, Normal, ScaledNormal, Uniform
from embedlab.lookup import (
    all_vectors,
    attend,
    bag,
    count_bad_ids,
    embed,
    gather,
    host_ids,
    lookups,
    max_norm,
)
from embedlab.regularise import Dropout, l2_rows
from embedlab.subword import Subword
from embedlab.vectors import Vectors, load

__version__ = "0.1.0"

__all__ = [
    "ABSENT",
    "Bytes",
    "Constant",
    "Dense",
    "Dropout",
    "Embedding",
    "FromArray",
    "Hashed",
    "Ids64",
    "Lookup",
    "Normal",
    "ScaledNormal",
    "Subword",
    "Uniform",
    "Variables",
    "Vectors",
    "all_vectors",
    "attend",
    "bag",
    "count_bad_ids",
    "embed",
    "gather",
    "host_ids",
    "l2_rows",
    "load",
    "lookups",
    "max_norm",
]
