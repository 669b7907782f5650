"""Initialisers as frozen dataclasses: equal by value, printable, and readable from a config file.

JAX's own initialisers are closures, which compare by identity and do not survive a round trip through
JSON; an embedding that holds one would be recompiled for every new copy of an equal config.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import io
from collections.abc import Hashable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh
from jax.sharding import PartitionSpec as P
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.checks import finite_fields, require
from embedlab.npy import npy_header


@runtime_checkable
class Initialiser(Protocol):
    """Draws a table."""

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """A new table.

        Args:
            key: random key.
            rows: rows of the table.
            width: width of a row.
            dtype: name of the entries' type.

        Returns:
            float [rows, width] of that type.
        """
        ...


# Entries up to which a table is drawn at once, and those of a piece of a larger one.
_AT_ONCE = 2**24
_PIECE = 2**18


@runtime_checkable
class Drawn(Protocol):
    """An initialiser that can draw a table piece by piece."""

    def piece(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """Some rows of a table.

        Args:
            key: random key of the piece.
            rows: of the piece.
            width: width of a row.
            dtype: name of the entries' type.

        Returns:
            float [rows, width] of that type.
        """
        ...


def in_pieces(
    initialiser: Drawn, key: PRNGKeyArray, rows: int, width: int, dtype: str
) -> Float[Array, "rows width"]:
    """A table, drawn at once; or, where it is large, piece by piece, each with a key of its own.

    Random numbers are made of several arrays of their size. Drawn at once, a table of gigabytes would need
    three times the memory that it has.

    Args:
        initialiser: draws a piece.
        key: random key.
        rows: rows of the table.
        width: width of a row.
        dtype: name of the entries' type.

    Returns:
        float [rows, width] of that type.

    Example:
        >>> in_pieces(Normal(), jax.random.key(0), 3, 2, "float32").shape
        (3, 2)

    Source: none.
    """
    if rows * width <= _AT_ONCE:
        return initialiser.piece(key, rows, width, dtype)
    piece = max(1, _PIECE // width)
    over = _over.get()
    if over is not None:
        return _in_shards(initialiser, key, rows, width, dtype, piece, over)
    return _in_pieces(initialiser, key, rows, width, dtype, piece)


@functools.partial(jax.jit, static_argnums=(0, 2, 3, 4, 5))
def _in_pieces(initialiser: Drawn, key: Any, rows: int, width: int, dtype: str, piece: int) -> Any:
    def fill(number: Any, table: Any) -> Any:
        drawn = initialiser.piece(jax.random.fold_in(key, number), piece, width, dtype)
        first = jnp.minimum(number * piece, rows - piece)  # the last piece ends where the table does
        return jax.lax.dynamic_update_slice(table, drawn, (first, 0))

    return jax.lax.fori_loop(0, -(-rows // piece), fill, jnp.zeros((rows, width), dtype))


@contextlib.contextmanager
def drawn_over(mesh: Mesh, axis: str) -> Iterator[None]:
    """While it lasts, large tables are drawn by the devices that will hold their rows, to the same bits.

    XLA can't cut the loop over pieces by itself: every device would draw the whole table.

    Args:
        mesh: the devices, of Auto axes.
        axis: that rows will lie over, each device's one after the other, ⌈rows / devices⌉ of them.

    Example:
        >>> mesh = jax.make_mesh((1,), ("rows",), axis_types=(jax.sharding.AxisType.Auto,))
        >>> with drawn_over(mesh, "rows"):
        ...     Normal()(jax.random.key(0), 3, 2, "float32").shape   # [rows, width]
        (3, 2)

    Source: none.
    """
    before = _over.set((mesh, axis))
    try:
        yield
    finally:
        _over.reset(before)


def _in_shards(
    initialiser: Drawn, key: Any, rows: int, width: int, dtype: str, piece: int, over: tuple[Mesh, str]
) -> Any:
    """`_in_pieces`, where each device draws the pieces that its rows have a part of."""
    mesh, axis = over
    own = -(-rows // mesh.shape[axis])

    def local(key: Any) -> Any:
        first = jax.lax.axis_index(axis) * own

        def fill(number: Any, table: Any) -> Any:
            drawn = initialiser.piece(jax.random.fold_in(key, number), piece, width, dtype)
            place = jnp.minimum(number * piece, rows - piece) - first + piece
            return jax.lax.dynamic_update_slice(table, drawn, (jnp.minimum(place, piece + own), 0))

        # A piece of room on either side, for those that begin before the device's rows or end behind them.
        # One piece more than it has rows of: the last of the table may begin before its turn.
        table = jnp.zeros((own + 2 * piece, width), dtype)
        stop = jnp.minimum((first + own - 1) // piece + 2, -(-rows // piece))
        return jax.lax.fori_loop(first // piece, stop, fill, table)[piece : piece + own]

    drawn = jax.shard_map(local, mesh=mesh, in_specs=P(), out_specs=P(axis), check_vma=False)(key)
    return drawn[:rows]


_over: ContextVar[tuple[Mesh, str] | None] = ContextVar("embedlab_drawn_over", default=None)


def _as_alone(drawn: Any) -> Any:
    """The bits that are drawn outside of `jit` too: else XLA makes one factor of two, and rounds once."""
    return jax.lax.optimization_barrier(drawn)


@dataclasses.dataclass(frozen=True)
class Normal:
    """Independent normal entries: `N(0, stddev²)`.

    Attributes:
        stddev: standard deviation of an entry.

    Raises:
        ValueError: `stddev` is negative or not finite.

    Example:
        >>> Normal(0.1)(jax.random.key(0), 3, 2, "float32").shape   # [rows, width]
        (3, 2)

    Source: the usual choice; Mikolov et al. 2013 (word2vec) draw uniformly instead.
    """

    stddev: float = 0.1

    def __post_init__(self) -> None:
        finite_fields(self, "stddev")
        require(self.stddev >= 0, "stddev", self.stddev, "give a standard deviation of zero or more")

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """Draws a table, float [rows, width]."""
        return in_pieces(self, key, rows, width, dtype)

    def piece(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """Draws some rows, float [rows, width]."""
        return self.stddev * _as_alone(jax.random.normal(key, (rows, width), dtype))


@dataclasses.dataclass(frozen=True)
class ScaledNormal:
    """Normal entries whose vectors have an expected squared length of `scale²`: `N(0, scale²/width)`.

    Attributes:
        scale: expected length of a row, about.

    Raises:
        ValueError: `scale` is negative or not finite.

    Example:
        >>> table = ScaledNormal(1.0)(jax.random.key(0), 1000, 64, "float32")   # [rows, width]
        >>> bool(abs(jnp.linalg.norm(table, axis=1).mean() - 1) < 0.05)
        True

    Source: what Flax's `Embed` draws by default (variance scaling over the features).
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        finite_fields(self, "scale")
        require(self.scale >= 0, "scale", self.scale, "give a length of zero or more")

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """Draws a table, float [rows, width]."""
        return in_pieces(self, key, rows, width, dtype)

    def piece(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """Draws some rows, float [rows, width]."""
        return self.scale / width**0.5 * _as_alone(jax.random.normal(key, (rows, width), dtype))


@dataclasses.dataclass(frozen=True)
class Uniform:
    """Independent uniform entries: `U(low, high)`.

    Attributes:
        low: least value.
        high: bound above, not reached.

    Raises:
        ValueError: a bound is not finite, or `low` is above `high`.

    Example:
        >>> table = Uniform(-0.5, 0.5)(jax.random.key(0), 10, 4, "float32")   # [rows, width]
        >>> bool((abs(table) <= 0.5).all())
        True

    Source: Mikolov et al. 2013 (word2vec's code draws `U(−1/2, 1/2)/dim`).
    """

    low: float = -0.1
    high: float = 0.1

    def __post_init__(self) -> None:
        finite_fields(self, "low", "high")
        require(self.low <= self.high, "low", self.low, f"give a bound that is not above high={self.high}")

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """Draws a table, float [rows, width]."""
        return in_pieces(self, key, rows, width, dtype)

    def piece(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """Draws some rows, float [rows, width]."""
        return jax.random.uniform(key, (rows, width), dtype, self.low, self.high)


@dataclasses.dataclass(frozen=True)
class Constant:
    """Every entry the same: `value`. Ones for importance weights that start as a plain sum.

    Attributes:
        value: the entry.

    Raises:
        ValueError: `value` is not finite, or beyond what the table's type holds.

    Example:
        >>> Constant(1.0)(jax.random.key(0), 1, 3, "float32")   # [rows, width]
        Array([[1., 1., 1.]], dtype=float32)

    Source: Svenstrup et al. 2017 leave the choice open; ones make weighted and plain sums start equal.
    """

    value: float = 0.0

    def __post_init__(self) -> None:
        finite_fields(self, "value")

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """Fills a table, float [rows, width]; the key is not used."""
        most = float(jnp.finfo(dtype).max)
        require(abs(self.value) <= most, "value", self.value, f"{dtype} has no number beyond {most:.3g}")
        return jnp.full((rows, width), self.value, dtype)


@dataclasses.dataclass(frozen=True)
class FromArray:
    """A table read from a `.npy` file. The spec holds the path and a checksum, never the array.

    Attributes:
        path: a `.npy` file of float [rows, width].
        sha256: hexadecimal digest of the file's bytes; empty to trust the path.

    Raises:
        ValueError: a field is no string; when called, the file is missing, is not a plain `.npy`, has
            another digest, another shape, or is not of a float type. Pickled arrays are refused.

    Example:
        >>> import tempfile
        >>> path = tempfile.mkdtemp() + "/table.npy"
        >>> np.save(path, np.ones((3, 2), np.float32))
        >>> FromArray(path)(jax.random.key(0), 3, 2, "float32").shape   # [rows, width]
        (3, 2)

    Source: the `.npy` format of NumPy (NEP 1).
    """

    path: str
    sha256: str = ""

    def __post_init__(self) -> None:
        for field in ("path", "sha256"):
            require(isinstance(getattr(self, field), str), field, getattr(self, field), "give a string")

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """Reads the table, float [rows, width], and casts it to `dtype`; the key is not used."""
        file = Path(self.path)
        require(file.is_file(), "path", self.path, "there is no such file; give a .npy file")
        try:
            with open(file, "rb") as opened:
                return jnp.asarray(self._read(opened, (rows, width)), dtype)
        except OSError as error:
            raise ValueError(f"path={self.path!r}: it can't be read ({error})") from None

    def _read(self, file: io.BufferedIOBase, wanted: tuple[int, int]) -> np.ndarray:
        """The array, its digest, shape and type checked before it is in memory."""
        if self.sha256:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            require(found == self.sha256, "sha256", self.sha256, f"{self.path} has the digest {found}")
            file.seek(0)
        try:
            shape, kind = npy_header(file)
        except ValueError as error:
            raise ValueError(f"path={self.path!r}: not a plain .npy array ({error})") from None
        require(shape == wanted, "path", self.path, f"its shape is {shape}, the table's {wanted}")
        require(jnp.issubdtype(kind, jnp.floating), "path", self.path, f"it holds {kind}, not floats")
        return np.load(file, allow_pickle=False)


def require_initialiser(field: str, value: object) -> None:
    """Requires an initialiser that is a value: a frozen dataclass that can be called and hashed.

    Args:
        field: name of what was given.
        value: what was given; it draws tables [rows, width].

    Raises:
        ValueError: it is something else, as JAX's own initialisers are.

    Example:
        >>> require_initialiser("initialiser", None)
        Traceback (most recent call last):
        ValueError: initialiser=None: give a frozen dataclass that draws a table, such as Normal(0.1)

    Source: none.
    """
    by_value = dataclasses.is_dataclass(value) and not isinstance(value, type) and isinstance(value, Hashable)
    remedy = "give a frozen dataclass that draws a table, such as Normal(0.1)"
    require(by_value and callable(value), field, value, remedy)


def draw(
    initialiser: Initialiser, key: PRNGKeyArray, shape: tuple[int, int], dtype: str
) -> Float[Array, "rows width"]:
    """A new table of a kind, drawn and found to be what the kind wants.

    Args:
        initialiser: draws it.
        key: random key.
        shape: (rows, width).
        dtype: name of the entries' type.

    Returns:
        float [rows, width] of that dtype.

    Raises:
        ValueError: JAX has no such type now (float64 without its 64-bit mode), or the initialiser returned
            another shape or type.

    Example:
        >>> draw(Constant(1.0), jax.random.key(0), (1, 3), "float32")
        Array([[1., 1., 1.]], dtype=float32)

    Source: none.
    """
    # JAX would warn, and give a table of half the width.
    wide = dtype != "float64" or jax.dtypes.canonicalize_dtype(dtype) == dtype
    require(wide, "dtype", dtype, "set jax.config.update('jax_enable_x64', True) first, or take 'float32'")
    table = jnp.asarray(initialiser(key, *shape, dtype))
    found, wanted = (f"{table.dtype} {table.shape}", f"{dtype} {shape}")
    require(found == wanted, "initialiser", initialiser, f"it drew {found}; it is to draw {wanted}")
    return table
