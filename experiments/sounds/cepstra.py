"""Frames of sound: what a recording holds in each hundredth of a second, as some dozen numbers.

Reference: Davis & Mermelstein 1980, "Comparison of parametric representations for monosyllabic word
recognition" (MFCC); Furui 1986, "Speaker-independent isolated word recognition using dynamic features of
speech spectrum" (deltas); Atal 1974, "Effectiveness of linear prediction characteristics of the speech wave"
(the mean of a recording taken out).
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float, Float32
from scipy import fft

from embedlab.checks import require, require_count
from experiments.checks import finite, require_choice, require_counts

Form = Literal["mfcc", "logmel"]
Normalise = Literal["none", "mean", "variance"]
_FLOOR = 1e-10  # of a power: silence has no logarithm
_REACH = 2  # frames on either side that a delta looks at


@dataclasses.dataclass(frozen=True)
class Cepstra:
    """How frames are made of samples.

    A frame is a window of the recording; its power spectrum is summed by triangular filters that lie evenly
    on the mel scale, `mel(f) = 2595 · log10(1 + f / 700)`; of the logarithms of those (`logmel`) the discrete
    cosine transform gives the cepstrum (`mfcc`), whose first numbers tell the shape of the mouth.

    Attributes:
        form: mfcc, or logmel, the logarithms themselves.
        rate: samples a second; recordings of another rate are resampled to it.
        window: seconds of a frame.
        hop: seconds from one to the next.
        mels: filters.
        coefficients: numbers of the cepstrum that are kept, from the first on, which is the loudness.
        emphasis: α of `x_t − α x_{t−1}`, by which high frequencies are raised before.
        deltas: how often the slope over five frames is taken and put beside: 0, 1 or 2 times.
        normalise: what is taken out of each recording: its mean, or its mean and variance, of each column;
            or none of it.

    Raises:
        ValueError: a setting out of range, or more coefficients than filters.

    Example:
        >>> Cepstra().columns
        39
    """

    form: Form = "mfcc"
    rate: int = 8000
    window: float = 0.025
    hop: float = 0.01
    mels: int = 26
    coefficients: int = 13
    emphasis: float = 0.97
    deltas: int = 2
    normalise: Normalise = "mean"

    def __post_init__(self) -> None:
        require_choice("form", self.form, get_args(Form))
        require_choice("normalise", self.normalise, get_args(Normalise))
        require_counts(self, 384_000, "rate", least=1_000)
        require_counts(self, 512, "mels")
        require_count("coefficients", self.coefficients)
        remedy = f"there are {self.mels} filters (mels), and no more numbers than that"
        require(self.coefficients <= self.mels, "coefficients", self.coefficients, remedy)
        require_counts(self, 2, "deltas", least=0)
        for field in ("window", "hop"):
            value = getattr(self, field)
            fits = finite(value) and 2 <= value * self.rate <= self.rate
            require(fits, field, value, "give seconds: two samples at least, and 1 at most")
        fits = finite(self.emphasis) and 0 <= self.emphasis < 1
        require(fits, "emphasis", self.emphasis, "give a number of at least 0 and below 1")

    @property
    def static(self) -> int:
        """Columns of a frame before deltas are put beside."""
        return self.coefficients if self.form == "mfcc" else self.mels

    @property
    def columns(self) -> int:
        """Columns of a frame."""
        return self.static * (1 + self.deltas)

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns are called: `mfcc0 … d_mfcc0 … dd_mfcc0 …`."""
        return column_names(self.form, self.static, self.deltas)

    def frames(self, samples: Float[np.ndarray, " samples"]) -> Float32[np.ndarray, "frames columns"]:
        """The frames of a recording.

        Args:
            samples: float [samples] at `rate`, one at least. What is shorter than a window is made one with
                zeros, and what is left over at the end is left out.
        """
        size, hop = round(self.window * self.rate), round(self.hop * self.rate)
        raised = np.append(samples[:1], samples[1:] - self.emphasis * samples[:-1])
        raised = np.pad(raised, (0, max(0, size - len(raised))))
        windows = np.lib.stride_tricks.sliding_window_view(raised, size)[::hop]
        bins = 1 << (size - 1).bit_length()
        power = np.abs(fft.rfft(windows * np.hamming(size), bins)) ** 2 / bins
        logs = np.log(np.maximum(power @ filters(self.mels, bins, self.rate).T, _FLOOR))
        if self.form == "mfcc":
            logs = fft.dct(logs, type=2, norm="ortho", axis=1)[:, : self.coefficients]
        return finished(logs, self.deltas, self.normalise)


def finished(
    frames: Float[np.ndarray, "frames static"], deltas: int, normalise: Normalise
) -> Float32[np.ndarray, "frames columns"]:
    """Frames with their mean taken out, and slopes beside; those that were made elsewhere as well.

    Args:
        frames: float [frames, static].
        deltas: how often the slope is taken.
        normalise: what is taken out of the recording.

    Example:
        >>> finished(np.array([[1.0], [2.0], [3.0]]), 1, "mean").tolist()
        [[-1.0, 0.5], [0.0, 0.6000000238418579], [1.0, 0.5]]
    """
    if normalise != "none":
        frames = frames - frames.mean(0)
    if normalise == "variance":
        frames = frames / np.maximum(frames.std(0), 1e-8)
    beside = [frames]
    for _ in range(deltas):
        beside.append(slopes(beside[-1]))
    return np.concatenate(beside, 1).astype(np.float32)


def slopes(frames: Float[np.ndarray, "frames columns"]) -> Float[np.ndarray, "frames columns"]:
    """How each column rises, by least squares: `Σ_k k (x_{t+k} − x_{t−k}) / 2 Σ_k k²` with k of 1 and 2.

    Args:
        frames: float [frames, columns]; beyond its ends the first and the last are taken again.
    """
    padded = np.pad(frames, ((_REACH, _REACH), (0, 0)), "edge")
    total = np.zeros_like(frames)
    for k in range(1, _REACH + 1):
        ahead, behind = (padded[_REACH + far : len(padded) - _REACH + far] for far in (k, -k))
        total = total + k * (ahead - behind)
    return total / (2 * sum(k * k for k in range(1, _REACH + 1)))


def column_names(form: str, static: int, deltas: int) -> tuple[str, ...]:
    """What columns are called.

    Args:
        form: of the frames.
        static: columns before deltas.
        deltas: how often the slope is taken.

    Example:
        >>> column_names("mfcc", 1, 2)
        ('mfcc0', 'd_mfcc0', 'dd_mfcc0')
    """
    orders = ("", "d_", "dd_")[: deltas + 1]
    return tuple(f"{order}{form}{place}" for order, place in itertools.product(orders, range(static)))


@functools.lru_cache(maxsize=8)
def filters(mels: int, bins: int, rate: int) -> Float[np.ndarray, "mels spectrum"]:
    """Triangles [mels, bins / 2 + 1] of height 1, from 0 to half the rate; each begins in the middle of the
    one before and ends in the middle of the next.

    Args:
        mels: how many.
        bins: of the Fourier transform.
        rate: samples a second.
    """
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, mels + 2) / 2595) - 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    at = np.arange(bins // 2 + 1) * rate / bins
    return np.clip(np.minimum((at - low) / (middle - low), (high - at) / (high - middle)), 0, None)
