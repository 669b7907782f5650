"""Sequences of two families, each with a run of letters of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.genes import baselines
from tests.applications.case import Case, Spoilt, Tables, all_of, of_classes, strangers, with_value
from tests.experiments.genes.drawn import sequences

FAMILIES = {"left": 'Über "A"', "right": "bêta, 2"}


def draw(folder: Path, rng: np.random.Generator) -> Tables:
    made = sequences(90, seed=int(rng.integers(1000)))
    return {"genes": [{"Folge": letters, "quelle famille": FAMILIES[kind]} for kind, letters in made]}


def cheaper(monkeypatch: Any) -> None:
    monkeypatch.setattr(baselines, "LENGTHS", (3,))


CASE = Case(
    "genes",
    draw,
    {
        **{"data.sequence": "Folge", "data.label": "quelle famille", "kmers.k": "4"},
        **{"embedding.vocabulary": "300", "embedding.dim": "4", "rivals.hashed.buckets": "300"},
        **{"rivals.hashed.dim": "4", "train.batch": "32"},
    },
    "data.label",
    ("GGTACCGGACGTACGT", "ttaattaa", "NNNNNNNNNNNN"),
    of_classes(tuple(FAMILIES.values())),
    ("ACGT?", r"letter 5 of the sequence is '\?'"),
    Spoilt("{main}, line 4, column 'Folge' .*letter 3", with_value("genes", 2, "Folge", "AC!T")),
    ("majority", "kmer-logistic"),
    one_class=Spoilt("every row is of class 'α'", all_of("genes", "quelle famille", "α")),
    strange=Spoilt(
        "18 to test on. 18 of 90 sequences hold letters that stand for several",
        strangers("genes", lambda row: {"Folge": row["Folge"].translate(str.maketrans("ACGT", "RYSW"))}),
        {"data.test_path": "{folder}/strangers.csv"},
    ),
    noted="1 of 3 lines names what the model has not learnt: NNNNNNNNNNNN.\n",
    cheaper=cheaper,
)
