"""What all runs share."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import embedlab
from experiments.config import Config, Text
from experiments.data import Csv
from experiments.errors import Mistake
from experiments.material import read


def config(path: Path, **text: int) -> Config:
    return Config(embedlab.Dense(8, 2), data=Csv(path=str(path)), text=Text(**text))  # type: ignore[arg-type]


def test_documents_are_tokens_cut_to_length(prose: Path) -> None:
    told: list[tuple[int, int]] = []
    material = read(config(prose, max_length=5), lambda done, parts: told.append((done, parts)))
    assert len(material.documents) == len(material.dataset.texts) == 450
    assert max(map(len, material.documents)) == 5
    sides = (material.splits.train, material.splits.valid, material.splits.test)
    assert sorted(np.concatenate(sides)) == list(range(450))
    assert material.side(np.array([3]))[0] == material.documents[3]


def test_counts_and_bands(prose: Path) -> None:
    material = read(config(prose))
    words = [word for document in material.side(material.splits.train) for word in document]
    assert material.train_counts["the"] == words.count("the")
    assert material.train_counts["zzyzzx"] == 0
    assert len(material.test_bands.band) == len(material.splits.test)
    unseen = [any(not material.train_counts[w] for w in x) for x in material.side(material.splits.test)]
    assert material.test_bands.has_oov.tolist() == unseen


def test_documents_that_are_alike_as_read_stay_on_one_side(tmp_path: Path) -> None:
    rows = [f"same words at first then {number},{'xy'[number % 2]}\n" for number in range(40)]
    rows += [f"w{number} v{number},{'xy'[number % 2]}\n" for number in range(200)]
    (tmp_path / "data.csv").write_text("text,label\n" + "".join(rows))
    material = read(config(tmp_path / "data.csv", max_length=5))
    sides = [
        set(side.tolist()) for side in (material.splits.train, material.splits.valid, material.splits.test)
    ]
    assert sum(bool(side & set(range(40))) for side in sides) == 1


def test_a_source_is_asked_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="cannot be read"):
        read(config(tmp_path / "none.csv"))
