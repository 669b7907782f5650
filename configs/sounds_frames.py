"""The same spoken digits without a codebook: frames direct, projected and read by the same encoder.

    EMBEDLAB_DATA=DIR python -m experiments.sounds configs/sounds_frames.py --workdir runs/sounds_frames

Result: not measured yet.
Time: not measured yet.
"""

import dataclasses

from configs import sounds
from embedlab import Dense, Hashed
from experiments.sounds.config import SoundStudy


def config() -> SoundStudy:
    """39 columns have a vector each; hashed, they share rows."""
    return dataclasses.replace(
        sounds.config(),
        reads="frames",
        embedding=Dense(41, 32),
        rivals={"hashed": Hashed(None, 32, buckets=41)},
    )
