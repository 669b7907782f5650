"""How long the vectors are, and whether frequent words have longer ones."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Num

from embedlab._arrays import (
    checked,
    lengths,
    nan_unless_finite,
    narrow_counts,
    power_of_two,
    require_counts,
)


@jax.jit
def norm_summary(vectors: Float[Array, "n dim"]) -> dict[str, Float[Array, ""]]:
    """The distribution of the Euclidean norms of the rows.

    Names: `mean`, `std` (of the population, divided by n), `min`, `q05`, `q25`, `median`, `q75`, `q95`,
    `max` (quantiles with linear interpolation), `max_over_median` (0 where the median is 0), and
    `zero_share`, the share of rows that are zero.

    Args:
        vectors: float [n, dim].

    Returns:
        Name → float scalar, in the units of the vectors but for the two ratios. All are NaN if any
        number is NaN or infinite.

    Raises:
        ValueError: n or dim is 0.

    Example:
        >>> found = norm_summary(jnp.array([[3.0, 4.0], [0.0, 1.0], [0.0, 0.0]]))
        >>> {name: float(found[name]) for name in ("mean", "median", "max", "max_over_median")}
        {'mean': 2.0, 'median': 1.0, 'max': 5.0, 'max_over_median': 5.0}

    Reference: Schakel & Wilson 2015, "Measuring word significance using distributed representations of
    words" (norms and what they tell).
    """
    wide = checked(vectors)
    norms = lengths(wide)
    scale = power_of_two(norms.max())  # sums and squares below then cannot overflow
    least, q05, q25, median, q75, q95, most = _quantiles(norms, (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0))
    found = {
        "mean": (norms / scale).mean() * scale,
        "std": (norms / scale).std() * scale,
        **{"min": least, "q05": q05, "q25": q25, "median": median, "q75": q75, "q95": q95, "max": most},
        "max_over_median": jnp.where(median == 0, 0, most / jnp.where(median == 0, 1, median)),
        "zero_share": (norms == 0).mean(dtype=wide.dtype),
    }
    return nan_unless_finite(found, wide)


def _quantiles(values: Float[Array, " n"], at: tuple[float, ...]) -> Float[Array, " q"]:
    """Quantiles with linear interpolation; where they lie among the sorted is known before compilation."""
    ordered = jnp.sort(values)
    positions = np.array(at) * (len(ordered) - 1)
    below, above = np.floor(positions).astype(np.int32), np.ceil(positions).astype(np.int32)
    part = jnp.asarray(positions - below, ordered.dtype)
    return ordered[below] * (1 - part) + ordered[above] * part


def norm_frequency_correlation(
    vectors: Float[Array, "n dim"] | Float[np.ndarray, "n dim"],
    counts: Num[Array, " n"] | Num[np.ndarray, " n"],
) -> Float[Array, ""]:
    """Spearman's correlation of the rows' norms with how often their words occur.

    `ρ = Σ r_i s_i / √(Σ r_i² · Σ s_i²)`, r and s the centred ranks of norms and counts; equal values
    share the mean of their ranks. Only the order of the counts matters. NumPy counts of 64 bits are
    ranked on the host, so that none is cut to 32 bits; everything else runs under `jit`.

    Args:
        vectors: float [n, dim], n ≥ 2 and below 2²³, where float32 still holds every rank.
        counts: numbers [n], occurrences of each row's word.

    Returns:
        Float scalar in [−1, 1]. 0 if all norms or all counts are equal; NaN if any number is NaN or
        infinite.

    Raises:
        ValueError: n is below 2, dim is 0, or counts are not one a row.

    Example:
        >>> table = jnp.array([[3.0, 0.0], [2.0, 0.0], [1.0, 0.0], [1.5, 0.0]])
        >>> counts = np.array([9_000_000_000, 50, 7, 2])
        >>> round(float(norm_frequency_correlation(table, counts)), 4)
        0.8

    Reference: Spearman 1904, "The proof and measurement of association between two things"; norm against
    frequency as in Schakel & Wilson 2015.
    """
    return _norm_frequency_correlation(vectors, narrow_counts(counts))


@jax.jit
def _norm_frequency_correlation(vectors: Float[Array, "n dim"], counts: Num[Array, " n"]) -> Float[Array, ""]:
    wide = checked(vectors, least=2)
    require_counts(counts, wide.shape[0])
    r, s = (_centred_ranks(x, wide.dtype) for x in (lengths(wide), counts))
    spread = jnp.sqrt(jnp.square(r).sum()) * jnp.sqrt(jnp.square(s).sum())
    rho = jnp.where(spread == 0, 0, (r * s).sum() / jnp.where(spread == 0, 1, spread))
    return nan_unless_finite(jnp.clip(rho, -1, 1), wide, counts)


def _centred_ranks(values: Num[Array, " n"], dtype: Any) -> Float[Array, " n"]:
    """Mean ranks of ties, less their mean, over n: each rank is half of (numbers below + not above)."""
    n = values.shape[0]
    ordered = jnp.sort(values)
    below, not_above = (jnp.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    return (below + not_above - n).astype(dtype) / (2 * n)
