"""Log-ins: who uses which machine, at which size; an odd one is at a machine of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.detect import baselines
from tests.applications.case import Case, Spoilt, Tables, all_of, line, strangers, with_value

ASKED = ("größe", "wer", "machine")


def draw(folder: Path, rng: np.random.Generator) -> Tables:
    rows = []
    for _ in range(300):
        user, odd = int(rng.integers(6)), rng.random() < 0.15
        host = (user + int(rng.integers(1, 6))) % 6 if odd else user
        size = round(float(rng.lognormal(5)), 3)
        called = {"wer": f'"{user}" Ü', "machine": f"salle {host}, 2"}
        rows.append({**called, "größe": size, "avis": "bizarre" if odd else "kein Problem"})
    return {"log": rows}


def check(answers: list[list[str]]) -> None:
    assert all(kind in ("normal", "anomaly") and column in ASKED for kind, _, column, *_ in answers)
    usual, stranger = (float(answer[1]) for answer in answers)
    assert stranger > usual  # a machine that nobody has used


def cheaper(monkeypatch: Any) -> None:
    monkeypatch.setattr(baselines, "_TREES", 10)


CASE = Case(
    "detect",
    draw,
    {
        **{"data.target": "avis", "data.normal": "kein Problem", "data.numeric": "größe", "form.hidden": "8"},
        **{"embedding.vocabulary": "64", "embedding.dim": "4", "rivals.hashed.buckets": "64"},
        **{"rivals.hashed.dim": "4", "train.batch": "64", "words.bins": "8", "train.rate": "0.02"},
    },
    "data.target",
    (line(ASKED), line((150.5, '"1" Ü', "salle 1, 2")), line((150.5, '"1" Ü', "nulle part"))),
    check,
    (line(("viel", '"1" Ü', "salle 1, 2")), "column 'größe': 'viel' is no finite number"),
    Spoilt("{main}, line 4, column 'größe'.*'viel' is no finite", with_value("log", 2, "größe", "viel")),
    ("rarity", "isolation-forest"),
    noted="1 of 2 lines names what the model has not learnt: machine=nulle part.\n",
    one_class=Spoilt("every row is of class 'kein Problem'", all_of("log", "avis", "kein Problem")),
    strange=Spoilt(
        "log: 60 test rows",
        strangers("log", lambda row: {"wer": f"new {row['wer']}", "machine": f"new {row['machine']}"}),
        {"data.test_path": "{folder}/strangers.csv"},
    ),
    cheaper=cheaper,
)
