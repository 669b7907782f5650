"""Whether rows of one label lie together: the silhouette."""

from __future__ import annotations

import functools
from typing import Any, Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from embedlab._arrays import (
    checked,
    directions,
    nan_unless_finite,
    product,
    require_labels,
    unit_scaled,
)
from embedlab.checks import require, require_count
from embedlab.quality._blocks import by_blocks


@functools.partial(jax.jit, static_argnames=("num_labels", "metric"))
def silhouette(
    vectors: Float[Array, "n dim"],
    labels: Int[Array, " n"],
    num_labels: int,
    metric: Literal["euclidean", "cosine"] = "euclidean",
) -> Float[Array, ""]:
    """The mean silhouette: 1 if labels are tight and apart, 0 if they overlap, below 0 if mixed up.

    `mean_i (b_i − a_i) / max(a_i, b_i)`: a_i the mean distance of row i to the other rows of its label,
    b_i the smallest mean distance to the rows of another label. A row alone in its label has 0, and so
    has one with a_i = b_i = 0.

    Euclidean distances come from differences of components, which keeps near duplicates exact; cosine
    distances, `1 − cos`, from a matrix product, with those at the level of its rounding set to 0. By
    blocks: memory is O(n · (dim + num_labels)) and a block of 2²² distances, or of 32 n.

    Args:
        vectors: float [n, dim], n ≥ 2.
        labels: int [n]. Rows with a label outside 0 … num_labels − 1 (−1, say) are left out; for the
            cosine, zero rows are too.
        num_labels: how many labels there may be.
        metric: "euclidean" or "cosine".

    Returns:
        Float scalar in [−1, 1]. 0 if fewer than two labels occur; NaN if any number is NaN or infinite.

    Raises:
        ValueError: an unknown metric, `num_labels` below 1, n below 2, dim 0, or labels that
            are no integers or not one a row.

    Example:
        >>> table = jnp.array([[0.0], [1.0], [10.0], [11.0]])
        >>> round(float(silhouette(table, jnp.array([0, 0, 1, 1]), num_labels=2)), 4)
        0.8997

    Reference: Rousseeuw 1987, "Silhouettes: a graphical aid to the interpretation and validation of
    cluster analysis".
    """
    require(metric in ("euclidean", "cosine"), "metric", metric, "choose 'euclidean' or 'cosine'")
    require_count("num_labels", num_labels)
    wide = checked(vectors, least=2)
    require_labels(labels, wide.shape[0])
    points, counted = _points(wide, metric)
    counted &= (labels >= 0) & (labels < num_labels)
    # Rows without a label are a class beyond the last, which one_hot makes zeros.
    of_label = jax.nn.one_hot(jnp.where(counted, labels, num_labels), num_labels, dtype=wide.dtype)
    sizes = of_label.sum(0)

    def score(one: tuple[Any, Any, Any]) -> Float[Array, ""]:
        point, row, own = one
        distances = _distances(point, points, metric).at[row].set(0)
        return _score(product(distances, of_label), sizes, own)

    scores = by_blocks(score, (points, jnp.arange(len(points)), of_label), wide.shape[0])
    mean = jnp.where(counted, scores, 0).sum() / jnp.maximum(counted.sum(), 1)
    return nan_unless_finite(jnp.where((sizes > 0).sum() < 2, 0, mean), wide)


def _points(wide: Float[Array, "n dim"], metric: str) -> tuple[Any, Any]:
    """What distances are taken of, and which rows have any."""
    if metric == "cosine":
        return directions(wide)
    # The silhouette does not depend on scale.
    return unit_scaled(wide), jnp.ones(wide.shape[0], bool)


def _distances(point: Float[Array, " dim"], points: Float[Array, "n dim"], metric: str) -> Float[Array, " n"]:
    if metric == "euclidean":
        return jnp.sqrt(jnp.square(points - point).sum(-1))
    gaps = 1 - product(point, points.T)
    return jnp.where(gaps < 8 * jnp.finfo(gaps.dtype).eps, 0, gaps)


def _score(
    sums: Float[Array, " labels"], sizes: Float[Array, " labels"], own: Float[Array, " labels"]
) -> Any:
    """(b − a) / max(a, b) of one row, from its summed distances to each label; `own` is one-hot."""
    size = (own * sizes).sum()
    a = (own * sums).sum() / jnp.maximum(size - 1, 1)
    b = jnp.where((own == 0) & (sizes > 0), sums / jnp.maximum(sizes, 1), jnp.inf).min()
    larger = jnp.maximum(a, b)
    usable = (size > 1) & (larger > 0) & jnp.isfinite(b)
    return jnp.where(usable, (jnp.where(usable, b, 0) - a) / jnp.where(usable, larger, 1), 0)
