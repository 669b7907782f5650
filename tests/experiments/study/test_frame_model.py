"""Models of frames read what they claim: sums over books, columns weighted by their numbers, no padding."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from experiments.encoders import Bag, Cnn, Encoder
from experiments.study.frame_model import Coded, Direct, FrameModel, pooled

#: The encoders themselves are tested as those of texts.
ENCODERS = [Bag(), Bag("attention"), Cnn((2, 3), 5)]
SPEC = embedlab.Dense(12, 8)
KEY = jax.random.key(0)
LENGTHS = np.array([4, 2, 0])
COLUMNS = (2, 3, 4, 5, 6)


def given(reads_frames: bool, width: int = 4) -> Any:
    rng = np.random.default_rng(0)
    if reads_frames:
        found = rng.normal(size=(3, 4, 5)).astype(np.float32)
    else:
        found = rng.integers(2, 12, (3, 4, 2)).astype(np.int32)
    found[1, 2:], found[2] = 0, 0
    return np.pad(found, ((0, 0), (0, width - 4), (0, 0)))


def model(encoder: Encoder, reads_frames: bool) -> tuple[FrameModel, Any]:
    made = FrameModel(SPEC, encoder, 3, columns=COLUMNS if reads_frames else ())
    return made, made.init(KEY, {})


@pytest.mark.parametrize("reads_frames", [False, True])
@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda encoder: type(encoder).__name__)
def test_padding_and_neighbours_do_not_matter(encoder: Encoder, reads_frames: bool) -> None:
    made, parameters = model(encoder, reads_frames)
    outputs = jax.jit(lambda ids, lengths: made.outputs(parameters, {}, ids, lengths))
    whole = outputs(given(reads_frames), LENGTHS)
    assert whole.shape == (3, 3) and np.isfinite(whole).all()
    second = outputs(given(reads_frames, 9)[1:2], LENGTHS[1:2])
    assert np.allclose(whole[1:2], second, atol=1e-5)


def test_a_frame_of_codes_is_the_sum_of_its_books() -> None:
    variables, ids = SPEC.init(KEY), given(False)
    table = np.asarray(variables.tables["table"])
    found = Coded(SPEC, variables, ids, LENGTHS).vectors()
    assert np.allclose(found[0, 1], table[ids[0, 1, 0]] + table[ids[0, 1, 1]], atol=1e-6)
    assert (np.asarray(found[1, 2:]) == 0).all() and (np.asarray(found[2]) == 0).all()


def test_a_frame_that_is_read_direct_is_a_weighted_bag_of_its_columns() -> None:
    variables, frames = SPEC.init(KEY), given(True)
    found = Direct(SPEC, variables, frames, LENGTHS, columns=COLUMNS).vectors()
    ids = np.tile(np.arange(2, 7, dtype=np.int32), (4, 1))
    bag = embedlab.bag(SPEC, variables, ids, weights=frames[0], mode="sum")
    assert np.allclose(found[0], bag, atol=1e-5)
    assert (np.asarray(found[1, 2:]) == 0).all()


@pytest.mark.parametrize("kind", [Coded, Direct])
def test_what_is_dropped_is_dropped_in_training_alone(kind: Any) -> None:
    frames, dropout = given(kind is Direct), embedlab.Dropout(words=0.5, components=0.3)
    variables, own = SPEC.init(KEY), (COLUMNS,) if kind is Direct else ()
    still = kind(SPEC, variables, frames, LENGTHS, dropout, None, *own).vectors()
    assert (still == kind(SPEC, variables, frames, LENGTHS, None, None, *own).vectors()).all()
    moved = kind(SPEC, variables, frames, LENGTHS, dropout, KEY, *own).vectors()
    assert not np.allclose(still, moved)
    whole = kind(SPEC, variables, frames, LENGTHS, embedlab.Dropout(), KEY, *own).vectors()
    assert (still == whole).all()


def test_the_projection_is_trained() -> None:
    made, parameters = model(Cnn((2,), 4), True)

    def loss(parameters: Any) -> Any:
        return (made.outputs(parameters, {}, given(True), LENGTHS) ** 2).sum()

    gradient = np.asarray(jax.grad(loss)(parameters)["tables"]["table"])
    assert (np.abs(gradient[2:7]).sum(1) > 0).all()
    assert (gradient[:2] == 0).all() and (gradient[7:] == 0).all()


@pytest.mark.parametrize("mode", ["mean", "sum", "sqrtn", "max"])
def test_rows_are_pooled_as_bags_are(mode: Any) -> None:
    variables, ids = SPEC.init(KEY), given(False)[..., 0]
    bag = embedlab.bag(SPEC, variables, ids, lengths=LENGTHS, mode=mode)
    mask = jnp.arange(4) < LENGTHS[:, None]
    assert np.allclose(pooled(embedlab.embed(SPEC, variables, ids), mask, mode), bag, atol=1e-5)
