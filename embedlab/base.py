"""The contract that every kind of embedding keeps: `index` → gather → `combine`.

An embedding, whatever its kind, does three things. `index` says which rows of which tables an id
stands for; one shared function, `embedlab.lookup.gather`, reads those rows; `combine` turns them into
a vector. A kind is a frozen dataclass that writes the first and the last. It holds no arrays, so it is
at once the configuration, the static argument of `jax.jit`, and its own printed form.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

#: An id that is absent (padding, or out of range), and a row that is not there. It is larger than any
#: table has rows, so that JAX's "fill" and "drop" modes skip it: gathered as zeros, never updated.
ABSENT: int = 2**31 - 1


# The fields of a pytree are typed `Any`: while JAX transforms one, they hold tracers, axes or placeholders.


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Ids64:
    """64-bit ids as two 32-bit halves, which need no x64 mode under `jit`.

    The id is `high · 2³² + low`. Made on the host by `embedlab.host_ids`.

    Attributes:
        low: uint32 [...], the lower halves.
        high: uint32 [...], the upper halves.
        present: bool [...], False where there is no id (padding); None where all are ids. Any 64-bit
            number is an id here, so none is left to mark an absent one.

    Example:
        >>> ids = Ids64(low=np.uint32([7, 8]), high=np.uint32([1, 0]))   # 4294967303 and 8
        >>> ids.shape, ids[:1].low
        ((2,), array([7], dtype=uint32))

    Source: none; JAX without x64 has no 64-bit integers.
    """

    low: Any
    high: Any
    present: Any = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape [...] of the ids."""
        return tuple(self.low.shape)

    def __getitem__(self, places: Any) -> Ids64:
        """The ids at some places, as of an array: a batch of rows, say."""
        return jax.tree.map(lambda leaf: leaf[places], self)


@jax.tree_util.register_dataclass
@dataclasses.dataclass(frozen=True)
class Variables:
    """The arrays of an embedding, by what may happen to them. A pytree.

    Attributes:
        tables: name → float [rows, width]. Trained; read and written by `embedlab.lookup` only.
        dense: name → small trained arrays (a projection, say); an ordinary optimizer's.
        buffers: name → integer or constant arrays (a vocabulary's n-gram rows, say). Never
            differentiated, in no optimizer, saved with the rest.

    Example:
        >>> v = Variables(tables={"table": jnp.zeros((10, 4))})
        >>> v.num_parameters, v.num_bytes
        (40, Bytes(trainable=160, index=0))

    Source: none; a record.
    """

    tables: dict[str, Any]
    dense: dict[str, Any] = dataclasses.field(default_factory=dict)
    buffers: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def num_parameters(self) -> int:
        """How many numbers are trained: tables and dense arrays, not buffers."""
        return sum(int(np.prod(x.shape)) for x in self._trained())

    @property
    def num_bytes(self) -> Bytes:
        """Bytes of what is trained, and of the index buffers, each by itself."""
        return Bytes(_size(self._trained()), _size(jax.tree.leaves(self.buffers)))

    def _trained(self) -> list[Any]:
        return jax.tree.leaves((self.tables, self.dense))


def _size(leaves: list[Any]) -> int:
    return sum(int(np.prod(x.shape)) * np.dtype(x.dtype).itemsize for x in leaves)


@dataclasses.dataclass(frozen=True)
class Bytes:
    """A size in bytes, the trained part and the index part apart.

    Attributes:
        trainable: bytes of tables and dense arrays.
        index: bytes of buffers, which can be computed again from the words.

    Example:
        >>> Bytes(trainable=160, index=40).total
        200

    Source: none; a record.
    """

    trainable: int
    index: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.trainable + self.index


@dataclasses.dataclass(frozen=True)
class Lookup:
    """Which rows of one table a batch of ids needs, and with what weights. A pytree.

    The weighted sum that a linear kind stands for is `Σ_k weights[..., k] · table[rows[..., k]]`.

    Attributes:
        table: the table's name. A step has one lookup a table, so it names the lookup as well.
        rows: int32 [..., k]. `ABSENT` marks a position with no row: it is gathered as zeros and skipped
            by an update.
        weights: float [..., k], or None for ones. Constants: no gradient reaches `index`.
        weights_from: the name of the lookup whose gathered rows multiply the weights (learned
            importance), or None. That lookup has one row of width k an id.
        features: float inputs that are not rows (the encodings of a deep hash, say), or None.

    Example:
        >>> look = Lookup("table", jnp.array([[3, ABSENT]], jnp.int32))
        >>> look.mask
        Array([[ True, False]], dtype=bool)

    Source: none; a row of a sparse matrix, written as the positions and values of its entries.
    """

    table: str
    rows: Any
    weights: Any = None
    weights_from: str | None = None
    features: Any = None

    @property
    def mask(self) -> Any:
        """bool [..., k]: where there is a row."""
        return self.rows != ABSENT


