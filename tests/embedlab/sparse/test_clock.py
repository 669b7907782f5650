"""The clock of decay: pairs of floats beside exact sums of fractions."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab.sparse import clock as clocks

STEPS, LATER = 60_000, 7


def exact(clock: Any) -> Fraction:
    return sum((Fraction(float(part)) for part in clock), Fraction(0))


@pytest.mark.parametrize("wide", [False, True], ids=["float32", "float64"])
def test_starts_at_zero(wide: bool) -> None:
    with jax.enable_x64(wide):
        dtype = jnp.float64 if wide else jnp.float32
        clock = clocks.start(dtype)
        assert clock.dtype == dtype and clock.tolist() == [0, 0]
        assert clocks.advance(clock, jnp.asarray(0.0, dtype)).tolist() == [0, 0]


@pytest.mark.parametrize("wide", [False, True], ids=["float32", "float64"])
def test_a_step_loses_nothing_that_a_pair_can_hold(wide: bool) -> None:
    """From clocks small and large, by decays small and large, those greater than the clock among them."""
    with jax.enable_x64(wide):
        dtype = np.float64 if wide else np.float32
        eps = float(np.finfo(dtype).eps)
        for high in (0.0, -1e-6, -0.3, -1000.0):
            low = high * eps / 3
            for factor in (1e-7, 0.01, 0.999):
                term = jnp.log1p(-jnp.asarray(factor, dtype))
                clock = clocks.advance(jnp.array([high, low], dtype), jnp.asarray(factor, dtype))
                assert clock.dtype == dtype
                wanted = exact(np.array([high, low], dtype)) + Fraction(float(term))
                assert abs(exact(clock) - wanted) <= abs(wanted) * Fraction(eps) ** 2 * 2
                # The second part is what the first can't hold, no more.
                assert dtype(float(clock[0]) + float(clock[1])) == dtype(clock[0])


@functools.cache
def long() -> tuple[np.ndarray, np.ndarray]:
    """The factors of many steps, and the clock after each."""
    factors = np.random.default_rng(0).uniform(1e-4, 3e-3, STEPS).astype(np.float32)

    @jax.jit
    def run(factors: Any) -> Any:
        def step(clock: Any, factor: Any) -> Any:
            clock = clocks.advance(clock, factor)
            return clock, clock

        return jax.lax.scan(step, clocks.start(jnp.float32), factors)[1]

    return factors, np.asarray(run(factors))


def test_many_steps_in_float32_as_in_float64() -> None:
    factors, clock = long()
    sums = np.cumsum(np.log1p(-factors.astype(np.float64)))
    found = clock.astype(np.float64).sum(-1)
    np.testing.assert_allclose(found, sums, rtol=2e-7)
    # A single float, which is why there are two, is far off by then.
    single = np.cumsum(np.log1p(-factors))
    assert abs(single[-1] - sums[-1]) > 20 * abs(found[-1] - sums[-1])


def test_a_row_late_in_training_is_as_exact_as_an_early_one() -> None:
    factors, clock = long()
    for now in (LATER, STEPS - 1):
        for missed in (1, LATER):
            kept = 1 - factors[now - missed + 1 : now + 1].astype(np.float64)
            found = clocks.shrink(clock[now], clock[None, now - missed])
            np.testing.assert_allclose(found, [kept.prod()], rtol=2.5e-7)


def test_rows_shrink_by_what_they_have_not_taken() -> None:
    now = jnp.array([-2.0, -1e-8])
    before = jnp.array([[-2.0, -1e-8], [-1.5, 2e-8], [0.0, 0.0], [-1.0, 0.0]])
    less = jnp.array([0.0, -0.125, -2.0, 0.25])
    exponents = (np.float64(now) - np.float64(before)).sum(-1)
    np.testing.assert_allclose(clocks.shrink(now, before), np.exp(exponents), rtol=2e-7)
    np.testing.assert_allclose(clocks.shrink(now, before, less), np.exp(exponents - less), rtol=2e-7)
    assert clocks.shrink(now, before).shape == (4,)
    assert clocks.shrink(now, before[0]).shape == ()
    assert clocks.shrink(now, before[:0]).shape == (0,)
    assert float(clocks.shrink(now, before[0])) == 1  # a row that is up to date stays, to the bit


def test_the_second_part_decides_which_is_earlier() -> None:
    one = jnp.array([[0.0, 0.0], [-1.0, 0.0], [-1.0, 1e-9], [-1.0, -1e-9], [-3.0, 0.0]])
    found = clocks.earlier(one, jnp.array([-1.0, 0.0]))
    assert found.dtype == bool
    assert found.tolist() == [[True], [False], [True], [False], [False]]
    assert clocks.earlier(one[:0], one[0]).shape == (0, 1)
