"""A point that goes round one way or the other, seen through a window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.video import forest
from tests.applications.case import Case, Spoilt, Tables, all_of, line, of_classes, with_value
from tests.experiments.video.drawn import walks

WAYS = {"left": "à gauche, oui", "right": 'nach "rechts"'}
_FRAMES = 8
COLUMNS = [f"{axis}_{frame}" for axis in ("quer", "höhe") for frame in range(_FRAMES)]


def draw(folder: Path, rng: np.random.Generator) -> Tables:
    rows = []
    for clip, way, window in walks(20, 6, seed=int(rng.integers(1000))):
        numbers = dict(zip(COLUMNS, window.T.ravel().round(5).tolist(), strict=True))
        rows.append({"wohin?": WAYS[way], **numbers, "prise": f"n° {clip}"})
    return {"turns": rows}


def cheaper(monkeypatch: Any) -> None:
    monkeypatch.setattr(forest, "_TREES", 10)


TRACK = [round(0.1 * place, 2) for place in range(len(COLUMNS))]
CASE = Case(
    "video",
    draw,
    {
        **{
            "data.label": "wohin?",
            "data.clip": "prise",
            "data.coordinates": "quer,höhe",
            "codes.codes": "20",
        },
        **{"embedding.vocabulary": "22", "embedding.dim": "4", "rivals.hashed.buckets": "22"},
        **{"rivals.hashed.dim": "4", "train.batch": "16", "encoder.widths": "3", "encoder.maps": "4"},
        "frames_beside": "false",
    },
    "data.label",
    (line(COLUMNS), line(TRACK), line([9e4 - place for place in TRACK])),
    of_classes(tuple(WAYS.values())),
    (line(["loin", *TRACK[1:]]), "column 'quer_0': 'loin' is no finite number"),
    Spoilt("{main}, line 4, column 'quer_3'.*'loin' is no", with_value("turns", 2, "quer_3", "loin")),
    ("majority", "flat-logistic", "flat-forest"),
    one_class=Spoilt("every row is of class 'gauche'", all_of("turns", "wohin?", "gauche")),
    cheaper=cheaper,
)
