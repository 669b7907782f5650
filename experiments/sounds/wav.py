"""Sound files: WAV, as the numbers that a microphone gave.

Source: Microsoft and IBM 1991, "Multimedia programming interface and data specifications 1.0" (WAVE).
"""

from __future__ import annotations

import io
import math
import wave

import numpy as np
from jaxtyping import Float32

_WIDTHS = (1, 2, 3, 4)  # bytes of a sample
_RATES = (1_000, 384_000)  # samples a second


def samples(
    raw: bytes, where: str, rate: int, mix: bool = False
) -> tuple[Float32[np.ndarray, " samples"], int]:
    """The samples of a WAV file, resampled where it has another rate.

    Args:
        raw: the whole file.
        where: what it is called in error messages.
        rate: samples a second that are wanted. A file of another rate is filtered and resampled by the
            ratio of both: what it has above half the lower rate is gone.
        mix: whether the mean is taken of a file of several channels; else it is refused.

    Returns:
        The samples, from −1 to 1, float32 [samples]; and the file's own rate.

    Raises:
        ValueError: this is no WAV file of whole numbers, it is cut off or empty, has several channels, or a
            rate that is none.

    Example:
        >>> found, own = samples(encoded(np.array([0.0, 0.5, -0.5]), 8000), "a.wav", 8000)
        >>> found.tolist(), own
        ([0.0, 0.5, -0.5], 8000)
        >>> samples(b"RIFF", "a.wav", 8000)
        Traceback (most recent call last):
        ValueError: a.wav: this is no WAV file that can be read (...); convert it to PCM, of 16 bits say
    """
    try:
        with wave.open(io.BytesIO(raw)) as file:
            channels, width, own, count = file.getparams()[:4]
            data = file.readframes(count)
    except (wave.Error, EOFError, RuntimeError) as error:
        why = str(error) or "it ends too soon"
        raise ValueError(
            f"{where}: this is no WAV file that can be read ({why}); convert it to PCM, of 16 bits say"
        ) from None
    _check(where, channels, width, own, count, mix)
    if len(data) < count * channels * width:
        there = len(data) // (channels * width)
        raise ValueError(
            f"{where}: it is cut off: its header tells of {count:,} samples, and {there:,} are there; fetch "
            "it again, or leave it out"
        )
    found = _numbers(data, width).reshape(-1, channels).mean(1)
    return resampled(found, own, rate).astype(np.float32), own


def encoded(found: Float32[np.ndarray, " samples"], rate: int, channels: int = 1, width: int = 2) -> bytes:
    """A WAV file of samples: what `samples` reads.

    Args:
        found: float [samples] from −1 to 1; every channel has the same.
        rate: samples a second.
        channels: how many.
        width: bytes of a sample.
    """
    most = 2 ** (8 * width - 1)
    whole = np.clip(np.round(np.asarray(found, np.float64) * most), -most, most - 1).astype("<i4")
    whole = np.repeat(whole, channels)
    data = (whole + 128).astype(np.uint8) if width == 1 else whole[:, None].view(np.uint8)[:, :width]
    with io.BytesIO() as into:
        with wave.open(into, "wb") as file:
            file.setnchannels(channels)
            file.setsampwidth(width)
            file.setframerate(rate)
            file.writeframes(data.tobytes())
        return into.getvalue()


def resampled(found: np.ndarray, own: int, rate: int) -> np.ndarray:
    """Samples at another rate, by a polyphase filter.

    Args:
        found: float [samples].
        own: their rate.
        rate: that which is wanted.

    Example:
        >>> len(resampled(np.ones(100), 16000, 8000))
        50
    """
    if own == rate:
        return found
    from scipy.signal import resample_poly  # here: most files have the rate that is wanted

    common = math.gcd(own, rate)
    return resample_poly(found, rate // common, own // common)


def _check(where: str, channels: int, width: int, rate: int, count: int, mix: bool) -> None:
    fault = ""
    if not count:
        fault = "it holds no sample; leave it out"
    elif width not in _WIDTHS:
        fault = f"a sample has {width} bytes; convert it to 2 (16 bits)"
    elif not _RATES[0] <= rate <= _RATES[1]:
        least, most = _RATES
        fault = f"its header tells of {rate:,} samples a second; convert it to a rate of {least:,} … {most:,}"
    elif channels != 1 and not mix:
        fault = f"it has {channels} channels; convert it to one, or take their mean with --data.mix true"
    if fault:
        raise ValueError(f"{where}: {fault}")


def _numbers(data: bytes, width: int) -> np.ndarray:
    """Samples from −1 to 1, float64; those of one byte are unsigned, as the format has it."""
    raw = np.frombuffer(data, np.uint8).reshape(-1, width)
    if width == 1:
        return (raw[:, 0].astype(np.float64) - 128) / 128
    whole = np.zeros((len(raw), 4), np.uint8)
    whole[:, 4 - width :] = raw  # the highest bytes, so that the sign is where it is looked for
    return whole.view("<i4")[:, 0] / 2.0**31
