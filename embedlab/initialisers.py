"""Initialisers as frozen dataclasses: equal by value, printable, and readable from a config file.

JAX's own initialisers are closures, which compare by identity and do not survive a round trip through
JSON; an embedding that holds one would be recompiled for every new copy of an equal config.
"""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from embedlab.base import require


@runtime_checkable
class Initialiser(Protocol):
    """Draws a table."""

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        """Returns a new table, float [rows, width]."""
        ...


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
        _require_finite("stddev", self.stddev)
        require(self.stddev >= 0, "stddev", self.stddev, "give a standard deviation of zero or more")

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        return float(self.stddev) * jax.random.normal(key, (rows, width), dtype)


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
        _require_finite("scale", self.scale)
        require(self.scale >= 0, "scale", self.scale, "give a length of zero or more")

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        return float(self.scale / width**0.5) * jax.random.normal(key, (rows, width), dtype)


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
        _require_finite("low", self.low)
        _require_finite("high", self.high)
        require(self.low <= self.high, "low", self.low, f"give a bound that is not above high={self.high}")

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        return jax.random.uniform(key, (rows, width), dtype, self.low, self.high)


@dataclasses.dataclass(frozen=True)
class Constant:
    """Every entry the same: `value`. Ones for importance weights that start as a plain sum.

    Attributes:
        value: the entry.

    Raises:
        ValueError: `value` is not finite.

    Example:
        >>> Constant(1.0)(jax.random.key(0), 1, 3, "float32")   # [rows, width]
        Array([[1., 1., 1.]], dtype=float32)

    Source: Svenstrup et al. 2017 leave the choice open; ones make weighted and plain sums start equal.
    """

    value: float = 0.0

    def __post_init__(self) -> None:
        _require_finite("value", self.value)

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        return jnp.full((rows, width), self.value, dtype)


@dataclasses.dataclass(frozen=True)
class FromArray:
    """A table read from a `.npy` file. The spec holds the path and a checksum, never the array.

    Attributes:
        path: a `.npy` file of float [rows, width].
        sha256: hexadecimal digest of the file's bytes; empty to trust the path.

    Raises:
        ValueError: the file is missing, is not a plain `.npy`, has another digest, another shape, or is
            not of a float type. Pickled arrays are refused.

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

    def __call__(self, key: PRNGKeyArray, rows: int, width: int, dtype: str) -> Float[Array, "rows width"]:
        array = self._read()
        wanted = (rows, width)
        require(array.shape == wanted, "path", self.path, f"its shape is {array.shape}, the table's {wanted}")
        kind = str(array.dtype)
        require(jnp.issubdtype(array.dtype, jnp.floating), "path", self.path, f"it holds {kind}, not floats")
        return jnp.asarray(array, dtype)

    def _read(self) -> np.ndarray:
        file = Path(self.path)
        require(file.is_file(), "path", self.path, "there is no such file; give a .npy file")
        if self.sha256:
            found = hashlib.sha256(file.read_bytes()).hexdigest()
            require(found == self.sha256, "sha256", self.sha256, f"{self.path} has the digest {found}")
        try:
            return np.asarray(np.load(file, allow_pickle=False))
        except (ValueError, EOFError, OSError) as error:
            raise ValueError(f"path={self.path!r}: not a plain .npy array ({error})") from None


def _require_finite(field: str, value: float) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    require(number and bool(np.isfinite(value)), field, value, "give a finite number")
