"""Steps of several trainings in one program: what one after the other gives, to rounding."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from experiments.config import Train
from experiments.encoders import Bag
from experiments.training import steps, together
from experiments.training.model import Model

WORDS, LENGTH, SEEDS, STEPS = 40, 6, (0, 3, 4), 8
KINDS: dict[str, Any] = {
    "dense": embedlab.Dense(WORDS, 4),
    "importance": embedlab.Hashed(WORDS, 4, buckets=20, hashes=2, importance=WORDS),
}
DROPS = embedlab.Dropout(words=0.2, components=0.1)
SETTINGS = {
    "whole": Train(update="dense", dropout=DROPS),
    "by rows": Train(update="sparse", dropout=DROPS),
    "exact": Train(update="sparse", exact=True, weight_decay=0.01, clip=0.5),
    "rows of adagrad": Train(update="sparse", optimizer="row_adagrad", max_norm=1.0, warmup=4),
}


def documents() -> Any:
    rng = np.random.default_rng(0)
    ids = rng.integers(0, WORDS, (30, LENGTH)).astype(np.int32)
    return jax.device_put((ids, rng.integers(1, LENGTH + 1, 30), rng.integers(0, 3, 30)))


def begun(model: Model, settings: Train, seed: int) -> Any:
    return steps.begin(model, settings, model.init(jax.random.key(seed), {}), {})


def orders() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 30, (len(SEEDS), STEPS, 5)).astype(np.int32)


def at_once(model: Model, settings: Train) -> tuple[Any, Any]:
    live = together.stacked([begun(model, settings, seed) for seed in SEEDS])
    keys = jnp.stack([jax.random.key(seed) for seed in SEEDS])
    return together.take(model, settings, live, {}, documents(), orders(), STEPS, keys)


QUICK = (("dense", "by rows"), ("importance", "whole"))


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        pytest.param(kind, how, marks=() if (kind, how) in QUICK else pytest.mark.slow)
        for kind in KINDS
        for how in SETTINGS
    ],
)
def test_equals_one_after_the_other(kind: str, how: str) -> None:
    model, settings = Model(KINDS[kind], Bag(), 3), SETTINGS[how]
    live, losses = at_once(model, settings)
    assert int(live.step) == STEPS
    for seed, rows, found, state in zip(SEEDS, orders(), losses, together.parted(live), strict=True):
        own = begun(model, settings, seed)
        own, wanted = steps.take(model, settings, own, {}, documents(), rows, STEPS, jax.random.key(seed))
        np.testing.assert_allclose(found, wanted, rtol=1e-5)
        assert jax.tree.structure(state) == jax.tree.structure(own)
        for one, other in zip(jax.tree.leaves(state), jax.tree.leaves(own), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_the_same_bits_each_time() -> None:
    model, settings = Model(KINDS["dense"], Bag(), 3), SETTINGS["by rows"]
    for one, other in zip(
        *map(jax.tree.leaves, (at_once(model, settings), at_once(model, settings))), strict=True
    ):
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()


def test_states_of_other_steps_are_refused() -> None:
    model, settings = Model(KINDS["dense"], Bag(), 3), SETTINGS["whole"]
    first, second = (begun(model, settings, seed) for seed in (0, 1))
    second, _ = steps.take(model, settings, second, {}, documents(), orders()[0], 1, jax.random.key(0))
    with pytest.raises(ValueError, match=r"states: they are after \[0, 1\] steps"):
        together.stacked([first, second])
