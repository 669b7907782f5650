"""The hash of an id: MurmurHash3 (x86, 32 bit) over the id's eight bytes, on the host and under `jit`.

    h = seed
    for block in (low, high):            # the id's halves, as two little-endian 32-bit blocks
        block = rotl(block · 0xcc9e2d51, 15) · 0x1b873593
        h = rotl(h ^ block, 13) · 5 + 0xe6546b64
    h ^= 8                               # the length in bytes
    h = (h ^ h>>16) · 0x85ebca6b
    h = (h ^ h>>13) · 0xc2b2ae35
    h ^= h>>16

All arithmetic is modulo 2³². A public, well-tested function rather than one of our own, so that other
programs can compute the same buckets. It uses 32-bit words only and so needs no x64 mode.

Source: Appleby 2011, MurmurHash3 (public domain).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Array, Int, UInt32

from embedlab.base import Ids64, namespace

_GOLDEN_RATIO = 0x9E3779B9
_WORD = 0xFFFFFFFF


def murmur3(
    low: UInt32[Array, "*shape"] | UInt32[np.ndarray, "*shape"],
    high: UInt32[Array, "*shape"] | UInt32[np.ndarray, "*shape"],
    seed: int,
) -> Any:
    """Hashes 64-bit ids to 32 bits, by the formula at the head of this module.

    Args:
        low: uint32 [...], the lower halves of the ids.
        high: uint32 [...], the upper halves.
        seed: 32-bit seed.

    Returns:
        uint32 [...], NumPy or JAX as the input is, the same bits in either.

    Example:
        >>> int(murmur3(np.uint32([1]), np.uint32([0]), seed=0)[0])
        1392991556

    Source: Appleby 2011, MurmurHash3_x86_32.
    """
    with np.errstate(over="ignore"):  # NumPy warns of a single number, though not of an array
        return _murmur3(low, high, seed)


def _murmur3(low: Any, high: Any, seed: int) -> Any:
    xp = namespace(low, high)

    def rotate(x: Any, bits: int) -> Any:
        return (x << xp.uint32(bits)) | (x >> xp.uint32(32 - bits))

    h = xp.full(low.shape, int(seed) & _WORD, xp.uint32)
    for block in (low, high):
        block = rotate(block * xp.uint32(0xCC9E2D51), 15) * xp.uint32(0x1B873593)
        h = rotate(h ^ block, 13) * xp.uint32(5) + xp.uint32(0xE6546B64)
    h = h ^ xp.uint32(8)
    h = (h ^ (h >> xp.uint32(16))) * xp.uint32(0x85EBCA6B)
    h = (h ^ (h >> xp.uint32(13))) * xp.uint32(0xC2B2AE35)
    return h ^ (h >> xp.uint32(16))


def stream_seed(seed: int, stream: int) -> int:
    """The seed of one hash function among those of a spec: word `stream` of the spec's own sequence.

    `stream_seed(s, j) = (s + (j + 1) · 0x9e3779b9) mod 2³²` (a Weyl sequence): distinct for distinct j.

    Args:
        seed: the spec's seed.
        stream: which function, from 0.

    Returns:
        A seed in 0 … 2³² − 1; no array, so no shape.

    Example:
        >>> hex(stream_seed(0, 0))
        '0x9e3779b9'

    Source: the golden-ratio increment of Steele, Lea & Flood 2014 (SplitMix), 32 bit.
    """
    # In Python's unbounded numbers: one of NumPy's would overflow.
    return (int(seed) + (int(stream) + 1) * _GOLDEN_RATIO) & _WORD


def halves(ids: Any) -> Ids64:
    """Ids of any form → their two 32-bit halves; a 32-bit id has an upper half of zero.

    Args:
        ids: `Ids64`, or non-negative integers [...].

    Returns:
        The ids [...] as `Ids64`.

    Example:
        >>> halves(np.int32([5])).low
        array([5], dtype=uint32)

    Source: none; bookkeeping.
    """
    if isinstance(ids, Ids64):
        return ids
    xp = namespace(ids)
    low = ids.astype(xp.uint32)
    return Ids64(low, xp.zeros(low.shape, xp.uint32))


def bucket(ids: Ids64, buckets: int, seed: int) -> Int[Array, "*shape"] | Int[np.ndarray, "*shape"]:
    """The bucket of each id: `murmur3(id) mod buckets`.

    No bucket is more likely than another by more than a factor of `1 + buckets / 2³²`.

    Args:
        ids: ids of shape [...].
        buckets: how many there are.
        seed: seed of the hash function.

    Returns:
        int32 [...] in 0 … buckets − 1.

    Example:
        >>> bucket(halves(np.int32([1, 2, 3])), buckets=10, seed=0)
        array([6, 0, 3], dtype=int32)

    Source: Appleby 2011.
    """
    xp = namespace(ids)
    return xp.asarray(murmur3(ids.low, ids.high, seed) % xp.uint32(buckets), xp.int32)


def sign(ids: Ids64, seed: int) -> Any:
    """A random sign for each id: `1 − 2 · (lowest bit of murmur3(id))`.

    Args:
        ids: ids of shape [...].
        seed: seed of the hash function, another than the bucket's.

    Returns:
        float32 [...] of ±1.

    Example:
        >>> sign(halves(np.int32([1, 2, 3])), seed=0)
        array([ 1.,  1., -1.], dtype=float32)

    Source: Weinberger et al. 2009, "Feature hashing for large scale multitask learning".
    """
    xp = namespace(ids)
    return 1 - 2 * (murmur3(ids.low, ids.high, seed) & xp.uint32(1)).astype(xp.float32)
