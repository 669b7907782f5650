"""Negatives: none that the user liked, evenly drawn of all others."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from experiments.recommend import negatives
from experiments.recommend.negatives import Seen

draw = jax.jit(negatives.draw, static_argnames=("items", "each"))


def test_seen_holds_what_a_set_holds() -> None:
    rng = np.random.default_rng(0)
    liked = rng.random((30, 50)) < rng.random((30, 1))  # some users like nearly all, some nothing
    liked[4] = False
    liked[5] = True
    user, item = np.nonzero(liked)
    order = rng.permutation(len(user))
    seen = Seen.of(user[order], item[order], users=30)
    everyone, everything = np.meshgrid(np.arange(30), np.arange(50), indexing="ij")
    found = jax.jit(lambda u, i: seen.holds(u, i))(everyone, everything)
    np.testing.assert_array_equal(found, liked)


def test_nobody_has_seen_anything() -> None:
    seen = Seen.of(np.array([], np.int64), np.array([], np.int64), users=3)
    assert not seen.holds(jnp.arange(3), jnp.arange(3)).any()


def test_draws_are_even_over_what_was_not_liked() -> None:
    seen = Seen.of(np.array([0, 0, 1]), np.array([0, 3, 2]), users=2)
    user = jnp.array([0, 1])
    drawn, fits = draw(jax.random.key(0), seen, user, items=6, each=40_000)
    assert drawn.shape == fits.shape == (2, 40_000)
    for row, liked in enumerate(([0, 3], [2])):
        counts = np.bincount(np.asarray(drawn)[row][np.asarray(fits)[row]], minlength=6)
        assert counts[liked].sum() == 0
        others = np.delete(counts, liked) / counts.sum()
        np.testing.assert_allclose(others, 1 / len(others), atol=0.01)
    assert 0.98 < fits[0].mean() < 1  # (1/3)⁴ of the draws find none


def test_who_likes_everything_has_none() -> None:
    seen = Seen.of(np.zeros(4, int), np.arange(4), users=1)
    _, fits = draw(jax.random.key(0), seen, jnp.array([0]), items=4, each=9)
    assert not fits.any()
