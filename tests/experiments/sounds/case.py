"""Tones that rise or fall, in files whose names have spaces and umlauts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.applications.case import Case, Spoilt, Tables, all_of, of_classes, with_value
from tests.experiments.sounds.drawn import sweep

WAYS = ('en "haut"', "ab, tief")


def draw(folder: Path, rng: np.random.Generator) -> Tables:
    (folder / "ü b").mkdir(parents=True, exist_ok=True)
    first, rows = 2 * int(rng.integers(100, 1000)), []
    for number in range(40):
        name = f"ü b/n° {number}.wav"
        (folder / name).write_bytes(sweep(first + number))
        rows.append({"Datei": name, "wohin?": WAYS[number % 2]})
    return {"tones": rows}


CASE = Case(
    "sounds",
    draw,
    {
        **{"data.file": "Datei", "data.label": "wohin?", "codes.codes": "20", "frames_beside": "false"},
        **{"embedding.vocabulary": "22", "embedding.dim": "4", "rivals.hashed.buckets": "22"},
        **{"rivals.hashed.dim": "4", "train.batch": "16", "encoder.widths": "3", "encoder.maps": "4"},
    },
    "data.label",
    ("{folder}/ü b/n° 0.wav", "{folder}/ü b/n° 1.wav"),
    of_classes(WAYS),
    ("{folder}/none.wav", "none.wav: cannot be read"),
    Spoilt("{main}, line 4, column 'Datei' .*none.wav", with_value("tones", 2, "Datei", "ü b/none.wav")),
    ("majority", "nearest-centroid", "mean-logistic"),
    one_class=Spoilt("every row is of class 'ab'", all_of("tones", "wohin?", "ab")),
)
