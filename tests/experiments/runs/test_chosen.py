"""Of a finished comparison at matched bytes the runs at the chosen rates count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments.runs.chosen import chosen
from experiments.runs.found import found
from experiments.runs.run import RunDirectory

CONFIG = {"embedding": {"type": "dense"}, "data": {}, "seeds": [3], "rivals": {}}
PLACES = (
    "mr/fold-0/hashed/1-16/rate-0.003/seed-3",
    "mr/fold-0/hashed/1-16/rate-0.1/seed-3",
    "mr/fold-1/hashed/1-16/rate-0.1/seed-3",
)


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """Trainings of two folds, of which each has a rate of its own."""
    for place in PLACES:
        (folder := tmp_path / place).mkdir(parents=True)
        RunDirectory(folder).write("config.json", CONFIG)
    (tmp_path / "mr" / "data.json").write_text('{"name": "texts"}')
    return tmp_path


def test_folds_with_rates_of_their_own_are_one_embedding(workdir: Path) -> None:
    taken = [PLACES[0], PLACES[2]]
    record = {"data": {"mr": {}}, "cells": [{"data": "mr", "runs": taken}]}
    (workdir / "compare.json").write_text(json.dumps(record))
    runs = chosen(found([workdir]))
    assert [run.path for run in runs] == [workdir / place for place in taken]
    assert [(run.name, run.fold) for run in runs] == [("hashed 1/16", 0), ("hashed 1/16", 1)]
    (asked,) = chosen(found([workdir / PLACES[1]]))
    assert asked.name == "hashed 1/16, rate 0.1"


@pytest.mark.parametrize("record", [None, "{", "{}", '{"data": ["mr"], "cells": [{"data": "mr"}]}'])
def test_without_a_record_all_stay(workdir: Path, record: str | None) -> None:
    if record is not None:
        (workdir / "compare.json").write_text(record)
    assert [run.path for run in chosen(found([workdir]))] == [workdir / place for place in PLACES]
