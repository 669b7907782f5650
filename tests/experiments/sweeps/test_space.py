"""What a field may be in a search."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import embedlab
from experiments.encoders import Cnn
from experiments.settings import codec
from experiments.sweeps import Choice, Float, Grid, Int, LogFloat, LogInt
from experiments.sweeps.ledger import Ledger
from experiments.sweeps.space import chosen, described, encoded, label
from experiments.sweeps.store import Store
from tests.experiments.sweeps.conftest import small


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Float(1.0, 0.0), "high=0.0: give at least low=1.0"),
        (lambda: Float(0.0, float("inf")), "high=inf"),
        (lambda: Float(0.0, 1.0, step=0), "step=0"),
        (lambda: LogFloat(0.0, 1.0), "low=0.0: give a finite number above 0"),
        (lambda: Int(1, 2.5), "high=2.5: give a whole number"),  # type: ignore[arg-type]
        (lambda: Int(True, 3), "low=True"),
        (lambda: LogInt(0, 3), "low=0: give a whole number above 0"),
        (lambda: Choice(), "values=()"),
        (lambda: Choice(1, 2, 1.0), "give each once"),
        (lambda: Choice((1, 2), [1, 2]), "give each once"),
    ],
)
def test_what_is_no_dimension(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


def test_values_that_can_be_counted() -> None:
    assert Float(0.0, 0.3, step=0.1).values == pytest.approx((0.0, 0.1, 0.2, 0.3))
    assert Int(8, 33, step=8).values == (8, 16, 24, 32) and Int(8, 33, step=8).ends == (8, 32)
    assert Float(0.0, 0.3, step=0.1).values == (0.0, 0.1, 0.2, 0.3) == Float(0.0, 0.35, step=0.1).values
    assert Int(0, 10**9).values is LogInt(1, 10**9).values is Float(0, 1, step=1e-9).values is None
    assert LogInt(3, 5).values == (3, 4, 5)
    assert Float(0.0, 1.0).values is LogFloat(0.1, 1.0).values is None


def test_steps_are_drawn_without_what_rounding_adds(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    own = small(space={"train.rate": Float(0.1, 0.95, step=0.1)}, sampler=Grid(), trials=None)
    ledger, rates = Ledger(Store(tmp_path / "study.db"), own, "here"), []
    while claim := ledger.claim():
        rates.append(own.config(claim.params).train.rate)
    assert rates == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert not [each for each in recwarn if "range" in str(each.message)]


@pytest.mark.parametrize("value", [0.5, "adam", None, True, (3, 4), embedlab.Hashed(9, 2, buckets=3), Cnn()])
def test_a_choice_is_found_again_by_its_label(value: Any) -> None:
    dimension = Choice("another", value)
    found = json.loads(json.dumps(label(value)))  # as a database would give it back
    assert chosen(dimension, found) == value
    assert json.loads(json.dumps(described(dimension)))["values"][1] == json.loads(json.dumps(encoded(value)))


def test_a_spec_is_encoded_as_a_config_has_it() -> None:
    config = small().base
    for name, value in (
        ("embedding", config.embedding),
        ("encoder", config.encoder),
        ("train", config.train),
    ):
        assert encoded(value) == codec.encode(config)[name]
