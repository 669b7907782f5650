"""What is read off the dataclasses."""

from __future__ import annotations

import dataclasses

import pytest

import embedlab
from experiments.config import Config, Text
from experiments.data import Source
from experiments.encoders import Encoder
from experiments.settings import codec
from experiments.settings.schema import (
    EMBEDDINGS,
    INITIALISERS,
    choices,
    did_you_mean,
    fields_of,
    nodes,
    required,
    wanted,
)

CONFIG = Config(embedlab.Dense(vocabulary=100, dim=8), rivals={"small": embedlab.Hashed(100, 8, buckets=5)})


@pytest.mark.parametrize("kinds", [EMBEDDINGS, INITIALISERS])
def test_every_kind_of_the_library_has_a_name(kinds: dict[str, type]) -> None:
    ready = [getattr(embedlab, name) for name in embedlab.__all__]
    member = "combine" if kinds is EMBEDDINGS else "__call__"
    found = {
        x for x in ready if dataclasses.is_dataclass(x) and member in vars(x) and x is not embedlab.Dropout
    }
    assert found == set(kinds.values())


def test_what_a_type_is_chosen_from() -> None:
    assert set(choices(Source)) >= {"csv", "docstrings"} and set(choices(Encoder)) >= {"bag", "cnn"}
    assert choices(int) == choices(Text) == choices(dict[str, int]) == {}


def test_nodes_go_through_all_that_can_be_given() -> None:
    found = dict(nodes(Config, codec.encode(CONFIG)))
    assert found["train.steps"].value == 600 and found["train.steps"].is_leaf
    assert found["embedding"].kind is embedlab.Dense and not found["embedding"].is_leaf
    assert found["rivals.small.buckets"].value == 5
    keys = list(found)
    assert keys.index("embedding") < keys.index("embedding.type") < keys.index("embedding.initialiser.scale")


def test_what_is_missing_has_a_node_without_a_value() -> None:
    raw = codec.encode(CONFIG)
    del raw["embedding"]["dim"]
    assert dict(nodes(Config, raw))["embedding.dim"].value is dataclasses.MISSING


def test_fields() -> None:
    assert required(Config) == ["embedding"]
    assert wanted(fields_of(embedlab.Subword)["dtype"]).startswith("one of float16, ")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("steps", "; did you mean train.steps?"), ("train.stps", "; did you mean train.steps?"), ("zzz", "")],
)
def test_the_nearest_name(name: str, expected: str) -> None:
    assert did_you_mean(name, ["train.steps", "train.rate"]) == expected
