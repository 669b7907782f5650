"""What a model of sounds is measured against: a recording as the mean of its frames, in no order.

Reference: Davis & Mermelstein 1980, "Comparison of parametric representations for monosyllabic word
recognition" (the features); the nearest centroid is the simplest classifier of vectors that there is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from experiments.data import Splits
from experiments.study.logistic import scaled


def means(frames: Sequence[np.ndarray]) -> Float[np.ndarray, "clips static"]:
    """The mean frame of each recording.

    Args:
        frames: of each, float [frames, static], with nothing taken out.
    """
    return np.array([found.mean(0) for found in frames])


def summaries(frames: Sequence[np.ndarray]) -> Float[np.ndarray, "clips summaries"]:
    """Mean and standard deviation of the frames of each recording, side by side.

    Args:
        frames: of each, float [frames, static], with nothing taken out.
    """
    return np.array([np.r_[found.mean(0), found.std(0)] for found in frames])


def nearest_centroid(
    features: Float[np.ndarray, "clips columns"],
    labels: Int[np.ndarray, " clips"],
    classes: int,
    splits: Splits,
) -> Float[np.ndarray, "tested classes"]:
    """Which class's mean of the training rows is nearest: `p ∝ exp(−|x − m_c|² / 2)`, columns of variance 1.

    Args:
        features: float [clips, columns].
        labels: int [clips].
        classes: how many there are, each with a training row.
        splits: of them; test rows are predicted.

    Example:
        >>> sides = Splits(np.array([0, 1]), np.array([0]), np.array([2]))
        >>> nearest_centroid(np.array([[0.0], [4.0], [3.0]]), np.array([0, 1, 0]), 2, sides).argmax(1)
        array([1])
    """
    train, test = (scaled(features, splits.train, rows) for rows in (splits.train, splits.test))
    owners = labels[splits.train]
    centres = np.array([train[owners == place].mean(0) for place in range(classes)])
    return _softmax(-((test[:, None] - centres) ** 2).sum(2) / 2)


def _softmax(scores: np.ndarray) -> np.ndarray:
    raised = np.exp(scores - scores.max(1, keepdims=True))
    return (raised / raised.sum(1, keepdims=True)).astype(np.float32)
