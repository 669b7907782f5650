"""Models against their formulas, written out word by word."""

from __future__ import annotations

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.recommend.models import Biases, Bpr, Factorisation, Machine, Model, TwoTower
from experiments.recommend.scores import Half, of_pairs

WORDS, DIM = 4, 6
USER, ITEM = (np.random.default_rng(seed).normal(size=(9, WORDS, DIM)).astype(np.float32) for seed in (0, 1))
#: The third word of a user and the last two of an item are not there.
THERE = {"user": np.array([True, True, False, True]), "item": np.array([True, True, False, False])}


def score(model: Model) -> np.ndarray:
    layers = model.layers(jax.random.key(0), DIM)
    halves = [
        model.half(
            layers,
            side,
            jnp.asarray(vectors * THERE[side][:, None]),
            jnp.asarray(np.tile(THERE[side], (9, 1))),
        )
        for side, vectors in (("user", USER), ("item", ITEM))
    ]
    return np.asarray(of_pairs(*halves))


def test_a_factorisation_machine_is_the_sum_over_all_pairs_of_words() -> None:
    words = np.concatenate([USER[:, THERE["user"]], ITEM[:, THERE["item"]]], 1)
    factors, biases = words[..., :-1], words[..., -1]
    wanted = biases.sum(1)
    for one, other in itertools.combinations(range(words.shape[1]), 2):
        wanted = wanted + (factors[:, one] * factors[:, other]).sum(-1)
    np.testing.assert_allclose(score(Machine()), wanted, rtol=2e-5, atol=1e-5)


def test_matrix_factorisation_reads_the_ids() -> None:
    user, item = USER[:, 0], ITEM[:, 0]
    wanted = (user[:, :-1] * item[:, :-1]).sum(-1) + user[:, -1] + item[:, -1]
    np.testing.assert_allclose(score(Factorisation()), wanted, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(score(Biases()), user[:, -1] + item[:, -1], rtol=1e-5)


def test_bpr_adds_words_up() -> None:
    user, item = USER[:, THERE["user"]].sum(1), ITEM[:, THERE["item"]].sum(1)
    wanted = (user[:, :-1] * item[:, :-1]).sum(-1) + user[:, -1] + item[:, -1]
    np.testing.assert_allclose(score(Bpr(features=True)), wanted, rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize("hidden", [(), (7,), (7, 5)])
def test_a_tower_reads_the_mean_of_its_words(hidden: tuple[int, ...]) -> None:
    model = TwoTower(hidden=hidden)
    layers = model.layers(jax.random.key(0), DIM)
    x = {"user": USER[:, THERE["user"]].mean(1), "item": ITEM[:, THERE["item"]].mean(1)}
    for side in ("user", "item"):
        for place in range(len(hidden) + 1 if hidden else 0):
            layer = layers[f"{side}_{place}"]
            before = np.maximum(x[side], 0) if place else x[side]
            x[side] = before @ np.asarray(layer["weight"]) + np.asarray(layer["bias"])
    wanted = (x["user"][:, :-1] * x["item"][:, :-1]).sum(-1) + x["user"][:, -1] + x["item"][:, -1]
    np.testing.assert_allclose(score(model), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("model", [Biases(), Factorisation(), Machine(), Bpr(), TwoTower(hidden=(3,))])
def test_whom_no_word_tells_of_gets_what_is_known_of_the_other(model: Model) -> None:
    """An unknown user has zeros: scores differ by items alone, and are finite."""
    layers = model.layers(jax.random.key(0), DIM)
    unknown = model.half(layers, "user", jnp.zeros((9, WORDS, DIM)), jnp.zeros((9, WORDS), bool))
    item = model.half(layers, "item", jnp.asarray(ITEM), jnp.ones((9, WORDS), bool))
    if not isinstance(model, TwoTower):
        np.testing.assert_allclose(of_pairs(unknown, item), item.bias, rtol=1e-6)
    assert jnp.isfinite(of_pairs(unknown, item)).all()
    assert isinstance(item, Half)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Bpr, {"negatives": 0}),
        (Bpr, {"features": 1}),
        (Machine, {"features": "yes"}),
        (TwoTower, {"negatives": -1}),
        (TwoTower, {"hidden": (0,)}),
        (TwoTower, {"temperature": 0.0}),
    ],
)
def test_settings_that_are_refused(kind: type, given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(given))}="):
        kind(**given)
