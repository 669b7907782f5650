"""A table to be searched from Python, many queries at once: exactly on JAX's device, or by faiss."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int

from embedlab.base import ABSENT
from embedlab.checks import require
from embedlab.search.analogies import Method, solve
from embedlab.search.cosine import nearest
from embedlab.search.found import Neighbours
from embedlab.search.layout import lay_out

Progress = Callable[[int, int], None]

EXACT, FAISS = "exact", "faiss"
# Numbers of queries that programs are compiled for: fewer are padded, more go in parts.
_SIZES = (1, 16, 64, 256)


@runtime_checkable
class Index(Protocol):
    """What finds rows of one table."""

    def nearest(
        self,
        queries: Float[np.ndarray, "q dim"],
        k: int,
        exclude: Int[np.ndarray, "q e"],
        progress: Progress | None = None,
    ) -> Neighbours:
        """The k rows nearest to each query by cosine.

        Args:
            queries: float [q, dim].
            k: how many.
            exclude: int [q, e], rows that are no neighbour of each query; `ABSENT` excludes nothing.
            progress: called with the queries answered, and their number.

        Returns:
            NumPy arrays [q, k].
        """
        ...

    def solve(
        self,
        questions: Int[np.ndarray, "q 3"],
        k: int,
        exclude: Int[np.ndarray, "q e"],
        method: Method = "3cosadd",
        progress: Progress | None = None,
    ) -> Neighbours:
        """The k rows that best complete "a is to b as c is to …".

        Args:
            questions: int [q, 3], the rows a, b and c.
            k: how many.
            exclude: int [q, e], rows that are no answer.
            method: `3cosadd` or `3cosmul`.
            progress: called with the questions answered, and their number.

        Returns:
            NumPy arrays [q, k].
        """
        ...


class Exact:
    """The table on JAX's device. All is compiled once for each k, and for each width of `exclude`.

    Args:
        matrix: float [n, dim].

    Example:
        >>> index = Exact(np.float32([[1, 0], [1, 1], [0, 1]]))
        >>> index.nearest(np.float32([[2, 0]]), k=1, exclude=np.array([[0]])).indices
        array([[1]], dtype=int32)

    Source: none.
    """

    def __init__(self, matrix: Float[np.ndarray, "n dim"]) -> None:
        self._rows = lay_out(matrix)

    def nearest(
        self,
        queries: Float[np.ndarray, "q dim"],
        k: int,
        exclude: Int[np.ndarray, "q e"],
        progress: Progress | None = None,
    ) -> Neighbours:
        """As in `Index`."""
        return _in_parts(lambda some, out: nearest(self._rows, some, k, out), queries, exclude, k, progress)

    def solve(
        self,
        questions: Int[np.ndarray, "q 3"],
        k: int,
        exclude: Int[np.ndarray, "q e"],
        method: Method = "3cosadd",
        progress: Progress | None = None,
    ) -> Neighbours:
        """As in `Index`."""
        return _in_parts(
            lambda some, out: solve(self._rows, some[:, 0], some[:, 1], some[:, 2], k, out, method),
            questions.astype(np.int32),
            exclude,
            k,
            progress,
        )


def _in_parts(
    search: Callable[[np.ndarray, np.ndarray], Neighbours],
    queries: np.ndarray,
    exclude: np.ndarray,
    k: int,
    progress: Progress | None,
) -> Neighbours:
    """Searches for parts of the queries, each padded to one of few sizes."""
    count = len(queries)
    indices, scores = np.full((count, k), ABSENT, np.int32), np.full((count, k), -np.inf, np.float32)
    for first in range(0, count, _SIZES[-1]):
        some = queries[first : first + _SIZES[-1]]
        stop = first + len(some)
        spare = next(size for size in _SIZES if size >= len(some)) - len(some)
        out = np.pad(exclude[first:stop].astype(np.int32), ((0, spare), (0, 0)))
        found = search(np.pad(some, ((0, spare), (0, 0))), out)
        indices[first:stop] = np.asarray(found.indices)[: len(some)]
        scores[first:stop] = np.asarray(found.scores)[: len(some)]
        if progress is not None:
            progress(stop, count)
    return Neighbours(indices, scores)


def require_index(kind: object) -> None:
    """Requires the name of an index that can be made here.

    Args:
        kind: `exact`; `faiss`, or `faiss:` and what faiss's index_factory makes one of.

    Raises:
        ValueError: it is none, or faiss is not installed.

    Example:
        >>> require_index("annoy")
        Traceback (most recent call last):
        ValueError: index='annoy': give 'exact', 'faiss', or 'faiss:' and a factory string, as 'faiss:HNSW32'

    Source: none.
    """
    name, colon, factory = kind.partition(":") if isinstance(kind, str) else ("", "", "")
    fits = (name, colon) == (EXACT, "") or (name == FAISS and bool(factory) == bool(colon))
    remedy = "give 'exact', 'faiss', or 'faiss:' and a factory string, as 'faiss:HNSW32'"
    require(fits, "index", kind, remedy)
    there = name == EXACT or importlib.util.find_spec("faiss") is not None
    require(
        there, "index", kind, "faiss is not installed; pip install 'embedlab[faiss]', or leave it 'exact'"
    )


def make_index(kind: str, matrix: Float[np.ndarray, "n dim"]) -> Index:
    """An index over the rows of a table.

    Args:
        kind: see `require_index`.
        matrix: float [n, dim].

    Raises:
        ValueError: there is no such index here.

    Example:
        >>> type(make_index("exact", np.ones((2, 2), np.float32))).__name__
        'Exact'

    Source: none.
    """
    require_index(kind)
    if kind == EXACT:
        return Exact(matrix)
    from embedlab.search.faiss import Faiss

    return Faiss(matrix, kind.partition(":")[2] or "Flat")
