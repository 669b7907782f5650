"""What every encoder promises, of every kind of embedding. A new encoder is a line in ENCODERS."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from experiments.config import Config, Text, Train
from experiments.encoders import (
    Bag,
    Cnn,
    Dan,
    Documents,
    Encoder,
    Learned,
    NoPositions,
    Rnn,
    Sinusoidal,
    Transformer,
)
from experiments.head import Head
from experiments.settings import codec
from experiments.training import functional, steps
from experiments.training.model import Model

#: Name → an encoder, and the features that it makes of vectors of 4.
ENCODERS: dict[str, tuple[Encoder, int]] = {
    "bag": (Bag(), 4),
    "bag-max": (Bag("max"), 4),
    "bag-attention": (Bag("attention", hidden=3), 4),
    "cnn": (Cnn(widths=(2, 4), maps=3), 6),
    "cnn-words": (Cnn(widths=(1,), maps=3, activation="tanh"), 3),
    "dan": (Dan(layers=(5, 3), dropout=0.2), 3),
    "rnn-lstm": (Rnn("lstm", hidden=3, layers=2, dropout=0.2), 6),
    "rnn-gru": (Rnn("gru", hidden=3, bidirectional=False, pool="last"), 3),
    "rnn-lstm-last": (Rnn("lstm", hidden=3, pool="last"), 6),
    "transformer": (Transformer(layers=1, heads=2), 4),
    "transformer-learned": (
        Transformer(6, layers=1, heads=2, positions=Learned(embedlab.Dense(20, 3)), pool="first"),
        6,
    ),
    "transformer-sinusoidal": (Transformer(layers=1, heads=2, positions=Sinusoidal(), pool="max"), 4),
    "transformer-bag": (Transformer(6, layers=1, heads=3, feedforward=5, positions=NoPositions()), 6),
}
WORDS = ["", "", *(f"{first}{second}" for first in "bdfgk" for second in "aio")]
KINDS: dict[str, embedlab.Embedding] = {
    "dense": embedlab.Dense(len(WORDS), 4),
    "bfloat16": embedlab.Dense(len(WORDS), 4, dtype="bfloat16"),
    "hashed": embedlab.Hashed(len(WORDS), 4, buckets=11, hashes=2, importance=len(WORDS)),
    "subword": embedlab.Subword(len(WORDS), 4, buckets=30),
}
ROWS, LENGTH = 4, 6
KEY = jax.random.key(5)
#: What waits for no slow run: an encoder of each file, with the kind that has the most parts, and all kinds.
QUICK = {(name, "hashed") for name in ("bag-attention", "cnn", "dan", "rnn-gru")}
QUICK |= {("cnn", "subword"), ("bag-attention", "bfloat16")}

#: Encoders that vary another only in what they make of vectors: how tables are trained, one kind shows.
VARIANTS = {
    "bag-max",
    "cnn-words",
    "rnn-lstm-last",
    "transformer",
    "transformer-sinusoidal",
    "transformer-bag",
}


def pairs(kinds: Any, quick: Any = QUICK, of_variants: Any = KINDS) -> list[Any]:
    """Every encoder with some kinds; those that vary another with fewer, maybe."""
    return [
        pytest.param(name, kind, marks=() if (name, kind) in quick else pytest.mark.slow)
        for name in ENCODERS
        for kind in kinds
        if kind in of_variants or name not in VARIANTS
    ]


every_pair = pytest.mark.parametrize(("name", "kind"), pairs(KINDS))
every_encoder = pytest.mark.parametrize(("name", "kind"), pairs(["hashed"]))


@functools.cache
def made(name: str, kind: str) -> tuple[Model, Any, Any]:
    """A model, its parameters and its buffers."""
    spec = KINDS[kind]
    buffers = spec.word_buffers(WORDS) if isinstance(spec, embedlab.Subword) else {}
    model = Model(spec, ENCODERS[name][0], 3)
    return model, model.init(jax.random.key(0), buffers), buffers


def documents(rows: int = ROWS, length: int = LENGTH, seed: int = 0) -> tuple[Any, Any]:
    """Ids, real ones at padding too, and lengths, of which the first fills the row and the last is 0."""
    rng = np.random.default_rng(seed)
    ids = rng.integers(2, len(WORDS), (rows, length)).astype(np.int32)
    lengths = np.array([length, 1, *rng.integers(1, length, rows - 3), 0], np.int32)
    return ids, lengths


def features(model: Model, parameters: Any, buffers: Any, ids: Any, lengths: Any, key: Any = None) -> Any:
    """What the encoder alone makes of documents."""
    variables = model.variables(parameters, buffers)
    read = Documents(model.spec, variables, ids, lengths, embedlab.Dropout(words=0.3), key)
    return functional.module(model._build, parameters["encoder"])(read)


compiled = jax.jit(features, static_argnames="model")


@functools.partial(jax.jit, static_argnames="model")
def told(model: Model, parameters: Any, buffers: Any, ids: Any, lengths: Any) -> Any:
    """The features, and the gradient of some number that hangs on each of them."""

    def scalar(parameters: Any) -> Any:
        made = features(model, parameters, buffers, ids, lengths)
        weights = jnp.arange(1, 1 + made.size, dtype=jnp.float32).reshape(made.shape)
        return (weights * made.astype(jnp.float32)).sum(), made

    return jax.grad(scalar, has_aux=True)(parameters)[::-1]


def near(found: Any, expected: Any, narrow: bool = False) -> None:
    limits = {"rtol": 2e-2, "atol": 2e-2} if narrow else {"rtol": 2e-5, "atol": 1e-5}
    np.testing.assert_allclose(np.asarray(found, np.float64), np.asarray(expected, np.float64), **limits)


@every_pair
def test_features_are_as_wide_as_it_says_and_finite(name: str, kind: str) -> None:
    model, parameters, buffers = made(name, kind)
    width = ENCODERS[name][1]
    assert functional.module(model._build, parameters["encoder"]).width == width
    found, gradient = told(model, parameters, buffers, *documents())
    assert found.shape == (ROWS, width) and jnp.issubdtype(found.dtype, jnp.floating)
    assert np.isfinite(np.asarray(found, np.float64)).all()
    for leaf in jax.tree.leaves(gradient):
        assert np.isfinite(np.asarray(leaf, np.float64)).all()
    for table in gradient["tables"].values():
        assert np.asarray(table).any()
    narrow = kind == "bfloat16" and parameters["encoder"] == {}  # layers of float32 make features of float32
    assert found.dtype == (jnp.bfloat16 if narrow else jnp.float32)


@every_pair
def test_padding_is_no_matter(name: str, kind: str) -> None:
    model, parameters, buffers = made(name, kind)
    ids, lengths = documents()
    longer = np.concatenate([ids, documents(length=5, seed=9)[0]], 1)
    found, _ = told(model, parameters, buffers, ids, lengths)
    near(compiled(model, parameters, buffers, longer, lengths), found, kind == "bfloat16")


@every_pair
def test_a_document_stands_for_itself(name: str, kind: str) -> None:
    model, parameters, buffers = made(name, kind)
    (ids, lengths), (others, _) = documents(), documents(seed=1)
    found, _ = told(model, parameters, buffers, ids, lengths)
    for row in range(ROWS):
        among = others.copy()
        among[row] = ids[row]
        lengths_there = np.where(np.arange(ROWS) == row, lengths, lengths[::-1])
        np.testing.assert_array_equal(
            told(model, parameters, buffers, among, lengths_there)[0][row], found[row]
        )


@every_pair
def test_nothing_but_padding(name: str, kind: str) -> None:
    model, parameters, buffers = made(name, kind)
    found, gradient = told(model, parameters, buffers, documents()[0], np.zeros(ROWS, np.int32))
    assert np.isfinite(found).all() and (found == found[0]).all()
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradient))
    for table in gradient["tables"].values():
        assert not table.any()
    usual, _ = told(model, parameters, buffers, *documents())
    np.testing.assert_array_equal(found[0], usual[-1])  # an empty document, be it alone or not


@pytest.mark.parametrize(("name", "kind"), pairs(["hashed"], quick={("dan", "hashed")}))
def test_jit_and_eager_are_one(name: str, kind: str) -> None:
    model, parameters, buffers = made(name, kind)
    ids, lengths = documents()
    near(
        features(model, parameters, buffers, ids, lengths), told(model, parameters, buffers, ids, lengths)[0]
    )


@every_encoder
def test_dropout_takes_a_key_and_follows_from_it(name: str, kind: str) -> None:
    model, parameters, buffers = made(name, kind)
    first, again, other = (
        compiled(model, parameters, buffers, *documents(), jax.random.key(seed)) for seed in (3, 3, 4)
    )
    np.testing.assert_array_equal(first, again)
    plain, _ = told(model, parameters, buffers, *documents())
    assert (other != first).any() and (plain != first).any()


@pytest.mark.parametrize(
    "encoder",
    [
        Dan((3, 3), dropout=0.5),
        pytest.param(Rnn("gru", 3, layers=2, dropout=0.5), marks=pytest.mark.slow),
        pytest.param(Transformer(layers=1, heads=2, dropout=0.5), marks=pytest.mark.slow),
    ],
    ids=lambda encoder: type(encoder).__name__,
)
def test_an_encoders_own_dropout_needs_no_other(encoder: Encoder) -> None:
    model = Model(KINDS["dense"], encoder, 3)
    parameters = model.init(KEY, {})
    found = [jax.jit(model.outputs)(parameters, {}, *documents(), None, key) for key in (None, KEY)]
    assert (found[0] != found[1]).any()


def batches(count: int) -> Any:
    return np.random.default_rng(2).integers(0, 20, (count, 8)).astype(np.int32)


@functools.cache
def trained(name: str, kind: str, update: Any) -> tuple[Any, Any, Any]:
    """Parameters before and after two steps of SGD, and the reads of tables in them by name."""
    model, parameters, buffers = made(name, kind)
    ids, lengths = documents(20)
    arrays = jax.device_put((ids, lengths, np.arange(20, dtype=np.int32) % 3))
    settings = Train(optimizer="sgd", rate=0.1, update=update)
    live = steps.begin(model, settings, jax.tree.map(jnp.copy, parameters), buffers)
    live, losses = steps.take(model, settings, live, buffers, arrays, batches(2), 2, KEY)
    assert np.isfinite(losses).all()
    seen = batches(2).reshape(-1)
    real = (np.arange(LENGTH) < lengths[:, None])[seen]
    looked = embedlab.lookups(model.spec, model.variables(parameters, buffers), ids[seen], mask=real)
    rows = {look.table: np.unique(look.rows) for look in looked}
    return parameters, live.params, rows


TRAINED = {
    ("cnn", "subword"),
    *((name, "hashed") for name in ("bag-attention", "rnn-gru", "transformer-learned")),
}


@pytest.mark.parametrize(("name", "kind"), pairs(KINDS, TRAINED, of_variants={"hashed"}))
def test_tables_are_trained_by_rows(name: str, kind: str) -> None:
    before, after, read = trained(name, kind, "sparse")
    for table, old in before["tables"].items():
        new = after["tables"][table]
        moved = np.flatnonzero(np.asarray(new != old).any(1))
        assert len(moved) and np.isin(moved, read[table]).all()
    if before["encoder"]:
        moving = [(before["encoder"][part] != new).any() for part, new in after["encoder"].items()]
        assert all(moving)


@pytest.mark.parametrize(("name", "kind"), pairs(["hashed"], quick={("bag-attention", "hashed")}))
def test_rows_are_trained_as_the_whole_table(name: str, kind: str) -> None:
    rows, whole = (trained(name, kind, update)[1] for update in ("sparse", "dense"))
    jax.tree.map(near, rows, whole)


@every_pair
def test_nothing_is_compiled_anew(name: str, kind: str) -> None:
    model, parameters, buffers = made(name, kind)
    told(model, parameters, buffers, *documents())
    before = told._cache_size()
    equal = dataclasses.replace(model, encoder=dataclasses.replace(model.encoder))
    told(equal, parameters, buffers, *documents(seed=7))
    assert told._cache_size() == before


@pytest.mark.parametrize("name", ENCODERS)
def test_n_grams_are_for_encoders_that_read_no_order(name: str) -> None:
    encoder, _ = ENCODERS[name]
    runs = Text(max_length=8, ngrams=2)
    if not encoder.reads_order:
        assert Config(KINDS["dense"], encoder=encoder, text=runs).text == runs
        return
    with pytest.raises(ValueError, match=r"^text\.ngrams=2: \w+ reads the order of words.*text\.ngrams=1"):
        Config(KINDS["dense"], encoder=encoder, text=runs)


@pytest.mark.parametrize("name", ["bag", "bag-max", "bag-attention", "dan", "cnn", "rnn-gru", "transformer"])
def test_an_encoder_says_whether_it_reads_the_order(name: str) -> None:
    model, parameters, buffers = made(name, "dense")
    ids, lengths = np.arange(2, 2 + LENGTH, dtype=np.int32)[None], np.array([LENGTH], np.int32)
    forwards, backwards = (
        np.asarray(compiled(model, parameters, buffers, way, lengths)) for way in (ids, ids[:, ::-1])
    )
    alike = np.allclose(forwards, backwards, rtol=1e-5, atol=1e-6)
    assert alike is not ENCODERS[name][0].reads_order


@pytest.mark.parametrize("name", ENCODERS)
def test_settings_are_equal_by_value_and_survive_json(name: str) -> None:
    encoder, _ = ENCODERS[name]
    again = dataclasses.replace(encoder)
    assert again == encoder and hash(again) == hash(encoder) and repr(again) == repr(encoder)
    config = Config(KINDS["dense"], encoder=encoder, text=Text(max_length=16), head=Head(0.5, 3.0))
    assert codec.decode(codec.encode(config)) == config


def test_every_encoder_is_here() -> None:
    known = {
        kind for kind in Encoder.get_known_choices().values() if kind.__module__.startswith("experiments.")
    }
    assert {type(encoder) for encoder, _ in ENCODERS.values()} == known
