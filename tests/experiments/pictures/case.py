"""Bars that lie, and bars that stand, in noise, as a table names them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.applications.case import Case, Spoilt, Tables, all_of, of_classes, with_value

WAYS = ("couché, là", 'steht "so"')


def draw(folder: Path, rng: np.random.Generator) -> Tables:
    (folder / "ü b").mkdir(parents=True, exist_ok=True)
    rows = []
    for number in range(60):
        picture = rng.integers(100, 255, (12, 12), np.uint8)
        place = int(rng.integers(2, 8))
        window = picture[place : place + 3] if number % 2 == 0 else picture[:, place : place + 3]
        window[:] = rng.integers(0, 40, window.shape)
        name = f"ü b/n° {number}.png"
        Image.fromarray(picture).save(folder / name)
        rows.append({"Bild": name, "quoi ?": WAYS[number % 2]})
    return {"bars": rows}


CASE = Case(
    "pictures",
    draw,
    {
        **{"data.type": "table", "data.picture": "Bild", "data.label": "quoi ?", "data.side": "12"},
        **{"data.grey": "true", "tokens.codes.codes": "10", "tokens.patches.size": "4", "tokens.grid": "2"},
        **{"embedding.vocabulary": "50", "embedding.dim": "4", "rivals.hashed.buckets": "50"},
        **{"rivals.hashed.dim": "4", "train.batch": "32"},
    },
    "data.label",
    ("{folder}/ü b/n° 0.png", "{folder}/ü b/n° 1.png"),
    of_classes(WAYS),
    ("{folder}/none.png", "none.png: there is no such"),
    Spoilt("{main}, line 4, column 'Bild'.*none.png", with_value("bars", 2, "Bild", "ü b/none.png")),
    ("majority", "pixel-logistic"),
    one_class=Spoilt("every row is of class 'couché'", all_of("bars", "quoi ?", "couché")),
)
