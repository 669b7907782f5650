"""What a training depends on beside its config and data, in a few values that its checkpoints keep."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import jax

from embedlab.text import Vocabulary


def facts(vocabulary: Vocabulary) -> dict[str, Any]:
    """What must be the same for a training to go on.

    Returns:
        `x64`, whether JAX counts with 64 bits, and `vocabulary`, a SHA-256 digest of the words.

    Example:
        >>> found = facts(Vocabulary.build([["cat"]]))
        >>> found["x64"], len(found["vocabulary"])
        (False, 64)
    """
    return {"x64": x64(), "vocabulary": digest(vocabulary)}


def x64() -> bool:
    """Whether JAX counts with 64 bits."""
    return jax.dtypes.canonicalize_dtype(float).itemsize == 8


def digest(vocabulary: Vocabulary) -> str:
    """SHA-256 of the words, in their order."""
    return hashlib.sha256(json.dumps(list(vocabulary.words)).encode()).hexdigest()
