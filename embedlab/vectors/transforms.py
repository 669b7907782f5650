"""What may be done to a table of vectors before it is used: each a value that is called with the table.

All are computed in float64, over the rows that they are given: of a file that was read with `only=`, over
those words alone. Components are ordered by falling variance, and their signs are fixed (the entry of
greatest size is positive), so that the same table gives the same vectors everywhere.
"""

from __future__ import annotations

import dataclasses
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from embedlab.checks import require, require_count


@runtime_checkable
class Transform(Protocol):
    """Turns a table into another one of as many rows."""

    def __call__(self, matrix: Float[np.ndarray, "words dim"]) -> Float[np.ndarray, "words new"]:
        """The new table.

        Args:
            matrix: float [words, dim].

        Returns:
            float [words, new], of the same type.
        """
        ...


@dataclasses.dataclass(frozen=True)
class Truncate:
    """The first `dim` numbers of each vector.

    Attributes:
        dim: how many stay.

    Raises:
        ValueError: `dim` below 1, or more than there are.

    Example:
        >>> Truncate(1)(np.float32([[1, 2], [3, 4]])).tolist()   # [words, dim]
        [[1.0], [3.0]]

    Source: none; of use where the first numbers hold the most, as after `Pca`.
    """

    dim: int

    def __post_init__(self) -> None:
        require_count("dim", self.dim)

    def __call__(self, matrix: Float[np.ndarray, "words dim"]) -> Float[np.ndarray, "words new"]:
        """The first columns, float [words, dim]."""
        _require_room("dim", self.dim, matrix)
        return np.ascontiguousarray(matrix[:, : self.dim])


@dataclasses.dataclass(frozen=True)
class Normalise:
    """Vectors of length one: `v / ‖v‖`; a vector of zeros stays.

    Attributes:
        centre: whether the mean of all is taken off first.

    Raises:
        ValueError: `centre` that is no bool.

    Example:
        >>> Normalise()(np.float32([[3, 4], [0, 0]]))   # [words, dim]
        array([[0.6, 0.8],
               [0. , 0. ]], dtype=float32)

    Reference: Artetxe et al. 2016, "Learning principled bilingual mappings of word embeddings while
    preserving monolingual invariance".
    """

    centre: bool = False

    def __post_init__(self) -> None:
        require(isinstance(self.centre, bool), "centre", self.centre, "give True or False")

    def __call__(self, matrix: Float[np.ndarray, "words dim"]) -> Float[np.ndarray, "words dim"]:
        """Unit vectors, float [words, dim]."""
        wide = matrix.astype(np.float64)
        wide = wide - wide.mean(0) if self.centre else wide
        norms = np.linalg.norm(wide, axis=1, keepdims=True)
        return (wide / np.where(norms == 0, 1, norms)).astype(matrix.dtype)


@dataclasses.dataclass(frozen=True)
class Pca:
    """The `dim` directions of greatest variance: `(V − mean) · W`.

    Attributes:
        dim: how many.
        whiten: whether each is divided by its standard deviation, so that all count alike.

    Raises:
        ValueError: `dim` below 1, or more than there are directions with variance: of n different words
            there are n − 1 at most.

    Example:
        >>> table = np.float32([[0, 0], [1, 1], [2, 2], [3, 3.1]])   # [words, dim]
        >>> np.abs(Pca(1)(table)).round(2).ravel()
        array([2.14, 0.72, 0.69, 2.17], dtype=float32)

    Reference: Hotelling 1933; for whitening of sentence vectors Su et al. 2021.
    """

    dim: int
    whiten: bool = False

    def __post_init__(self) -> None:
        require_count("dim", self.dim)
        require(isinstance(self.whiten, bool), "whiten", self.whiten, "give True or False")

    def __call__(self, matrix: Float[np.ndarray, "words dim"]) -> Float[np.ndarray, "words new"]:
        """The components, float [words, dim]."""
        _require_room("dim", self.dim, matrix)
        mean, variances, directions = _components(matrix)
        # Else the last columns are rounding errors, which look like numbers that mean something.
        enough = variances[self.dim - 1] > 1e-12 * max(variances[0], 1e-300)
        remedy = f"direction {self.dim} has no variance in {len(matrix)} vectors; give a smaller dim"
        require(bool(enough), "dim", self.dim, remedy)
        projected = (matrix - mean) @ directions[:, : self.dim]
        if self.whiten:
            projected = projected / np.sqrt(variances[: self.dim])
        return projected.astype(matrix.dtype)


@dataclasses.dataclass(frozen=True)
class AllButTheTop:
    """Vectors without their mean and without the directions that nearly all share: `v − Σ_i (uᵢ·v) uᵢ`.

    Attributes:
        components: how many directions are taken off; None for dim / 100, rounded, as in the paper, but one
            at least: of 50 numbers none would be, and the mean alone would go.

    Raises:
        ValueError: a negative number, or as many as there are.

    Example:
        >>> table = np.float32([[9, 1], [9, -1], [-9, 1], [-9, -1]])   # [words, dim]
        >>> AllButTheTop(1)(table)[:, 1]
        array([ 1., -1.,  1., -1.], dtype=float32)

    Reference: Mu & Viswanath 2018, "All-but-the-top: simple and effective postprocessing for word
    representations".
    """

    components: int | None = None

    def __post_init__(self) -> None:
        if self.components is not None:
            require_count("components", self.components, least=0)

    def __call__(self, matrix: Float[np.ndarray, "words dim"]) -> Float[np.ndarray, "words dim"]:
        """The rest, float [words, dim]."""
        dim = matrix.shape[1]
        count = max(1, round(dim / 100)) if self.components is None else self.components
        require(count < dim, "components", count, f"give fewer than the {dim} there are")
        mean, _, directions = _components(matrix)
        centred = matrix - mean
        top = directions[:, :count]
        return (centred - (centred @ top) @ top.T).astype(matrix.dtype)


def _components(
    matrix: Float[np.ndarray, "words dim"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The mean [dim], the variances [dim], falling, and their directions [dim, dim], one a column."""
    wide = matrix.astype(np.float64)
    mean = wide.mean(0)
    centred = wide - mean
    variances, directions = np.linalg.eigh(centred.T @ centred / max(1, len(wide) - 1))
    variances, directions = variances[::-1], directions[:, ::-1]
    largest = np.abs(directions).argmax(0)
    signs = np.sign(directions[largest, np.arange(directions.shape[1])])
    return mean, np.maximum(variances, 0), directions * signs


def _require_room(field: str, value: int, matrix: np.ndarray) -> None:
    dim = matrix.shape[1]
    require(value <= dim, field, value, f"the vectors have {dim} numbers; give at most so many")
