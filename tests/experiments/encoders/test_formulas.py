"""Each encoder against its own formula, written out in NumPy as slowly and plainly as can be."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

import embedlab
from embedlab.base import Variables
from experiments.encoders import Bag, Cnn, Dan, Documents, Encoder, Rnn, Transformer
from experiments.encoders import positions as positions_module
from experiments.encoders.positions import Learned, NoPositions, Positions, Rotary, Sinusoidal
from experiments.training import functional

SPEC = embedlab.Dense(12, 4)
RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(12, 4)).astype(np.float32)
IDS = np.array([[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 0, 0], [11, 0, 0, 0, 0, 0]], np.int32)
LENGTHS = np.array([6, 4, 1], np.int32)
VARIABLES = Variables({"table": jnp.asarray(TABLE)}, {}, {})


def run(encoder: Encoder, seed: int = 1) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Features of the documents, and the arrays of the module, none of them zeros."""

    def build(rngs: nnx.Rngs) -> Any:
        return encoder.build(4, rngs)

    arrays = functional.init(build, jax.random.key(seed))
    rng = np.random.default_rng(seed)
    arrays = {
        name: array + 0.1 * rng.normal(size=array.shape).astype(np.float32) for name, array in arrays.items()
    }
    read = jax.jit(lambda arrays: functional.module(build, arrays)(Documents(SPEC, VARIABLES, IDS, LENGTHS)))
    return np.asarray(read(arrays)), {name: np.asarray(array, np.float64) for name, array in arrays.items()}


def check(encoder: Encoder, formula: Callable[[np.ndarray, dict[str, np.ndarray]], np.ndarray]) -> None:
    """Features are what the formula makes of each document's vectors [length, dim] by itself."""
    found, arrays = run(encoder)
    for row, length in enumerate(LENGTHS):
        expected = formula(TABLE[IDS[row, :length]].astype(np.float64), arrays)
        np.testing.assert_allclose(found[row], expected, rtol=2e-4, atol=2e-5)


def softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def test_attention_is_a_weighted_mean() -> None:
    def formula(vectors: np.ndarray, a: dict[str, np.ndarray]) -> np.ndarray:
        scores = np.tanh(vectors @ a["inner.kernel"] + a["inner.bias"]) @ a["outer.kernel"]
        return softmax(scores[:, 0]) @ vectors

    check(Bag("attention", hidden=3), formula)


def test_plain_modes_are_the_fused_bag() -> None:
    for mode in ("mean", "sum", "sqrtn", "max"):
        found, arrays = run(Bag(mode))  # type: ignore[arg-type]
        assert not arrays
        bag = embedlab.bag(SPEC, VARIABLES, IDS, mode=mode, lengths=LENGTHS)  # type: ignore[arg-type]
        np.testing.assert_array_equal(found, bag)


@pytest.mark.parametrize("activation", [pytest.param("relu", marks=pytest.mark.slow), "tanh"])
def test_convolutions_see_zeros_beyond_both_ends(activation: Any) -> None:
    widths, maps = (2, 4), 3

    def formula(vectors: np.ndarray, a: dict[str, np.ndarray]) -> np.ndarray:
        padded = np.concatenate([np.zeros((3, 4)), vectors, np.zeros((3, 4))])
        f = np.tanh if activation == "tanh" else lambda x: np.maximum(x, 0)
        found = []
        for place, width in enumerate(widths):
            bias = a["bias"][maps * place : maps * (place + 1)]
            windows = [padded[t : t + width] for t in range(len(padded) - width + 1)]
            found.append(
                f(np.array([np.einsum("wd,wdm->m", x, a[f"kernels.{place}"]) for x in windows]) + bias).max(0)
            )
        return np.concatenate(found)

    check(Cnn(widths, maps, activation), formula)


def test_a_deep_average_is_layers_of_a_mean() -> None:
    def formula(vectors: np.ndarray, a: dict[str, np.ndarray]) -> np.ndarray:
        hidden = np.tanh(vectors.mean(0) @ a["layers.0.kernel"] + a["layers.0.bias"])
        return np.tanh(hidden @ a["layers.1.kernel"] + a["layers.1.bias"])

    check(Dan((5, 3), "tanh"), formula)


def lstm(vectors: np.ndarray, a: dict[str, np.ndarray], cell: str) -> np.ndarray:
    """States [length, hidden]."""
    hidden = len(a[f"{cell}.dense_h.bias"]) // 4
    state, memory, states = np.zeros(hidden), np.zeros(hidden), []
    for vector in vectors:
        gates = (
            vector @ a[f"{cell}.dense_i.kernel"]
            + state @ a[f"{cell}.dense_h.kernel"]
            + a[f"{cell}.dense_h.bias"]
        )
        into, forget, new, out = np.split(gates, 4)
        memory = sigmoid(forget) * memory + sigmoid(into) * np.tanh(new)
        state = sigmoid(out) * np.tanh(memory)
        states.append(state)
    return np.array(states)


