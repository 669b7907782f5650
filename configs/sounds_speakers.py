"""Spoken digits of voices that were never heard: each of six speakers left out in turn.

    EMBEDLAB_DATA=DIR python -m experiments.sounds configs/sounds_speakers.py --workdir runs/sounds_speakers

Result: 82.3 % (95 % interval by voices 72.9 to 91.1; 82.3 ± 9.0 over the six speakers), one seed; hashed 80.9
% (72.4 to 88.5); frames direct, through the same encoder, 85.2 % (76.9 to 93.8); nearest centroid of mean
frames 52.9 %, logistic regression on mean and deviation of frames 63.1 %. Six voices are few.
Time: 13 minutes on two cores with others at work on them.

Settings are those of known voices (`configs/sounds.py`): nothing was tuned for new ones.
"""

import dataclasses

from configs import sounds
from experiments.sounds.config import SoundStudy
from experiments.sounds.sets import spoken_digits


def config() -> SoundStudy:
    """Six folds, one seed."""
    return dataclasses.replace(sounds.config(), data=spoken_digits("speaker"), folds=6, seeds=(0,))
