"""Configs survive JSON exactly, and JSON that is no config is refused with a sentence."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import embedlab
from experiments.config import Config, Quality, Text, Train
from experiments.data import Csv, Docstrings, FastText, Jsonl, Parquet, Tsv
from experiments.encoders import Bag
from experiments.errors import Mistake
from experiments.settings import codec
from experiments.settings.config_file import load

DENSE = embedlab.Dense(vocabulary=100, dim=8)
HASHED = embedlab.Hashed(vocabulary=None, dim=8, buckets=20, importance=5, signed=True)


def rates(least: float = 0.0, **options: Any) -> st.SearchStrategy[float]:
    return st.floats(least, 1e6, allow_subnormal=False, **options)


counts = st.integers(1, 10**6)
initialisers = st.one_of(
    st.builds(embedlab.Normal, rates()),
    st.builds(embedlab.ScaledNormal, rates()),
    st.builds(embedlab.Uniform, st.floats(-1e6, 0), rates()),
    st.builds(embedlab.Constant, st.floats(-1e6, 1e6)),
    st.builds(embedlab.FromArray, st.text(), st.text("0123456789abcdef")),
)
dtypes = st.sampled_from(["float16", "bfloat16", "float32", "float64"])
common = {"dim": counts, "initialiser": initialisers, "dtype": dtypes}
embeddings = st.one_of(
    st.builds(embedlab.Dense, vocabulary=counts, **common),
    st.builds(
        embedlab.Hashed,
        vocabulary=st.none() | counts,
        buckets=counts,
        hashes=st.integers(1, 5),
        signed=st.booleans(),
        importance=st.integers(0, 100),
        seed=st.integers(0, 2**32 - 1),
        importance_initialiser=initialisers,
        **common,
    ),
    st.builds(
        embedlab.Subword,
        vocabulary=counts,
        buckets=counts,
        minn=st.integers(1, 3),
        maxn=st.integers(3, 9),
        own_row=st.booleans(),
        **common,
    ),
)
paths = st.text(min_size=1)
sources = st.one_of(
    st.just(Docstrings()),
    st.builds(Csv, path=paths, columns=st.lists(st.text(), max_size=3).map(tuple)),
    st.builds(Tsv, path=paths, test_path=st.text()),
    st.builds(Jsonl, path=paths, classes=st.sampled_from([(), ("a", "b")])),
    st.builds(Parquet, path=paths),
    st.builds(FastText, path=paths),
)
shares = st.floats(0, 1, exclude_max=True)
limits = st.none() | rates(exclude_min=True)


def train(rate: float, share: float, **more: Any) -> Train:
    """Settings whose decay a step, rate × weight decay, is below 1."""
    return Train(rate=rate, weight_decay=min(0.9 * share / rate, 1e6), **more)


trains = st.builds(
    train,
    optimizer=st.sampled_from(["adam", "adagrad", "sgd", "momentum", "row_adagrad"]),
    rate=rates(exclude_min=True) | counts,
    exact=st.booleans(),
    share=shares,
    l2=rates(),
    clip=limits | counts,
    max_norm=limits,
    warmup=counts,
    freeze_until=counts,
    batch=counts,
    steps=counts,
    checkpoint_seconds=rates(),
    dropout=st.builds(embedlab.Dropout, shares, shares),
)
configs = st.builds(
    Config,
    embedding=embeddings,
    data=sources,
    text=st.builds(Text, lower=st.booleans(), min_count=counts, max_length=counts),
    encoder=st.builds(Bag, st.sampled_from(["mean", "sum", "sqrtn", "max"])),
    train=trains | st.builds(Train, update=st.just("dense"), exact=st.booleans(), clip=limits),
    quality=st.builds(Quality, st.integers(50, 5000), st.integers(1, 49)),
    rivals=st.dictionaries(
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,8}", fullmatch=True), embeddings, max_size=3
    ),
    baselines=st.booleans(),
    seeds=st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=4, unique=True).map(tuple),
    split_seed=st.integers(0, 2**32 - 1),
)


@settings(max_examples=60, deadline=None)
@given(configs)
def test_round_trip_is_exact(config: Config) -> None:
    text = json.dumps(codec.encode(config), allow_nan=False)
    again = codec.decode(json.loads(text))
    assert again == config
    assert list(again.rivals) == list(config.rivals)
    assert json.dumps(codec.encode(again)) == text


def test_round_trip_of_the_quickstart(root: Path) -> None:
    config = load(str(root / "configs" / "quickstart.py"))
    assert codec.decode(json.loads(json.dumps(codec.encode(config)))) == config


def test_encoded_form() -> None:
    raw = codec.encode(Config(DENSE, rivals={"small": HASHED}))
    assert raw["embedding"] == {
        "type": "dense",
        "vocabulary": 100,
        "dim": 8,
        "initialiser": {"type": "scaled_normal", "scale": 1.0},
        "dtype": "float32",
    }
    assert raw["rivals"]["small"]["type"] == "hashed"
    assert raw["rivals"]["small"]["vocabulary"] is None
    assert raw["data"]["type"] == "docstrings"
    assert raw["encoder"] == {"type": "bag", "mode": "mean", "hidden": None}
    assert raw["seeds"] == [0]


def test_numpy_counts_are_plain_in_json() -> None:
    text = Text()
    object.__setattr__(text, "max_length", np.int64(9))  # past the checks of types that tests make
    assert json.dumps(codec.encode(Config(DENSE, text=text))["text"]["max_length"]) == "9"


def test_fields_left_out_have_defaults() -> None:
    small = {"embedding": {"type": "dense", "vocabulary": 100, "dim": 8}, "train": {"steps": 3}}
    assert codec.decode(small) == Config(DENSE, train=Train(steps=3))


def test_a_whole_number_is_a_float() -> None:
    raw = {**codec.encode(Config(DENSE)), "train": {"rate": 1}}
    assert isinstance(codec.decode(raw).train.rate, float)
    assert json.dumps(codec.encode(Config(DENSE, train=Train(rate=1)))["train"]["rate"]) == "1.0"


def changed(key: str, value: Any) -> dict[str, Any]:
    raw = copy.deepcopy(codec.encode(Config(DENSE, rivals={"small": HASHED})))
    *above, last = key.split(".")
    inner = raw
    for name in above:
        inner = inner[name]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return raw


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("train.step", 3, "unknown key train.step; did you mean train.steps? train has optimizer, rate, "),
        ("tran", {}, "unknown key tran; did you mean train? the config has embedding, data, "),
        ("qqq", 1, "unknown key qqq; the config has embedding, data, "),
        ("embedding.buckets", 9, "unknown key embedding.buckets; embedding has vocabulary, dim, initialiser"),
        (
            "rivals.small.bucket",
            9,
            "unknown key rivals.small.bucket; did you mean rivals.small.buckets? rivals.small has vocabulary",
        ),
        (
            "embedding.initialiser.std",
            1,
            "unknown key embedding.initialiser.std; embedding.initialiser has scale",
        ),
        ("train.dropout.word", 0, "unknown key train.dropout.word; did you mean train.dropout.words?"),
        ("data.path", "x", "unknown key data.path; data has packages, max_share"),
        ("train.steps", "3", 'train.steps: got "3", expected a whole number'),
        ("train.steps", True, "train.steps: got true, expected a whole number"),
        ("train.steps", 3.0, "train.steps: got 3.0, expected a whole number"),
        ("train.steps", None, "train.steps: got none, expected a whole number"),
        ("train.steps", [3], "train.steps: got [3], expected a whole number"),
        ("train.rate", "0.1", 'train.rate: got "0.1", expected a number'),
        ("train.rate", False, "train.rate: got false, expected a number"),
        ("train.rate", 10**400, "expected a number"),
        ("train.optimizer", "lion", 'train.optimizer: got "lion", expected one of adam, adagrad, sgd, '),
        ("train.optimizer", None, "train.optimizer: got none, expected one of adam, adagrad"),
        ("text.lower", 1, "text.lower: got 1, expected true or false"),
        ("text.lower", "true", 'text.lower: got "true", expected true or false'),
        (
            "embedding.dtype",
            32,
            "embedding.dtype: got 32, expected one of float16, bfloat16, float32, float64",
        ),
        ("embedding.vocabulary", None, "embedding.vocabulary: got none, expected a whole number"),
        ("rivals.small.vocabulary", "x", 'vocabulary: got "x", expected a whole number or none'),
        (
            "rivals.small.vocabulary",
            True,
            "rivals.small.vocabulary: got true, expected a whole number or none",
        ),
        ("seeds", 0, "seeds: got 0, expected a list, each a whole number"),
        ("seeds", "01", 'seeds: got "01", expected a list, each a whole number'),
        ("seeds", [0, "1"], 'seeds: got [0, "1"], expected a list, each a whole number'),
        ("data.packages", "jax", 'data.packages: got "jax", expected a list, each text'),
        (
            "rivals",
            [],
            "rivals: got [], expected a dict, each a dict whose type is one of dense, hashed, subword",
        ),
        ("rivals", None, "rivals: got none, expected a dict"),
        ("train", 3, "train: got 3, expected a dict of optimizer, rate"),
        (
            "embedding",
            "hashed",
            'embedding: got "hashed", expected a dict whose type is one of dense, hashed',
        ),
        ("embedding", None, "embedding: got none, expected a dict whose type is one of dense"),
        (
            "embedding.type",
            "hashd",
            'embedding.type: got "hashd", expected one of dense, hashed, subword; did you',
        ),
        (
            "embedding.type",
            ["dense"],
            'embedding.type: got ["dense"], expected one of dense, hashed, subword',
        ),
        ("embedding.type", ..., "embedding.type is missing: choose one of dense, hashed, subword"),
        ("embedding.dim", ..., "embedding.dim is missing: dense needs it; give --embedding.dim VALUE"),
        ("embedding", ..., "embedding is missing: a config needs it"),
        ("data.type", "excel", 'data.type: got "excel", expected one of '),
        ("encoder.mode", "median", 'encoder.mode: got "median", expected one of mean, sum, sqrtn, max'),
        # What the specs and dataclasses themselves refuse, with the place put before the field.
        ("train.rate", -1, "train.rate=-1.0: give a finite number above 0"),
        ("train.rate", float("nan"), "train.rate=nan: give a finite number above 0"),
        ("train.dropout.words", float("nan"), "train.dropout.words=nan: give a probability"),
        ("embedding.dim", 0, "embedding.dim=0: give a whole number of at least 1"),
        ("rivals.small.buckets", 0, "rivals.small.buckets=0: give a whole number of at least 1"),
        (
            "embedding.initialiser.scale",
            float("inf"),
            "embedding.initialiser.scale=inf: give a finite number",
        ),
        ("seeds", [], "seeds=(): give a tuple of one seed or more"),
        ("data.packages", ["jax", "jxa"], "data.packages=('jax', 'jxa'): no package 'jxa'"),
    ],
)
def test_refused(key: str, value: Any, message: str) -> None:
    with pytest.raises(Mistake) as caught:
        codec.decode(changed(key, value))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not re.search("draccus|Decod|Traceback|<class", str(caught.value))


def test_no_object_at_all() -> None:
    with pytest.raises(Mistake, match=r"^the config: got \[\], expected a dict of embedding, data, "):
        codec.decode([])  # type: ignore[arg-type]


# --- names ----------------------------------------------------------------------------------------------


def test_kind_names() -> None:
    subword = embedlab.Subword(vocabulary=100, dim=8, buckets=20)
    assert [codec.kind_name(spec) for spec in (DENSE, HASHED, subword)] == ["dense", "hashed", "subword"]


@dataclasses.dataclass(frozen=True)
class Own(embedlab.Dense):
    """A kind that the experiments have no name for."""


@dataclasses.dataclass(frozen=True)
class Zeros:
    """An initialiser that they have no name for."""

    def __call__(self, key: Any, rows: int, width: int, dtype: str) -> Any:
        return np.zeros((rows, width), dtype)


@pytest.mark.parametrize(
    "config",
    [Config(Own(vocabulary=100, dim=8)), Config(DENSE, rivals={"own": Own(vocabulary=100, dim=8)})],
    ids=["embedding", "rival"],
)
def test_a_kind_without_a_name_is_refused(config: Config) -> None:
    with pytest.raises(Mistake, match=r"embedding=Own\(.*no name for this kind; add one to EMBEDDINGS"):
        codec.encode(config)


@dataclasses.dataclass(frozen=True)
class Held(embedlab.Normal):
    """An initialiser that holds what JSON has no form for."""

    table: Any = object()


def test_what_json_has_no_form_for_is_refused() -> None:
    config = Config(embedlab.Dense(vocabulary=100, dim=8, initialiser=Held()))
    with pytest.raises(
        Mistake, match="the config can't be written as JSON and read again: No parser for object"
    ):
        codec.encode(config)


def test_an_initialiser_without_a_name_is_refused() -> None:
    config = Config(embedlab.Dense(vocabulary=100, dim=8, initialiser=Zeros()))
    message = (
        r"can't be written as JSON and read again: embedding\.initialiser\.type is missing: choose one of"
    )
    with pytest.raises(Mistake, match=message):
        codec.encode(config)
