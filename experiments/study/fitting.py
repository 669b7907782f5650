"""Tables as large as the data ask: a row for each word there is, and hashed rivals of as many bytes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax

import embedlab
from experiments.study.learning import Learning

#: In a run's summary: the fields of its embedding that the data have set, by name.
SIZES = "sizes"


def rows(spec: embedlab.Embedding, learning: Learning) -> dict[str, int]:
    """The vocabulary with which a table has no more rows than there are words; nothing where it has no more.

    Args:
        spec: the embedding, whose vocabulary is the most that it may have.
        learning: what it learns, with its words.

    Returns:
        The field that changes, by name.
    """
    words = len(learning.vocabulary)
    most = getattr(spec, "vocabulary", None)
    return {"vocabulary": words} if most is not None and most > words else {}


def as_large(spec: embedlab.Embedding, dim: int, trainable: int) -> dict[str, int]:
    """The sizes with which hashed rows are as wide as another embedding, and have as many bytes.

    As many, less than a row's fewer; importance weights, where it has them, count as well.

    Args:
        spec: the embedding; of one that is not hashed, nothing changes.
        dim: numbers of a vector of the other.
        trainable: the other's trainable bytes.

    Returns:
        The fields that are set, by name.

    Example:
        >>> as_large(embedlab.Hashed(None, 16, buckets=4096), dim=8, trainable=200 * 8 * 4)
        {'dim': 8, 'buckets': 200}
        >>> as_large(embedlab.Dense(10, 8), dim=8, trainable=200 * 8 * 4)
        {}
    """
    if not isinstance(spec, embedlab.Hashed):
        return {}
    one, two = (trainable_bytes(dataclasses.replace(spec, dim=dim, buckets=size)) for size in (1, 2))
    return {"dim": dim, "buckets": max(1, 1 + (trainable - one) // (two - one))}


def trainable_bytes(spec: embedlab.Embedding, buffers: Mapping[str, Any] | None = None) -> int:
    """What the arrays of an embedding would take, without making them.

    Args:
        spec: the embedding.
        buffers: its buffers, where it needs any.

    Example:
        >>> trainable_bytes(embedlab.Dense(200, 8))
        6400
    """
    made: embedlab.Variables = jax.eval_shape(lambda: spec.init(jax.random.key(0), buffers or {}))
    return made.num_bytes.trainable


def resized(spec: embedlab.Embedding, sizes: Mapping[str, int]) -> embedlab.Embedding:
    """An embedding with the sizes that the data have set.

    Example:
        >>> resized(embedlab.Dense(1000, 8), {"vocabulary": 200}).vocabulary
        200
    """
    kind: Any = spec
    return dataclasses.replace(kind, **sizes) if sizes else spec
