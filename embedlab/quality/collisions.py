"""Ids that share rows of a table because a hash sent them there: expected, and counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Array, Int

from embedlab.base import ABSENT
from embedlab.checks import require, require_count


class Collisions(NamedTuple):
    """How many ids share rows, expected or counted.

    Attributes:
        whole: number of ids that have all their rows in common with another id, so that a plain sum
            gives both the same vector.
        partial: share of ids, in [0, 1], that have at least one row in common with another id.
        empty: number of rows that no id has.

    Example:
        >>> observed_collisions(np.array([[0, 1], [1, 0], [1, 2], [3, 4]]), buckets=6)
        Collisions(whole=2, partial=0.75, empty=1)

    Source: none; a record.
    """

    whole: float
    partial: float
    empty: float


def predicted_collisions(ids: int, buckets: int, hashes: int = 1) -> Collisions:
    """The collisions to expect of n ids with k independent uniform hashes each into b buckets.

    Exact, with the products taken in logarithms (log1p, expm1):

    - `whole = n Σ_m p_m (1 − (1 − p_m)^(n−1))` over the multisets m of k buckets, p_m the chance that an
      id draws m. Multisets with the same pattern of repeats (a partition of k) have the same chance. For
      k = 1 this is `n (1 − (1 − 1/b)^(n−1))`.
    - `partial = Σ_d P(d) (1 − (1 − d/b)^((n−1) k))`, P(d) the chance that an id's k draws fall into d
      different buckets.
    - `empty = b (1 − 1/b)^(n k)`.

    For `Hashed`, k is its `hashes`; signs and importance make whole collisions harmless or rarer than
    stated. For `Subword`, n is the number of different n-grams and k is 1.

    Args:
        ids: n, how many.
        buckets: b, rows they are hashed into.
        hashes: k, rows an id; at most 32.

    Returns:
        Expected values, floats.

    Raises:
        ValueError: ids is negative, buckets or hashes below 1, or hashes above 32.

    Example:
        >>> one, two = (predicted_collisions(100_000, buckets=10_000, hashes=k) for k in (1, 2))
        >>> round(one.whole), round(two.whole), round(two.empty, 6)
        (99995, 200, 2.1e-05)

    Reference: Svenstrup, Hansen & Winther 2017, "Hash embeddings for efficient word representations";
    occupancy as in Feller 1968, "An introduction to probability theory and its applications" I.
    """
    require_count("ids", ids, least=0)
    require_count("buckets", buckets)
    require_count("hashes", hashes)
    require(hashes <= 32, "hashes", hashes, "give at most 32")
    if ids == 0:
        return Collisions(0.0, 0.0, float(buckets))
    whole = sum(
        math.exp(log_number + log_chance) * _at_least_once(math.exp(log_chance), ids - 1)
        for log_number, log_chance in _patterns(buckets, hashes)
    )
    different = _different(buckets, hashes)
    partial = sum(p * _at_least_once(d / buckets, (ids - 1) * hashes) for d, p in enumerate(different))
    empty = buckets * (1 - _at_least_once(1 / buckets, ids * hashes))
    if buckets > 1:  # 1 − (1 − …) above would lose an expectation far below 1
        empty = buckets * math.exp(ids * hashes * math.log1p(-1 / buckets))
    return Collisions(ids * whole, partial, empty)


def _at_least_once(chance: float, tries: int) -> float:
    """1 − (1 − chance)^tries, without the cancellation."""
    if tries == 0 or chance == 0:
        return 0.0
    return 1.0 if chance >= 1 else -math.expm1(tries * math.log1p(-chance))


def _patterns(buckets: int, hashes: int) -> Iterator[tuple[float, float]]:
    """For each partition of `hashes`: log of how many multisets have it, and log of the chance of one."""
    for parts in _partitions(hashes, hashes):
        if len(parts) > buckets:
            continue
        log_number = sum(math.log(buckets - i) for i in range(len(parts)))
        log_number -= sum(math.lgamma(times + 1) for times in Counter(parts).values())
        log_orders = math.lgamma(hashes + 1) - sum(math.lgamma(part + 1) for part in parts)
        yield log_number, log_orders - hashes * math.log(buckets)


def _partitions(total: int, largest: int) -> Iterator[tuple[int, ...]]:
    if total == 0:
        yield ()
    for part in range(min(total, largest), 0, -1):
        for rest in _partitions(total - part, part):
            yield (part, *rest)


def _different(buckets: int, hashes: int) -> list[float]:
    """P(d), d = 0 … hashes: the chance that so many draws fall into d different buckets."""
    chances = [1.0] + [0.0] * hashes
    for _ in range(hashes):
        new = [chances[d - 1] * (buckets - d + 1) / buckets for d in range(1, hashes + 1)]
        chances = [0.0] + [new[d - 1] + chances[d] * d / buckets for d in range(1, hashes + 1)]
    return chances


def observed_collisions(rows: Int[Array, "n k"] | Int[np.ndarray, "n k"], buckets: int) -> Collisions:
    """The collisions there are, counted on the host from the rows that the ids have.

    Two ids collide wholly if their rows are the same, each as often, in whatever order; they collide
    partially if any row is the same. Ids without rows are left out.

    Args:
        rows: int [n, k], row numbers in 0 … buckets − 1; `ABSENT` where an id has fewer than k.
        buckets: how many rows the table has.

    Returns:
        Counts, and `partial` as a share of the ids that have rows (0 if none has).

    Raises:
        ValueError: rows are no integer matrix, or one lies outside 0 … buckets − 1.

    Example:
        >>> from embedlab import Hashed
        >>> spec = Hashed(vocabulary=10_000, dim=4, buckets=100_000, hashes=2)
        >>> (look,) = spec.index({}, np.arange(10_000))
        >>> seen, expected = observed_collisions(look.rows, 100_000), predicted_collisions(10_000, 100_000, 2)
        >>> round(seen.partial, 3), round(expected.partial, 3)
        (0.324, 0.33)

    Source: the definitions at `predicted_collisions`.
    """
    require_count("buckets", buckets)
    table = np.sort(np.asarray(jax.device_get(rows)), axis=-1)  # ABSENT is the largest, so it goes last
    integral = table.ndim == 2 and np.issubdtype(table.dtype, np.integer)
    require(integral, "rows", f"{table.dtype}{list(table.shape)}", "give an integer matrix [n, k]")
    table = table[(table != ABSENT).any(-1)]
    real = table != ABSENT
    outside = table[real & ((table < 0) | (table >= buckets))]
    require(outside.size == 0, "rows", outside[:1].tolist(), f"give rows in 0 … {buckets - 1}, or ABSENT")
    repeats = np.unique(table, axis=0, return_counts=True)[1] if len(table) else np.zeros(0, int)
    users, shared = _users(table, real, buckets)
    partial = float(shared.any(-1).mean()) if len(table) else 0.0
    return Collisions(int(repeats[repeats > 1].sum()), partial, int((users == 0).sum()))


def _users(table: Any, real: Any, buckets: int) -> tuple[Any, Any]:
    """How many ids have each row, bool [buckets]; and where a row of [n, k] is another id's as well."""
    again = np.zeros_like(real)
    again[:, 1:] = table[:, 1:] == table[:, :-1]  # a row that an id has twice has one user all the same
    users = np.bincount(table[real & ~again], minlength=buckets)
    return users, real & (users[np.where(real, table, 0)] > 1)
