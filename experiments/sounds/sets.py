"""Recordings that others measured: where they lie, and how their files are called.

They are looked for in the folder that the environment variable `EMBEDLAB_DATA` names, by default `data`.
"""

from __future__ import annotations

from pathlib import Path

from experiments.data.originals import SPOKEN_DIGITS, SPOKEN_WORDS
from experiments.sounds.arrays import Arrays
from experiments.sounds.clips import By
from experiments.sounds.folders import Folder


def spoken_digits(by: By = "recording") -> Folder:
    """3,000 spoken digits of 6 speakers at 8 kHz; the official test side are the recordings 0 to 4 of each.

    `fsdd/recordings.zip`: the folder `recordings` of github.com/Jakobovski/free-spoken-digit-dataset.

    Args:
        by: recording for the official split; speaker to leave speakers out, with `folds=6` one each.

    Example:
        >>> spoken_digits("speaker").by
        'speaker'
    """
    path = SPOKEN_DIGITS.path("recordings.zip")
    return Folder(path, by, names="{label}_{speaker}_{index}.wav", test_below=5)


def spoken_words() -> Arrays:
    """5,188 clips of the words bed, cat and happy as 20 cepstral coefficients × 11 frames; no speakers.

    `speech_words_mfcc/*.npy`, as in `SpeechRecognition/` of github.com/mc6666/MyNeuralNetwork.

    Example:
        >>> spoken_words().axes
        'columns-frames'

    Reference: Warden 2018, "Speech commands: a dataset for limited-vocabulary speech recognition".
    """
    return Arrays(str(Path(SPOKEN_WORDS.path("bed.npy")).parent))
