"""Losses against their formulas, and the sampled softmax against the whole one."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from experiments.recommend import losses
from experiments.recommend.recommender import log_expected
from experiments.recommend.scores import Half, of_all

pairwise, sampled_softmax = jax.jit(losses.pairwise), jax.jit(losses.sampled_softmax)
ITEMS, ROWS, WIDTH = 12, 5, 3


def drawn(count: int, seed: int) -> Half:
    rng = np.random.default_rng(seed)
    return Half(jnp.asarray(rng.normal(size=(count, WIDTH))), jnp.asarray(rng.normal(size=count)))


def taken(halves: Half, rows: object) -> Half:
    return Half(halves.factors[rows], halves.bias[rows])


def test_pairwise_is_the_mean_over_what_counts() -> None:
    users, items = drawn(ROWS, 0), drawn(ITEMS, 1)
    rng = np.random.default_rng(2)
    liked, other = rng.integers(ITEMS, size=ROWS), rng.integers(ITEMS, size=(ROWS, 4))
    fits = rng.random((ROWS, 4)) < 0.7
    scores = np.asarray(of_all(users, items))
    wanted = [
        np.log1p(np.exp(scores[row, other[row, n]] - scores[row, liked[row]]))
        for row in range(ROWS)
        for n in range(4)
        if fits[row, n]
    ]
    found = pairwise(users, taken(items, liked), taken(items, other), fits)
    np.testing.assert_allclose(found, np.mean(wanted), rtol=1e-5)
    assert pairwise(users, taken(items, liked), taken(items, other), np.zeros_like(fits)) == 0


def softmax_gradients(users: Half, items: Half, liked: np.ndarray) -> object:
    def loss(bias: object) -> object:
        logits = of_all(users, Half(items.factors, bias))
        return (jax.nn.logsumexp(logits, -1) - logits[jnp.arange(ROWS), liked]).mean()

    return jax.grad(loss)(items.bias)


def test_sampled_softmax_estimates_the_whole_one() -> None:
    """With many candidates, drawn unevenly, the gradient is that of a softmax over all items."""
    users, items = drawn(ROWS, 0), drawn(ITEMS, 1)
    rng = np.random.default_rng(3)
    liked = rng.integers(ITEMS, size=ROWS)
    chance = rng.dirichlet(np.ones(ITEMS))
    more = rng.choice(ITEMS, size=20_000, p=chance)
    numbers = jnp.asarray(np.concatenate([liked, more]))

    def loss(bias: object, expected: object) -> object:
        all_items = Half(items.factors, bias)
        return sampled_softmax(users, taken(all_items, numbers), numbers, expected)

    gradient = jax.jit(jax.grad(loss))
    exact = np.asarray(softmax_gradients(users, items, liked))
    corrected = np.asarray(gradient(items.bias, jnp.log(jnp.asarray(20_000 * chance))[numbers]))
    plain = np.asarray(gradient(items.bias, jnp.log(jnp.full(len(numbers), 20_000 / ITEMS))))
    error, plain_error = (np.abs(found - exact).max() for found in (corrected, plain))
    assert error < 0.01
    assert plain_error > 4 * error


def test_what_was_liked_is_no_rival_of_itself() -> None:
    users, items = drawn(2, 0), drawn(3, 1)
    numbers = jnp.array([1, 1, 2])  # both rows liked item 1
    even = jnp.zeros(3)
    found = sampled_softmax(users, taken(items, numbers), numbers, even)
    logits = np.asarray(of_all(users, items))[:, 1:]  # of items 1 and 2
    np.testing.assert_allclose(found, np.mean(np.log(np.exp(logits).sum(1)) - logits[:, 0]), rtol=1e-5)


def test_expected_counts_are_those_of_the_mixture() -> None:
    share = np.array([0.5, 0.3, 0.2])
    found = np.exp(log_expected(share, rows=7, even=2, items=3))
    np.testing.assert_allclose(found, 6 * share + 2 / 3, rtol=1e-6)
    np.testing.assert_allclose(found.sum(), 8, rtol=1e-6)
