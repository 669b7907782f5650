"""The singular values of each table: how many directions carry it."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.page.charts import Series, chart
from experiments.page.section import Options, Section
from experiments.page.works import Given, Kind

_MOST_ROWS = 24


def section(given: Given, options: Options) -> Section | None:
    """A line a kind, and the same as a table."""
    found = [(kind, values) for kind in given.kinds if (values := _values(kind)) is not None]
    series = [
        Series(kind.label, kind.number, tuple(enumerate((values / (values[0] or 1.0)).tolist(), 1)))
        for kind, values in found
    ]
    made = chart("Singular values, of the largest", series, "number", log=True)
    if made is None:
        return None
    legend = [{"number": kind.number, "colour": kind.number % 8, "label": kind.label} for kind, _ in found]
    return Section(
        "spectrum", "Spectrum", "spectrum.html.j2", {"chart": made, "table": _table(found), "legend": legend}
    )


def _values(kind: Kind) -> np.ndarray | None:
    """Singular values, the largest first, of the finite rows, not centred."""
    vectors = kind.first.vectors
    if vectors is None or not vectors.matrix.size:
        return None
    return singular_values(vectors.matrix)


def singular_values(matrix: np.ndarray) -> np.ndarray:
    """The singular values of a tall matrix, by its Gram matrix: float64 [dim], the largest first.

    Args:
        matrix: float [words, dim]; rows that are not finite are left out.

    Example:
        >>> singular_values(np.array([[3.0, 0.0], [0.0, 4.0]])).tolist()
        [4.0, 3.0]
    """
    finite = matrix[np.isfinite(matrix).all(1)].astype(np.float64)
    squares = np.linalg.eigvalsh(finite.T @ finite)[::-1]
    return np.sqrt(np.maximum(squares, 0.0))


def _table(found: list[tuple[Kind, np.ndarray]]) -> dict[str, Any]:
    longest = max(len(values) for _, values in found)
    every = -(-longest // _MOST_ROWS)
    rows = [
        (str(place + 1), *(f"{values[place]:.4g}" if place < len(values) else "" for _, values in found))
        for place in range(0, longest, every)
    ]
    return {"head": ["number", *(kind.label for kind, _ in found)], "rows": rows, "of": longest}
