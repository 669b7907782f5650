"""Blocks: the same values whatever their size, and never an n × n array. Neighbours have their own."""

from __future__ import annotations

import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from embedlab.quality import _blocks, hubness, neighbour_overlap, silhouette, uniformity


@pytest.mark.parametrize("n", [0, 1, 6, 7, 8, 14])
def test_every_row_once(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_blocks, "_BLOCK_NUMBERS", 70)
    monkeypatch.setattr(_blocks, "_LEAST_ROWS", 1)
    found = _blocks.by_blocks(lambda x: (2 * x, x + jnp.zeros(3)), jnp.arange(float(n)), width=10)
    assert found[0].tolist() == [2.0 * i for i in range(n)]
    assert found[1].shape == (n, 3)


def test_block_sizes_change_nothing(glove: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    table, labels = glove[:101], jnp.arange(101) % 4

    def values() -> tuple[Any, ...]:
        # Compiled anew, since the size of a block is no argument.
        spread, apart = (inspect.unwrap(f) for f in (uniformity, silhouette))
        return jax.jit(lambda x: (spread(x), apart(x, labels, 4)))(table)

    whole = values()
    monkeypatch.setattr(_blocks, "_BLOCK_NUMBERS", 101 * 7)
    monkeypatch.setattr(_blocks, "_LEAST_ROWS", 1)
    for a, b in zip(jax.tree.leaves(whole), jax.tree.leaves(values()), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


PAIRS = {
    "hubness": hubness,
    "uniformity": uniformity,
    "neighbour_overlap": lambda x: neighbour_overlap(x, x + 1),
    "silhouette": lambda x: silhouette(x, jnp.zeros(len(x), jnp.int32), 10),
}


@pytest.mark.parametrize("name", PAIRS)
def test_memory(name: str) -> None:
    n = 30_000
    shape = jax.ShapeDtypeStruct((n, 50), jnp.float32)
    compiled = jax.jit(PAIRS[name]).lower(shape).compile()
    all_pairs = 4 * n * n
    assert compiled.memory_analysis().temp_size_in_bytes < all_pairs / 20
