"""Bed, cat or happy? 5,188 clips of three spoken words, given as cepstral coefficients; 5-fold.

    EMBEDLAB_DATA=DIR python -m experiments.sounds configs/sounds_words.py --workdir runs/sounds_words

Result: not measured yet.
Time: not measured yet.

Of whom a clip is, is not known: the same speakers may be on all sides.
"""

import dataclasses

from configs import sounds
from experiments.sounds.config import SoundStudy
from experiments.sounds.sets import spoken_words


def config() -> SoundStudy:
    """11 frames a clip; five folds, one seed."""
    return dataclasses.replace(sounds.config(), data=spoken_words(), folds=5, seeds=(0,))