def gru(vectors: np.ndarray, a: dict[str, np.ndarray], cell: str) -> np.ndarray:
    """States [length, hidden]."""
    state, states = np.zeros(len(a[f"{cell}.dense_h.kernel"])), []
    for vector in vectors:
        inner = np.split(vector @ a[f"{cell}.dense_i.kernel"] + a[f"{cell}.dense_i.bias"], 3)
        outer = np.split(state @ a[f"{cell}.dense_h.kernel"], 3)
        reset, update = sigmoid(inner[0] + outer[0]), sigmoid(inner[1] + outer[1])
        state = (1 - update) * np.tanh(inner[2] + reset * outer[2]) + update * state
        states.append(state)
    return np.array(states)


@pytest.mark.parametrize(
    ("encoder", "cell"),
    [
        (Rnn("lstm", 3, pool="max"), lstm),
        pytest.param(Rnn("lstm", 3, layers=2, pool="max"), lstm, marks=pytest.mark.slow),
        pytest.param(Rnn("gru", 3, pool="last"), gru, marks=pytest.mark.slow),
        pytest.param(Rnn("lstm", 3, pool="last"), lstm, marks=pytest.mark.slow),
        pytest.param(Rnn("gru", 3, layers=2, pool="mean"), gru, marks=pytest.mark.slow),
        pytest.param(Rnn("lstm", 3, bidirectional=False, pool="mean"), lstm, marks=pytest.mark.slow),
    ],
    ids=lambda x: getattr(x, "__name__", str(x)),
)
def test_states_go_both_ways(encoder: Rnn, cell: Any) -> None:
    def formula(vectors: np.ndarray, a: dict[str, np.ndarray]) -> np.ndarray:
        for layer in range(encoder.layers):
            ways = [cell(vectors, a, f"layers.{layer}.cells.0")]
            ends = [ways[0][-1]]
            if encoder.bidirectional:
                back = cell(vectors[::-1], a, f"layers.{layer}.cells.1")
                ways, ends = [*ways, back[::-1]], [*ends, back[-1]]
            vectors = np.concatenate(ways, 1)
        pooled = {"mean": vectors.mean(0), "max": vectors.max(0), "last": np.concatenate(ends)}
        return pooled[encoder.pool]

    check(encoder, formula)


def test_forget_gates_begin_open() -> None:
    arrays = functional.init(lambda rngs: Rnn("lstm", 3).build(4, rngs), jax.random.key(0))
    bias = arrays["layers.0.cells.0.dense_h.bias"]
    np.testing.assert_array_equal(bias, np.repeat([0.0, 1.0, 0.0, 0.0], 3))


def norm(x: np.ndarray, a: dict[str, np.ndarray], name: str) -> np.ndarray:
    centred = x - x.mean(-1, keepdims=True)
    return (
        centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-6) * a[f"{name}.scale"]
        + a[f"{name}.bias"]
    )


def linear(x: np.ndarray, a: dict[str, np.ndarray], name: str) -> np.ndarray:
    return x @ a[f"{name}.kernel"] + a[f"{name}.bias"]


def gelu(x: np.ndarray) -> np.ndarray:
    return x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def rotated(x: np.ndarray, base: float) -> np.ndarray:
    """Pairs (i, i + size/2) of vectors [length, size], turned as complex numbers."""
    half = x.shape[1] // 2
    angle = np.arange(len(x))[:, None] * base ** (-np.arange(half) / half)
    turned = (x[:, :half] + 1j * x[:, half:]) * np.exp(1j * angle)
    return np.concatenate([turned.real, turned.imag], 1)


