"""Sounds drawn anew: tones that rise or fall, which the mean of their frames can't tell apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.sounds.wav import encoded

HEADER = "clip,direction,voice"


def sweep(number: int, rate: int = 8000) -> bytes:
    """A WAV file: of even number it rises, of odd number it falls."""
    rng = np.random.default_rng(number)
    count = int(rng.integers(1600, 2400))
    pitch = np.linspace(400, 1600, count) * rng.uniform(0.8, 1.2)
    pitch = pitch[:: -1 if number % 2 else 1]
    sound = 0.3 * np.sin(2 * np.pi * np.cumsum(pitch) / rate) + rng.normal(0, 0.003, count)
    return encoded(sound, rate)


def written(folder: Path, count: int = 120) -> Path:
    """A table of so many sweeps of three voices; the files lie beside it."""
    (folder / "clips").mkdir(parents=True)
    lines = [HEADER]
    for number in range(count):
        (folder / "clips" / f"{number}.wav").write_bytes(sweep(number))
        lines.append(f"clips/{number}.wav,{('up', 'down')[number % 2]},voice{number % 3}")
    path = folder / "sweeps.csv"
    path.write_text("\n".join(lines) + "\n")
    return path
