"""The hash of an id: golden values, the same everywhere, and evenly spread."""

from __future__ import annotations

import os
import struct
import subprocess
import sys

import jax.numpy as jnp
import mmh3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from embedlab import Hashed, Ids64, hashing

# (id, seed) → MurmurHash3_x86_32 of the id's eight little-endian bytes.
GOLDEN = {
    (0, 0): 1669671676,
    (1, 0): 1392991556,
    (2**31 - 1, 0): 1819228606,
    (2**32 + 3, 0): 4055576184,
    (2**64 - 1, 0): 1651860712,
    (1, 2**32 - 1): 1780320230,
}


def both(ids: list[int], seed: int) -> list[list[int]]:
    """The hashes by NumPy and by JAX."""
    low = np.array([i & 0xFFFFFFFF for i in ids], np.uint32)
    high = np.array([i >> 32 for i in ids], np.uint32)
    jax_hashes = hashing.murmur3(jnp.asarray(low), jnp.asarray(high), seed)
    return [np.asarray(h).tolist() for h in (hashing.murmur3(low, high, seed), jax_hashes)]


@pytest.mark.parametrize(("key", "value"), GOLDEN.items())
def test_golden_values(key: tuple[int, int], value: int) -> None:
    assert both([key[0]], key[1]) == [[value], [value]]


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**32 - 1))
def test_it_is_murmur3(number: int, seed: int) -> None:
    theirs = mmh3.hash(struct.pack("<Q", number), seed, signed=False)
    assert both([number], seed) == [[theirs], [theirs]]


PROGRAM = """
import jax, numpy as np
from embedlab import Hashed, host_ids
spec = Hashed(None, 4, buckets=1000, hashes=3, signed=True, importance=77, seed=5)
ids = host_ids(spec, np.array([0, 1, 2**31, 2**32 + 3, 2**63], np.uint64))
for look in jax.jit(lambda i: spec.index({}, i))(ids):
    print(np.asarray(look.rows).tolist(), None if look.weights is None else np.asarray(look.weights).tolist())
"""


@pytest.mark.slow
def test_the_same_in_every_process_and_with_x64() -> None:
    found = set()
    for seed, x64 in (("0", "0"), ("1", "1"), ("random", "0")):
        env = os.environ | {"PYTHONHASHSEED": seed, "JAX_ENABLE_X64": x64, "JAX_PLATFORMS": "cpu"}
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=True
        )
        found.add(run.stdout)
    assert len(found) == 1 and found.pop().count("\n") == 2


def test_buckets_are_even_and_functions_independent() -> None:
    spec = Hashed(200_000, 4, buckets=64, hashes=3, signed=True)
    (look,) = spec.index({}, np.arange(200_000, dtype=np.int32))
    for j in range(3):
        assert chisquare(np.bincount(look.rows[:, j], minlength=64)).pvalue > 1e-4
        assert abs(look.weights[:, j].mean()) < 4 / np.sqrt(200_000)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        pairs = np.bincount(look.rows[:, a] * 64 + look.rows[:, b], minlength=64 * 64)
        assert chisquare(pairs).pvalue > 1e-4
        assert abs((look.weights[:, a] * look.weights[:, b]).mean()) < 4 / np.sqrt(200_000)


def test_a_32_bit_id_and_its_64_bit_form_have_the_same_bucket() -> None:
    ids = np.array([0, 5, 2**31 - 2], np.int32)
    wide = Ids64(ids.astype(np.uint32), np.zeros(3, np.uint32))
    np.testing.assert_array_equal(hashing.bucket(hashing.halves(ids), 97, 3), hashing.bucket(wide, 97, 3))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("number", [np.uint8, np.int32, np.uint32, np.int64, np.uint64])
def test_seeds_may_be_numpys(number: type) -> None:
    assert hashing.stream_seed(number(5), number(3)) == hashing.stream_seed(5, 3)
    low, high = np.uint32([7]), np.uint32([1])
    assert hashing.murmur3(low, high, number(5)) == hashing.murmur3(low, high, 5)
