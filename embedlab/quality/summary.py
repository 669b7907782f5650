"""One dictionary of quality for one table, cheap enough to log during training."""

from __future__ import annotations

import functools
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float, Int, Num

from embedlab._arrays import narrow_counts, require_counts, require_labels, require_vectors
from embedlab.checks import require_count
from embedlab.quality.hubness import hubness
from embedlab.quality.isotropy import mean_cosine, partition_isotropy
from embedlab.quality.norms import norm_frequency_correlation, norm_summary
from embedlab.quality.rank import effective_rank, rankme
from embedlab.quality.silhouette import silhouette
from embedlab.quality.uniformity import uniformity


def summary(
    vectors: Float[Array, "n dim"] | Float[np.ndarray, "n dim"],
    *,
    counts: Num[Array, " n"] | Num[np.ndarray, " n"] | None = None,
    labels: Int[Array, " n"] | Int[np.ndarray, " n"] | None = None,
    k: int = 10,
    limit: int = 2000,
) -> dict[str, float]:
    """The metrics that one table has, as numbers to log.

    Names: `effective_rank`, `rankme`, `partition_isotropy`, `mean_cosine`, `uniformity`, `hubness`,
    `norm_mean`, `norm_std`, `norm_median` and the rest of `norm_summary`; `norm_frequency_correlation`
    if counts are given; `silhouette` (of cosine distances) if labels are.

    Of a table of more than `limit` rows m = `limit` are taken, rows ⌊i n / m⌋, evenly spaced. A vocabulary
    is ordered by frequency, so these are frequent and rare words in their proportion; the most frequent
    alone would hide what becomes of the rest, most of the table. The choice is the same at every step,
    so that a curve shows the vectors change and not the sample. Hubness and neighbours depend on how
    many rows there are: compare values of the same m.

    Rows are taken first, so that the cost is O(m² · (dim + labels) + m · dim²), whatever n is, `labels`
    being how many different ones the rows taken have. All is compiled at once, and again only for another
    shape or type, another k, or twice as many labels: their number is rounded up to a power of two, and
    which they are does not matter.

    Args:
        vectors: float [n, dim], n ≥ 2.
        counts: numbers [n], how often each row's word occurs.
        labels: int [n], a label for each row; negative where it has none.
        k: neighbours for the hubness; at most m − 1 are taken.
        limit: the most rows to take, at least 2.

    Returns:
        Name → Python float. Each is NaN if any vector taken holds NaN or infinity.

    Raises:
        ValueError: n or limit is below 2, dim is 0, k is below 1, counts or labels are not one a
            row, labels are no integers, or any of the three is no array.

    Example:
        >>> table = jax.random.normal(jax.random.key(0), (500, 8))
        >>> found = summary(table, counts=np.arange(500)[::-1])
        >>> round(found["effective_rank"], 1), "silhouette" in found
        (8.0, False)

    Source: the metrics' own papers, named at each.
    """
    require_count("k", k)
    require_count("limit", limit, least=2)
    require_vectors(vectors, least=2)
    n = vectors.shape[0]
    if counts is not None:
        require_counts(counts, n)
    if labels is not None:
        require_labels(labels, n)
    table, counts, labels = (_sampled(x, limit) for x in (vectors, counts, labels))
    labels, num_labels = _renumbered(labels)
    k = min(k, table.shape[0] - 1)
    found = _summary(table, narrow_counts(counts), labels, k=k, num_labels=num_labels)
    return {name: float(value) for name, value in jax.device_get(found).items()}


def _sampled(values: Any, limit: int) -> Any:
    """At most `limit` rows, evenly spaced; of a NumPy array on the host, so that only they are moved."""
    if values is None or values.shape[0] <= limit:
        return values
    return values[np.arange(limit, dtype=np.int64) * values.shape[0] // limit]


def _renumbered(labels: Any) -> tuple[Any, int]:
    """Labels as 0, 1, … and −1 for none, int32 [m]; and how many there may be, a power of two.

    A label's number says nothing, and the silhouette holds [m, labels]: label 10⁹ must not cost 10⁹.
    """
    if labels is None:
        return None, 0
    array = np.asarray(labels)
    present = array >= 0
    different, numbers = np.unique(array[present], return_inverse=True)
    dense = np.full(array.shape, -1, np.int32)
    dense[present] = numbers
    return dense, 1 << max(len(different) - 1, 0).bit_length()


@functools.partial(jax.jit, static_argnames=("k", "num_labels"))
def _summary(vectors: Any, counts: Any, labels: Any, *, k: int, num_labels: int) -> dict[str, Any]:
    found = {
        "effective_rank": effective_rank(vectors),
        "rankme": rankme(vectors),
        "partition_isotropy": partition_isotropy(vectors),
        "mean_cosine": mean_cosine(vectors),
        "uniformity": uniformity(vectors),
        "hubness": hubness(vectors, k),
        **{f"norm_{name}": value for name, value in norm_summary(vectors).items()},
    }
    if counts is not None:
        found["norm_frequency_correlation"] = norm_frequency_correlation(vectors, counts)
    if labels is not None:
        found["silhouette"] = silhouette(vectors, labels, num_labels, "cosine")
    return found