jax.tree_util.register_dataclass(
    Lookup, data_fields=["rows", "weights", "features"], meta_fields=["table", "weights_from"]
)


@runtime_checkable
class Embedding(Protocol):
    """What a kind of embedding provides. A kind is a frozen dataclass with these members.

    `index` and `combine` are pure and deterministic. Only `embedlab.lookup` touches a table, which is why
    bags, and whatever else is written there, work for every kind at once.

    Attributes:
        dim: width of the vectors that come out.
        linear: whether `combine` is the weighted sum of `Lookup`; a bag then fuses both sums into one.
        row_is_vector: (may be left out) whether id i has the vector of row i of its only table, as it is.
        table_shapes: name → (rows, width) of each table.
    """

    @property
    def dim(self) -> int: ...

    @property
    def linear(self) -> bool: ...

    @property
    def table_shapes(self) -> Mapping[str, tuple[int, int]]:
        """Name → (rows, width) of each table that `init` makes, known before it is made."""
        ...

    def init(self, key: PRNGKeyArray, buffers: Mapping[str, Any] | None = None) -> Variables:
        """Makes the arrays.

        Args:
            key: random key.
            buffers: those that depend on data (`OpenVocabulary.word_buffers`), or None.

        Returns:
            Tables float [rows, width] of `table_shapes`, small dense arrays, and buffers.
        """
        ...

    def num_ids(self, buffers: Mapping[str, Any]) -> int | None:
        """How many ids are known, 0 … num_ids − 1; None where every 64-bit id is.

        Args:
            buffers: the buffers of `Variables`, by name.
        """
        ...

    def index(self, buffers: Mapping[str, Any], ids: Any) -> tuple[Lookup, ...]:
        """Ids → one lookup a table.

        Args:
            buffers: the buffers of `Variables`.
            ids: int32 [...] as `embedlab.lookups` gives them: in range, or `ABSENT`; or `Ids64`.
                NumPy arrays give NumPy arrays with the same bits that JAX arrays give under `jit`.
        """
        ...

    def combine(
        self, dense: Mapping[str, Array], gathered: Mapping[str, Array], lookups: tuple[Lookup, ...]
    ) -> Float[Array, "*shape dim"]:
        """Gathered rows → vectors.

        Args:
            dense: the small dense arrays of `Variables`, by name.
            gathered: rows, float [..., k, width] by table name.
            lookups: what they were gathered with.

        Returns:
            float [..., dim].
        """
        ...


@runtime_checkable
class OpenVocabulary(Protocol):
    """What an embedding has beside `Embedding` if it can make a vector from a word's spelling.

    Its ids are those of a list of words, which may grow after training: `Variables.buffers` are made
    again for a longer list, and the trained arrays stay.
    """

    def word_buffers(self, words: Sequence[str]) -> dict[str, np.ndarray]:
        """The buffers for a list of words.

        Args:
            words: of the ids 0, 1, …; an empty word stands for an id without a word.

        Returns:
            Arrays [words, ...] by name.
        """
        ...


def namespace(*arrays: Any) -> Any:
    """`jax.numpy` if any of the arrays is JAX's, else `numpy`: one `index` for device and host.

    Args:
        arrays: arrays, or pytrees of them, of any shape [...].

    Returns:
        The module.

    Example:
        >>> namespace(np.zeros(3), jnp.zeros(3)).__name__, namespace(np.zeros(3)).__name__
        ('jax.numpy', 'numpy')

    Source: the idea of the Python array API standard.
    """
    return jnp if any(isinstance(leaf, jax.Array) for leaf in jax.tree.leaves(arrays)) else np


def accumulator(dtype: Any) -> Any:
    """The dtype that sums are kept in: float32 for narrower tables, else the table's own.

    Args:
        dtype: of a table [rows, width].

    Returns:
        The wider dtype.

    Example:
        >>> accumulator(jnp.bfloat16)
        dtype('float32')

    Source: mixed precision as in Micikevicius et al. 2018.
    """
    return jnp.promote_types(dtype, jnp.float32)
