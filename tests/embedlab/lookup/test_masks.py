"""Masks, lengths and offsets: what they may be, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab.lookup.masks import as_mask, bag_mask

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize(
    "mask", [[True, False], [1, 0], [2, 0], np.array([1, 0], np.uint8), jnp.array([7, 0]), np.array([-1, 0])]
)
def test_other_than_zero_is_real(mask: Any) -> None:
    found = as_mask(mask, (2,))
    assert found.dtype == bool and found.tolist() == [True, False]


def test_no_mask_stays_none() -> None:
    assert as_mask(None, (2,)) is None
    assert bag_mask((2, 3), None, None, None) is None


@pytest.mark.parametrize("mask", [[1.0, 0.0], np.ones(2), jnp.ones(2), ["a", "b"]])
def test_a_mask_of_floats_is_refused(mask: Any) -> None:
    with pytest.raises(TypeError, match=r"^mask has dtype .*: give bools, or integers of which 0 is False$"):
        as_mask(mask, (2,))


@pytest.mark.parametrize("shape", [(3, 2), (1, 2), (2, 1), ()])
def test_a_mask_is_never_broadcast(shape: tuple[int, ...]) -> None:
    message = re.escape(f"mask.shape={shape}: give one value an id, shape (2,)")
    with pytest.raises(ValueError, match=f"^{message}$"):
        as_mask(np.ones(shape, bool), (2,))


@pytest.mark.parametrize("lengths", [[1, 3, 0], np.array([1, 3, 0], np.uint8), jnp.array([1, 3, 0])])
def test_lengths_count_leading_ids(lengths: Any) -> None:
    wanted = [[True, False, False], [True] * 3, [False] * 3]
    assert bag_mask((3, 3), None, lengths, None).tolist() == wanted


def test_a_mask_and_lengths_both_hold() -> None:
    found = bag_mask((1, 3), [[0, 1, 1]], [2], None)
    assert found.tolist() == [[False, True, False]]


def test_values_past_the_last_offset_are_padding() -> None:
    assert bag_mask((4,), None, None, [0, 1, 3]).tolist() == [True, True, True, False]
    assert bag_mask((3,), None, None, [0]).tolist() == [False] * 3  # no bags
    assert bag_mask((0,), None, None, [0, 0]).tolist() == []


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"lengths": [1.5]}, TypeError, "lengths has dtype float64: give whole numbers"),
        ({"lengths": [True]}, TypeError, "lengths has dtype bool: give whole numbers"),
        ({"lengths": [4]}, ValueError, "lengths=4: give 0 … 3, how many ids of a bag are real"),
        ({"lengths": [-1]}, ValueError, "lengths=-1: give 0 … 3, how many ids of a bag are real"),
        ({"lengths": [1, 2]}, ValueError, "lengths.shape=(2,): give (1,), and no offsets beside"),
        ({"offsets": [0, 1]}, ValueError, "offsets.shape=(2,) with ids.shape=(1, 3): give ids [values]"),
    ],
)
def test_what_does_not_fit_padded_ids(arguments: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        bag_mask((1, 3), None, arguments.get("lengths"), arguments.get("offsets"))


@pytest.mark.parametrize(
    ("offsets", "error", "message"),
    [
        ([0, 1.9, 3], TypeError, "offsets has dtype float64: give whole numbers"),
        ([False, True], TypeError, "offsets has dtype bool: give whole numbers"),
        ([1, 3], ValueError, "they rise from 0 to at most 3, the number of values"),
        ([0, 4], ValueError, "they rise from 0 to at most 3"),
        ([0, 2, 1], ValueError, "they rise from 0 to at most 3"),
        (np.array([0, 3, 1], np.uint8), ValueError, "they rise from 0 to at most 3"),
        ([], ValueError, "offsets.shape=(0,) with ids.shape=(3,)"),
        (0, ValueError, "offsets.shape=() with ids.shape=(3,)"),
    ],
)
def test_what_does_not_fit_ragged_ids(offsets: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        bag_mask((3,), None, None, offsets)


def test_traced_ones_show_their_shape_only() -> None:
    lengths = jax.jit(lambda n: bag_mask((2, 3), None, n, None))(np.array([7, -1]))
    assert lengths.tolist() == [[True] * 3, [False] * 3]
    offsets = jax.jit(lambda n: bag_mask((4,), None, None, n))(np.array([1, 3]))
    assert offsets.tolist() == [False, True, True, False]
