"""Documents that a training soon learns something of."""

from __future__ import annotations

import numpy as np

from experiments.documents.feed import Labelled
from experiments.documents.prepare import Encoded


def documents(seed: int, rows: int = 200) -> Labelled:
    """Documents whose label is whether most ids are above the middle: learnable, not at once."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, rows).astype(np.int32)
    ids = np.where(rng.random((rows, 12)) < 0.7, labels[:, None], 1 - labels[:, None]) * 25
    ids = (ids + rng.integers(0, 25, ids.shape)).astype(np.int32)
    return Labelled(Encoded(ids, rng.integers(1, 13, rows).astype(np.int32), {}), labels)