def waves(length: int, width: int, base: float) -> np.ndarray:
    angle = np.arange(length)[:, None] * base ** (-2 * np.arange(width // 2) / width)
    return np.concatenate([np.sin(angle), np.cos(angle)], 1)


def block(x: np.ndarray, a: dict[str, np.ndarray], name: str, heads: int, turn: Any) -> np.ndarray:
    read = linear(norm(x, a, f"{name}.before_attention"), a, f"{name}.queries_keys_values")
    found = []
    for q, k, v in zip(*(np.split(part, heads, 1) for part in np.split(read, 3, 1)), strict=True):
        found.append(softmax(turn(q) @ turn(k).T / np.sqrt(q.shape[1])) @ v)
    x = x + linear(np.concatenate(found, 1), a, f"{name}.out")
    inner = gelu(linear(norm(x, a, f"{name}.before_feedforward"), a, f"{name}.up"))
    return x + linear(inner, a, f"{name}.down")


@pytest.mark.parametrize(
    ("positions", "pool"),
    [
        (Rotary(base=50.0), "mean"),
        pytest.param(Learned(embedlab.Dense(9, 4)), "max", marks=pytest.mark.slow),
        pytest.param(Sinusoidal(base=30.0), "first", marks=pytest.mark.slow),
        pytest.param(NoPositions(), "mean", marks=pytest.mark.slow),
    ],
    ids=lambda x: type(x).__name__,
)
def test_layers_add_attention_and_a_feedforward_network(positions: Any, pool: Any) -> None:
    def formula(x: np.ndarray, a: dict[str, np.ndarray]) -> np.ndarray:
        x = linear(x, a, "project")
        if isinstance(positions, Learned):
            x = x + a["positions.embed.tables.table"][: len(x)] @ a["positions.project.kernel"]
        if isinstance(positions, Sinusoidal):
            x = x * np.sqrt(8) + waves(len(x), 8, 30.0)
        for layer in range(2):
            turn = (
                (lambda part: rotated(part, 50.0)) if isinstance(positions, Rotary) else (lambda part: part)
            )
            x = block(x, a, f"blocks.{layer}", 2, turn)
        x = norm(x, a, "norm")
        return {"mean": x.mean(0), "max": x.max(0), "first": x[0]}[pool]

    check(Transformer(8, layers=2, heads=2, feedforward=5, positions=positions, pool=pool), formula)


# --- positions ------------------------------------------------------------------------------------------


def test_rotary_scores_depend_on_the_distance_alone() -> None:
    module = Rotary().build(8, nnx.Rngs(0))
    query, key = (jnp.broadcast_to(RNG.normal(size=8), (1, 9, 1, 8)).astype(jnp.float32) for _ in range(2))
    scores = np.asarray(jnp.einsum("rqhs,rkhs->qk", module.turned(query), module.turned(key)))
    for distance in range(-8, 9):
        line = np.diagonal(scores, distance)
        np.testing.assert_allclose(line, line[0], rtol=1e-4, atol=1e-5)
    assert len(np.unique(np.round(np.concatenate([scores[0], scores[1:, 0]]), 3))) > 10


def test_positions_are_an_embedding_of_any_kind() -> None:
    hashed = embedlab.Hashed(1000, 4, buckets=7, hashes=2)
    module = Learned(hashed).build(4, nnx.Rngs(0))
    added = module.added(jnp.zeros((2, 5, 4)))
    variables = Variables({"table": module.embed.tables["table"][...]}, {}, {})  # type: ignore[attr-defined]
    np.testing.assert_allclose(added[1], embedlab.embed(hashed, variables, np.arange(5)), rtol=1e-6)
    assert Learned(hashed).longest == 1000


def test_angles_are_radians() -> None:
    np.testing.assert_allclose(positions_module.angles(3, 4, 100.0)[2], [2.0, 0.2], rtol=1e-6)


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Bag("median"), "mode='median': choose one of mean, sum, sqrtn, max, attention"),
        (lambda: Bag("attention", hidden=0), "hidden=0: give a whole number of at least 1"),
        (lambda: Cnn(widths=()), "widths=(): give a tuple of one whole number or more"),
        (lambda: Cnn(widths=3), "widths=3: give a tuple of one whole number or more"),
        (lambda: Cnn(widths=(3, 3)), "widths=(3, 3): give each width once"),
        (lambda: Cnn(widths=(3, 65)), "widths=(3, 65): give at most 64 words a window"),
        (lambda: Cnn(maps=2**21), "maps=2097152: give at most 1048576"),
        (lambda: Cnn(activation="gelu"), "activation='gelu': choose one of relu, tanh"),
        (lambda: Dan(layers=(3, 0)), "layers=0: give a whole number of at least 1"),
        (lambda: Dan(dropout=1), "dropout=1: give a probability of at least 0 and below 1"),
        (lambda: Rnn("rnn"), "cell='rnn': choose one of lstm, gru"),
        (lambda: Rnn(bidirectional=1), "bidirectional=1: give True or False"),
        (lambda: Rnn(pool="first"), "pool='first': choose one of last, mean, max"),
        (lambda: Transformer(layers=0), "layers=0: give a whole number of at least 1"),
        (lambda: Transformer(width=True), "width=True: give a whole number of at least 1"),
        (lambda: Transformer(positions="rotary"), "positions='rotary': give Rotary(), Learned("),
        (lambda: Transformer(heads=3).build(4, nnx.Rngs(0)), "heads=3: it does not divide the width 4"),
        (lambda: Transformer(heads=4).build(4, nnx.Rngs(0)), "heads=4: each has 1 features, and rotary"),
        (lambda: Sinusoidal().build(5, nnx.Rngs(0)), "width=5: sinusoidal positions come in pairs"),
        (lambda: Rotary(base=1.0), "base=1.0: give a finite number above 1"),
        (lambda: Learned(embedlab.Subword(5, 4, buckets=9)), "embedding=Subword("),
        (lambda: Learned(embedlab.Hashed(None, 4, 5)), "embedding=Hashed(vocabulary=None"),
        (lambda: Learned("dense"), "embedding='dense': give one with an id for each position"),
    ],
)
def test_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


def test_positions_have_names() -> None:
    assert sorted(Positions.get_known_choices()) == ["learned", "none", "rotary", "sinusoidal"]
