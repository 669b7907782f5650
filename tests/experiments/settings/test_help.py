"""Help texts: how values are written, how lines are laid out. What they show is tested with the overrides."""

from __future__ import annotations

import dataclasses
import re

import pytest

import embedlab
from experiments.config import Config, Train
from experiments.settings.help import as_argument, describe, documented

CONFIG = Config(embedlab.Dense(vocabulary=100, dim=8))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1, "0.1"),
        (None, "none"),
        (False, "false"),
        ("a b", "'a b'"),
        ([], "'[]'"),
        (["a", "b"], "a,b"),
        (["a,b"], """'["a,b"]'"""),
        (["", "x"], """'["", "x"]'"""),
    ],
)
def test_values_as_they_are_typed(value: object, expected: str) -> None:
    assert as_argument(value) == expected


def test_the_first_sentence_of_a_field() -> None:
    found = documented(Train)
    assert found["batch"] == "documents a step"
    assert list(found) == [field.name for field in dataclasses.fields(Train)]


def test_dtypes_are_listed() -> None:
    lines = describe(CONFIG).splitlines()
    place = next(number for number, line in enumerate(lines) if "--embedding.dtype float32" in line)
    assert "one of float16, bfloat16, float32, float64" in " ".join(lines[place : place + 2])


def test_explanations_begin_in_one_column() -> None:
    found = [re.match(r"  --[\w.]+ \S+ {2,}(?=\S)", line) for line in describe(CONFIG).splitlines()]
    assert {match.end() for match in found if match} == {40}


def test_a_value_that_is_no_default_has_it_beside() -> None:
    dropout = embedlab.Dropout(words=0.5)
    config = Config(embedlab.Dense(100, 8, embedlab.Uniform()), train=Train(steps=9, dropout=dropout))
    told = " ".join(describe(config).split())
    assert "may end the training before (default 600) --train" in told
    assert "(default scaled_normal)" in told and "(default 0.0) --train.dropout.components" in told
    assert told.count("(default ") == 3
    assert "(default " not in describe(CONFIG)
