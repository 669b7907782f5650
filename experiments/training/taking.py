"""Takes the steps of a training: batches in their fixed order, many steps a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from experiments.config import Train
from experiments.documents.feed import Labelled, feed
from experiments.mesh import everywhere
from experiments.training import steps
from experiments.training.placement import Placement

#: Takes steps: (live state, steps before, how many) → new live state, and float32 [count] losses.
Take = Callable[[Any, int, int], tuple[Any, np.ndarray]]
_MOST_AT_ONCE = 256  # steps
_MOST_ROWS = 2**20  # documents, in one call's batches


def most_at_once(settings: Train) -> int:
    """Steps that one call takes at most."""
    return max(1, min(_MOST_AT_ONCE, settings.evaluate_every, settings.steps, _MOST_ROWS // settings.batch))


def taker(place: Placement, train: Labelled, seed: int) -> Take:
    """What takes the steps."""
    model, settings, sharding = place.model, place.settings, place.sharding
    source = feed(train, seed, settings.batch, most_at_once(settings), model.encoder.by_length, sharding)
    buffers = everywhere(sharding, train.documents.buffers)
    # Here: a seed may be beyond the int32 that it would be traced as.
    key = everywhere(sharding, jax.random.key(seed))

    def take(live: Any, step: int, count: int) -> tuple[Any, np.ndarray]:
        found = []
        for arrays, rows, part in source.parts(step, count):
            live, losses = steps.take(model, settings, live, buffers, arrays, rows, part, key, sharding)
            found.append((losses, part))
        return live, np.concatenate([np.asarray(losses)[:part] for losses, part in found])

    return take
