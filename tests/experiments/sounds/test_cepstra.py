"""Frames against the formulas written out slowly, and against what is known of tones and loudness."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.sounds.cepstra import Cepstra, column_names, filters, finished, slopes


def tone(pitch: float, count: int = 800) -> np.ndarray:
    return np.sin(np.arange(count) * 2 * np.pi * pitch / 8000)


def slow(settings: Cepstra, samples: np.ndarray) -> np.ndarray:
    """Cepstra by sums, without a Fourier transform of any library."""
    size, hop, bins = 200, 80, 256
    raised = [samples[0]] + [samples[t] - settings.emphasis * samples[t - 1] for t in range(1, len(samples))]
    hamming = [0.54 - 0.46 * math.cos(2 * math.pi * t / (size - 1)) for t in range(size)]
    places = np.arange(size)
    found = []
    for start in range(0, len(raised) - size + 1, hop):
        window = np.array(raised[start : start + size]) * hamming
        power = [
            abs((window * np.exp(-2j * np.pi * b * places / bins)).sum()) ** 2 / bins
            for b in range(bins // 2 + 1)
        ]
        mels = np.log(np.maximum(filters(settings.mels, bins, 8000) @ power, 1e-10))
        n = settings.mels
        found.append(
            [
                math.sqrt((1 if k == 0 else 2) / n)
                * sum(m * math.cos(math.pi * k * (2 * i + 1) / (2 * n)) for i, m in enumerate(mels))
                for k in range(settings.coefficients)
            ]
        )
    return np.array(found)


def test_cepstra_are_those_of_the_formulas() -> None:
    settings = Cepstra(deltas=0, normalise="none")
    sound = np.random.default_rng(0).normal(size=500)
    assert np.allclose(settings.frames(sound), slow(settings, sound), rtol=1e-5, atol=1e-5)


def test_a_tone_is_where_its_filter_is() -> None:
    settings = Cepstra(form="logmel", deltas=0, normalise="none", emphasis=0.0)
    loudest = [settings.frames(tone(pitch)).mean(0).argmax() for pitch in (300, 1000, 3000)]
    at = np.arange(129) * 8000 / 256
    middles = [at[filters(26, 256, 8000)[place].argmax()] for place in loudest]
    assert np.abs(np.array(middles) / (300, 1000, 3000) - 1).max() < 0.15


def test_loudness_moves_only_the_first_number_and_the_mean_takes_it_out() -> None:
    sound = np.random.default_rng(0).normal(size=1000)
    plain = Cepstra(deltas=0, normalise="none")
    apart = plain.frames(10 * sound) - plain.frames(sound)
    assert np.allclose(apart[:, 0], math.log(100) * math.sqrt(26), atol=1e-4)
    assert np.allclose(apart[:, 1:], 0, atol=1e-4)
    taken = Cepstra(normalise="mean")
    assert np.allclose(taken.frames(10 * sound), taken.frames(sound), atol=1e-4)


@pytest.mark.parametrize(("count", "frames"), [(1, 1), (200, 1), (279, 1), (280, 2), (1000, 11)])
def test_a_recording_has_a_frame_a_hop(count: int, frames: int) -> None:
    found = Cepstra().frames(tone(440, count))
    assert found.shape == (frames, 39) and np.isfinite(found).all()


def test_silence_is_finite() -> None:
    assert np.isfinite(Cepstra(normalise="variance").frames(np.zeros(1000))).all()


def test_slopes_of_a_line_are_its_rise() -> None:
    assert np.allclose(slopes(np.arange(10.0)[:, None] * 3)[2:-2], 3)


def test_variance_is_one() -> None:
    found = finished(np.random.default_rng(0).normal(3, 5, (50, 2)), 0, "variance")
    assert np.allclose(found.mean(0), 0, atol=1e-6) and np.allclose(found.std(0), 1, atol=1e-6)


def test_columns_have_names() -> None:
    assert len(Cepstra().names) == Cepstra().columns == 39
    assert column_names("logmel", 2, 1) == ("logmel0", "logmel1", "d_logmel0", "d_logmel1")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"coefficients": 27}, "coefficients=27: there are 26 filters"),
        ({"deltas": 3}, "deltas=3"),
        ({"window": 0.0001}, "window=0.0001"),
        ({"hop": 2.0}, "hop=2.0"),
        ({"emphasis": 1.0}, "emphasis=1.0"),
        ({"form": "plp"}, "form='plp'"),
        ({"normalise": "max"}, "normalise='max'"),
        ({"rate": 10}, "rate=10"),
    ],
)
def test_settings_that_are_none_are_refused(changed: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Cepstra(**changed)
