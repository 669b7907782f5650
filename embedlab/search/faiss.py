"""Search by faiss, for those who have it: exact by its flat index, approximate by others."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from embedlab.base import ABSENT
from embedlab.checks import require
from embedlab.search.analogies import Method
from embedlab.search.found import Neighbours
from embedlab.search.index import Progress

_AT_ONCE = 256


class Faiss:
    """The unit vectors of a table in an index of faiss, by inner product.

    Args:
        matrix: float [n, dim]; rows that are zero or not finite are left out.
        factory: what faiss's `index_factory` makes the index of: `Flat` is exact; `HNSW32` or
            `IVF1024,Flat` are approximate, and may miss a neighbour.

    Raises:
        ValueError: faiss can't make such an index of so many rows.

    Example:
        >>> import importlib.util
        >>> if importlib.util.find_spec("faiss"):
        ...     index = Faiss(np.float32([[1, 0], [1, 1], [0, 1]]))
        ...     found = index.nearest(np.float32([[2, 0]]), k=1, exclude=np.array([[0]]))
        ...     assert found.indices.tolist() == [[1]]

    Reference: Douze et al. 2024, "The Faiss library".
    """

    def __init__(self, matrix: Float[np.ndarray, "n dim"], factory: str = "Flat") -> None:
        import faiss

        self._units, usable = _units(np.asarray(matrix))
        self._rows = np.flatnonzero(usable).astype(np.int32)
        try:
            self._index: Any = faiss.index_factory(matrix.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
            self._index.train(self._units[self._rows])
            self._index.add(self._units[self._rows])
        except RuntimeError as error:
            reason = str(error).strip().rpartition("\n")[2]
            require(False, "index", f"faiss:{factory}", f"faiss can't make it ({reason}); give 'faiss'")

    def nearest(
        self,
        queries: Float[np.ndarray, "q dim"],
        k: int,
        exclude: Int[np.ndarray, "q e"],
        progress: Progress | None = None,
    ) -> Neighbours:
        """As in `Index`."""
        count, more = len(queries), k + exclude.shape[1]
        units, usable = _units(queries)
        found = Neighbours(np.full((count, k), ABSENT, np.int32), np.full((count, k), -np.inf, np.float32))
        for first in range(0, count, _AT_ONCE):
            some = slice(first, min(first + _AT_ONCE, count))
            scores, places = self._index.search(units[some], more)
            there = (places >= 0) & usable[some, None]
            indices = np.where(there, self._rows[np.where(there, places, 0)], ABSENT)
            there &= np.not_equal(indices[:, :, None], exclude[some, None, :]).all(-1)
            order = np.argsort(~there, axis=1, kind="stable")[:, :k]  # those that count, in their order
            kept = np.take_along_axis(there, order, 1)
            found.indices[some] = np.where(kept, np.take_along_axis(indices, order, 1), ABSENT)
            found.scores[some] = np.where(kept, np.take_along_axis(scores, order, 1).clip(-1, 1), -np.inf)
            if progress is not None:
                progress(some.stop, count)
        return found

    def solve(
        self,
        questions: Int[np.ndarray, "q 3"],
        k: int,
        exclude: Int[np.ndarray, "q e"],
        method: Method = "3cosadd",
        progress: Progress | None = None,
    ) -> Neighbours:
        """As in `Index`; faiss knows inner products alone.

        Raises:
            ValueError: the method is 3CosMul.
        """
        remedy = "faiss searches by one inner product, which 3CosAdd is; give index='exact' for 3CosMul"
        require(method == "3cosadd", "method", method, remedy)
        a, b, c = (self._units[row] for row in questions.T)
        known = np.isin(questions, self._rows).all(1, keepdims=True)
        return self.nearest(np.where(known, b - a + c, 0).astype(np.float32), k, exclude, progress)


def _units(vectors: np.ndarray) -> tuple[Float[np.ndarray, "n dim"], np.ndarray]:
    """Rows of length 1, those without a direction zero; and which have one."""
    with np.errstate(over="ignore", invalid="ignore"):
        wide = vectors.astype(np.float64)
        norms = np.sqrt(np.square(wide).sum(1))
    usable = np.asarray(np.isfinite(norms) & (norms > 0))
    scaled = wide / np.where(usable, norms, 1)[:, None]
    return np.where(usable[:, None], scaled, 0).astype(np.float32), usable
