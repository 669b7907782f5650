"""The numbers of a table in the type that they are written in, some rows at a time, and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Float32, Shaped

from embedlab.vectors.writing.written import Rounding

Progress = Callable[[int, int], None]

_PART = 1 << 15  # numbers at a time
_STEPS = 127  # of int8 to each side of zero


class Numbers:
    """The numbers of a table, as they are to be written.

    With `int8` a row has a scale, `s = max |x| / 127`, and the row's numbers are `round(x / s)`.

    Args:
        words: one a row, for messages.
        matrix: float [words, dim].
        dtype: `float64`, `float32`, `float16`, `bfloat16` or `int8`; None for the matrix's own.
        progress: called with the rows that have been taken, and all there are.
        zeros: rows of zeros to be written behind those of the matrix.

    Raises:
        ValueError: a number that is not finite, or beyond the type.

    Example:
        >>> numbers = Numbers(["cat"], np.float32([[1.0, 0.1]]), "int8")
        >>> [part.tolist() for part in numbers.parts()], numbers.scales.tolist()
        ([[[127, 13]]], [0.007874015718698502])
        >>> numbers.rounding.max_error
        0.00236...

    Source: int8 by rows is the absolute-maximum scheme of Dettmers et al. 2022, "LLM.int8()", section 2.1.
    """

    def __init__(
        self,
        words: Sequence[str],
        matrix: Float[np.ndarray, "words dim"],
        dtype: str | None = None,
        progress: Progress | None = None,
        zeros: int = 0,
    ) -> None:
        self._words, self._matrix, self._progress, self._zeros = words, matrix, progress, zeros
        self.dtype = matrix.dtype if dtype is None else jnp.dtype(dtype)
        self._peaks = self._largest()
        self._errors: list[tuple[float, float, float, int]] = []

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and dim."""
        rows, dim = self._matrix.shape
        return rows + self._zeros, dim

    @property
    def scales(self) -> Float32[np.ndarray, " words"]:
        """Of int8, what a row's numbers are to be multiplied by: float32 [words]."""
        # Rounded down where 127 times it would be beyond float32.
        scales = np.minimum(self._peaks / _STEPS, np.finfo(np.float32).max / (_STEPS + 1e-4))
        return np.append(scales, np.zeros(self._zeros)).astype(np.float32)

    @property
    def rounding(self) -> Rounding | None:
        """What it cost, once all parts have been taken; None where all numbers are what they were."""
        if not any(error[0] for error in self._errors):
            return None
        most, total, cosines, directed = (np.array(column) for column in zip(*self._errors, strict=True))
        mean = float(total.sum() / max(self._matrix.size, 1))
        cosine = float(cosines.sum() / directed.sum()) if directed.sum() else 1.0
        return Rounding(self.dtype.name, float(most.max()), mean, cosine)

    def parts(self) -> Iterator[Shaped[np.ndarray, "rows dim"]]:
        """The rows, some at a time, as they are to be written.

        Yields:
            [rows, dim], of `dtype`, in C's order.
        """
        rows, dim = self._matrix.shape
        step = max(1, _PART // dim)
        for first in range(0, rows, step):
            part = self._matrix[first : first + step]
            stored, meant = self._stored(part, first)
            if not np.can_cast(part.dtype, self.dtype, "safe"):
                self._errors.append(_errors(part, meant))
            yield stored
            if self._progress is not None:
                self._progress(min(first + step, rows), rows)
        if self._zeros:
            yield np.zeros((self._zeros, dim), self.dtype)

    def _stored(self, part: np.ndarray, first: int) -> tuple[np.ndarray, np.ndarray]:
        """Numbers as they are written, and what they then stand for."""
        if self.dtype != np.int8:
            stored = np.ascontiguousarray(part.astype(self.dtype, copy=False))
            return stored, stored
        scales = self.scales[first : first + len(part), None]
        steps = np.divide(part, scales, out=np.zeros(part.shape), where=scales > 0)
        stored = np.clip(np.rint(steps), -_STEPS, _STEPS).astype(np.int8)
        return stored, stored * scales

    def _largest(self) -> Float[np.ndarray, " words"]:
        """The greatest |x| of each row, looked at before anything is written."""
        rows, dim = self._matrix.shape
        peaks, step = np.zeros(rows), max(1, _PART // dim)
        for first in range(0, rows, step):
            part = self._matrix[first : first + step]
            peaks[first : first + step] = np.maximum(part.max(1, initial=0), -part.min(1, initial=0))
        bad = np.flatnonzero(~np.isfinite(peaks))
        if len(bad):
            raise ValueError(
                f"matrix: the vector of {self._words[bad[0]]!r} holds a NaN or an infinity; leave it out, or "
                "make it zero, as read does with non_finite='zero'"
            )
        limit = np.float32 if self.dtype == np.int8 else self.dtype.type
        with np.errstate(over="ignore"):
            beyond = np.flatnonzero(~np.isfinite(peaks.astype(limit).astype(np.float64)))
        if len(beyond):
            row = int(beyond[0])
            raise ValueError(
                f"dtype={self.dtype.name!r}: the vector of {self._words[row]!r} holds {peaks[row]:.4g}, "
                "which is beyond it; choose a wider one, or scale the vectors first"
            )
        return peaks


def _errors(part: np.ndarray, stored: np.ndarray) -> tuple[float, float, float, int]:
    """The greatest error of some rows, the sum of all, that of the cosines, and how many rows have one."""
    peaks = np.maximum(np.abs(part).max(1, keepdims=True).astype(np.float64), np.finfo(np.float64).tiny)
    left, right = (x.astype(np.float64) for x in (part, stored))
    errors = np.abs(left - right)
    left, right = left / peaks, right / peaks  # else squares of extreme numbers would not be finite
    lengths = [np.sqrt((x * x).sum(1)) for x in (left, right)]
    product = lengths[0] * lengths[1]
    cosines = np.divide((left * right).sum(1), product, out=np.zeros(len(part)), where=product > 0)
    return float(errors.max()), float(errors.sum()), float(cosines.sum()), int((lengths[0] > 0).sum())
