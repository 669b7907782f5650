"""Spoken digits of voices that were never heard: each of six speakers left out in turn.

    EMBEDLAB_DATA=DIR python -m experiments.sounds configs/sounds_speakers.py --workdir runs/sounds_speakers

Result: not measured yet.
Time: not measured yet.

Settings are those of known voices (`configs/sounds.py`): nothing was tuned for new ones.
"""

import dataclasses

from configs import sounds
from experiments.sounds.config import SoundStudy
from experiments.sounds.sets import spoken_digits


def config() -> SoundStudy:
    """Six folds, one seed."""
    return dataclasses.replace(sounds.config(), data=spoken_digits("speaker"), folds=6, seeds=(0,))
