"""Slow and obvious: what the fast functions must equal. Python loops over float64, one id at a time."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Any

import mmh3
import numpy as np

from embedlab import ABSENT, Dense, Hashed, Subword, Variables


def embed(spec: Any, variables: Variables, number: int) -> np.ndarray:
    """The vector of one id, float64 [dim]; zeros for an id that is not known."""
    known = spec.num_ids(variables.buffers)
    if number < 0 or (known is not None and number >= known):
        return np.zeros(spec.dim)
    tables = {name: np.asarray(table, np.float64) for name, table in variables.tables.items()}
    return {Dense: dense, Hashed: hashed, Subword: subword}[type(spec)](
        spec, tables, variables.buffers, number
    )


def dense(spec: Dense, tables: Any, buffers: Any, number: int) -> np.ndarray:
    return tables["table"][number]


def hashed(spec: Hashed, tables: Any, buffers: Any, number: int) -> np.ndarray:
    """Svenstrup's formula: Σ_j p_j s_j T[h_j]."""
    importance = np.ones(spec.hashes)
    if spec.importance:
        own = spec.vocabulary is not None and spec.vocabulary <= spec.importance
        importance = tables["importance"][number if own else murmur(spec, number, 1 << 17) % spec.importance]
    vector = np.zeros(spec.dim)
    for j in range(spec.hashes):
        sign = 1 - 2 * (murmur(spec, number, (1 << 16) + j) % 2) if spec.signed else 1
        vector += importance[j] * sign * tables["table"][murmur(spec, number, j) % spec.buckets]
    return vector


def murmur(spec: Hashed, number: int, stream: int) -> int:
    """Hash function `stream` of a spec, by another library."""
    seed = (spec.seed + (stream + 1) * 0x9E3779B9) % 2**32
    return mmh3.hash(struct.pack("<Q", number), seed, signed=False)


def subword(spec: Subword, tables: Any, buffers: Any, number: int) -> np.ndarray:
    """fastText's: the mean of the own row and the n-grams' rows."""
    rows = [int(g) for g in np.asarray(buffers["ngrams"])[number] if g != ABSENT]
    if spec.own_row:
        rows = [g + spec.vocabulary for g in rows]
        rows += [number] if number < spec.vocabulary else []
    return sum((tables["table"][row] for row in rows), np.zeros(spec.dim)) / max(1, len(rows))


def bag(
    spec: Any, variables: Variables, ids: Sequence[int], real: Sequence[bool], weights: Any, mode: str
) -> np.ndarray:
    """One bag, float64 [dim]. Ids that are padding or not known are as if they were not there."""
    known = spec.num_ids(variables.buffers)
    total, divisor, best = np.zeros(spec.dim), 0.0, None
    for number, there, weight in zip(ids, real, weights, strict=True):
        if not there or number < 0 or (known is not None and number >= known):
            continue
        vector = weight * embed(spec, variables, number)
        total = total + vector
        divisor += weight**2 if mode == "sqrtn" else weight
        best = vector if best is None else np.maximum(best, vector)
    if mode == "max":
        return np.zeros(spec.dim) if best is None else best
    if mode == "sum":
        return total
    if divisor == 0:
        return np.zeros(spec.dim)
    return total / (math.sqrt(divisor) if mode == "sqrtn" else divisor)
