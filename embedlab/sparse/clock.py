"""How much weight decay has come to by now, for rows that take it later.

Decay multiplies every row by `1 − rate(t) · decay` in every step. A row that is not touched takes the whole
product when it next is, from two numbers: the sum of `log(1 − rate(t) · decay)` up to now, and that sum as
it was when the row was last up to date. So that their difference is exact after a million steps, each is
held as a pair of floats, whose sum has twice the digits.
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp


def start(dtype: Any) -> Any:
    """The clock before the first step: float [2].

    Args:
        dtype: of the table's sums.

    Returns:
        Zeros.

    Example:
        >>> start(jnp.float32)
        Array([0., 0.], dtype=float32)

    Source: none.
    """
    return jnp.zeros(2, dtype)


def advance(clock: Any, factor: Any) -> Any:
    """The clock after a step whose decay is `1 − factor`.

    Args:
        clock: float [2].
        factor: float [], rate times decay.

    Returns:
        float [2].

    Example:
        >>> clock = advance(start(jnp.float32), jnp.float32(0.5))
        >>> shrink(clock, start(jnp.float32))
        Array(0.5, dtype=float32)

    Reference: Dekker 1971, "A floating-point technique for extending the available precision".
    """
    high, low = clock
    term = jnp.log1p(-factor).astype(high.dtype)
    total = high + term
    back = total - high
    error = (high - (total - back)) + (term - back)  # what rounding took (Knuth's two-sum)
    low = low + error
    final = total + low
    return jnp.stack([final, low - (final - total)])


def shrink(now: Any, before: Any, less: Any = 0.0) -> Any:
    """What rows are multiplied by: `exp(now − before − less)`.

    Args:
        now: float [2].
        before: float [..., 2], as it was for each row.
        less: float [...], what has been taken already.

    Returns:
        float [...].

    Example:
        >>> shrink(start(jnp.float32), start(jnp.float32))
        Array(1., dtype=float32)

    Source: none.
    """
    return jnp.exp((now[0] - before[..., 0]) + (now[1] - before[..., 1]) - less)


def earlier(one: Any, other: Any) -> Any:
    """bool [n, 1]: where one clock stood before another. The sums only fall.

    Args:
        one: float [n, 2].
        other: float [2].

    Returns:
        Where it is the earlier.

    Example:
        >>> earlier(jnp.zeros((1, 2)), jnp.array([-1.0, 0.0]))
        Array([[ True]], dtype=bool)

    Source: none.
    """
    return ((one[:, 0] - other[0]) + (one[:, 1] - other[1]) > 0)[:, None]
