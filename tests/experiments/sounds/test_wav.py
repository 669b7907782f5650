"""Sound files: what is read is what was written, and what is damaged or of another kind is an error."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.sounds.wav import encoded, samples

TONE = 0.5 * np.sin(np.arange(400) * 2 * np.pi * 440 / 8000)


@pytest.mark.parametrize(("width", "off"), [(1, 2**-7), (2, 2**-15), (3, 2**-22), (4, 2**-22)])
def test_samples_of_every_width_come_back(width: int, off: float) -> None:
    found, rate = samples(encoded(TONE, 8000, width=width), "a.wav", 8000)
    assert rate == 8000 and found.dtype == np.float32
    assert np.abs(found - TONE).max() <= off


def test_another_rate_is_resampled() -> None:
    fine = 0.5 * np.sin(np.arange(1600) * 2 * np.pi * 440 / 32000)
    found, rate = samples(encoded(fine, 32000), "a.wav", 8000)
    assert rate == 32000 and len(found) == 400
    inner = slice(50, -50)  # at the ends the filter sees what is not there
    assert np.abs(found[inner] - TONE[inner]).max() < 0.01


def test_several_channels_are_refused_or_their_mean_is_taken() -> None:
    raw = encoded(TONE, 8000, channels=2)
    with pytest.raises(ValueError, match=r"a\.wav: it has 2 channels; .*--data\.mix true"):
        samples(raw, "a.wav", 8000)
    found, _ = samples(raw, "a.wav", 8000, mix=True)
    assert np.abs(found - TONE).max() <= 2**-15


def test_what_is_cut_off_anywhere_is_an_error() -> None:
    raw = encoded(TONE, 8000)
    for length in range(len(raw)):
        with pytest.raises(ValueError, match=r"a\.wav: (this is no WAV file|it is cut off|it holds no)"):
            samples(raw[:length], "a.wav", 8000)


def test_an_error_says_what_is_wrong() -> None:
    with pytest.raises(ValueError, match="it holds no sample"):
        samples(encoded(TONE[:0], 8000), "a.wav", 8000)
    with pytest.raises(ValueError, match="500 samples a second"):
        samples(encoded(TONE, 500), "a.wav", 8000)
    with pytest.raises(ValueError, match="400 samples, and 378 are there"):
        samples(encoded(TONE, 8000)[:800], "a.wav", 8000)
    with pytest.raises(ValueError, match="this is no WAV file"):
        samples(b"ID3" + bytes(100), "a.wav", 8000)


def test_a_damaged_header_is_an_error_or_harmless() -> None:
    rng, raw = np.random.default_rng(0), encoded(TONE[:4], 8000)
    for _ in range(2000):
        damaged = bytearray(raw)
        for _ in range(rng.integers(1, 4)):
            damaged[rng.integers(44)] = rng.integers(256)
        try:
            found, _ = samples(bytes(damaged), "a.wav", 8000, mix=True)
        except ValueError as error:
            assert str(error).startswith("a.wav: ")
        else:
            assert len(found) and np.isfinite(found).all()
