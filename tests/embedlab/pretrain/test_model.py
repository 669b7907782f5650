"""The losses of strips against pairs that are looked at one by one, in NumPy and float64."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import embedlab
from embedlab import sparse
from embedlab.base import ABSENT
from embedlab.pretrain import (
    HierarchicalSoftmax,
    NegativeSampling,
    Noise,
    Paths,
    SampledSoftmax,
    Windows,
    WordModel,
    huffman,
)

VOCABULARY, DIM = 30, 6
COUNTS = np.arange(1, VOCABULARY + 1)
WINDOWS = Windows(window=3, strip=4)
KINDS = {
    "dense": embedlab.Dense(VOCABULARY, DIM),
    "hashed": embedlab.Hashed(VOCABULARY, DIM, buckets=12),
    "subword": embedlab.Subword(VOCABULARY, DIM, buckets=40),
}
OBJECTIVES = {
    "negatives": NegativeSampling(3, 5),
    "softmax": SampledSoftmax(5),
    "tree": HierarchicalSoftmax(),
}


def text(seed: int = 0, tokens: int = 23) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    draw = np.random.default_rng(seed)
    return draw.integers(0, VOCABULARY, tokens), np.sort(draw.integers(0, 4, tokens)), draw


def started(model: WordModel) -> dict[str, embedlab.Variables]:
    """Parameters, the output table drawn as well: of zeros there is no gradient to see."""
    spec = model.spec
    buffers = spec.word_buffers([f"word{i}" for i in range(VOCABULARY)]) if spec is KINDS["subword"] else None
    params = model.init(jax.random.key(0), buffers)
    drawn = jax.random.normal(jax.random.key(1), (VOCABULARY, DIM))
    return {**params, "outputs": embedlab.Variables({"table": drawn})}


def more(model: WordModel, noise: Noise) -> dict[str, Any]:
    if isinstance(model.objective, HierarchicalSoftmax):
        return {"paths": Paths(*map(jnp.asarray, huffman(COUNTS)))}
    if isinstance(model.objective, SampledSoftmax):
        return {"log_chances": jnp.asarray(noise.log_probabilities)}
    return {}


def softplus(x: float) -> float:
    return float(np.logaddexp(0, x))


def one_by_one(model: WordModel, params: Any, words: Any, sentences: Any, strips: Any, drawn: Any) -> float:
    """The loss, pair by pair, from the text itself."""
    vectors = np.asarray(embedlab.all_vectors(model.spec, params["words"]), np.float64)
    outputs = np.asarray(params["outputs"].tables["table"], np.float64)
    noise, paths = Noise(COUNTS), huffman(COUNTS)
    total = 0.0

    def told(hidden: np.ndarray, target: int, against: np.ndarray) -> float:
        if isinstance(model.objective, HierarchicalSoftmax):
            way = [(n, s) for n, s in zip(paths.nodes[target], paths.signs[target], strict=True) if s]
            return sum(softplus(-s * float(hidden @ outputs[n])) for n, s in way)
        score = float(hidden @ outputs[target])
        if isinstance(model.objective, NegativeSampling):
            each = model.objective.negatives / len(against)
            return softplus(-score) + each * sum(softplus(float(hidden @ outputs[k])) for k in against)
        corrected = [
            s - np.log(len(against)) - noise.log_probabilities[k]
            for s, k in [(score, target), *((float(hidden @ outputs[k]), k) for k in against)]
        ]
        return float(np.logaddexp.reduce(corrected) - corrected[0])

    size = model.windows.strip
    for i in range(len(words)):
        reach = strips.reach[i // size, i % size]
        around = [
            j
            for j in range(max(0, i - reach), min(len(words), i + reach + 1))
            if j != i and sentences[j] == sentences[i]
        ]
        if model.architecture == "skip-gram":
            total += sum(told(vectors[words[i]], words[j], drawn[i // size]) for j in around)
        elif around:
            total += told(vectors[words[around]].mean(0), words[i], drawn[i // size])
    return total


@pytest.mark.parametrize("architecture", ["skip-gram", "cbow"])
@pytest.mark.parametrize(
    ("objective", "kind"),
    [
        *((objective, "dense") for objective in OBJECTIVES),
        *(pytest.param(o, k, marks=pytest.mark.slow) for o in OBJECTIVES for k in KINDS if k != "dense"),
    ],
)
def test_a_loss_is_the_sum_over_pairs(architecture: Any, objective: str, kind: str) -> None:
    model = WordModel(KINDS[kind], VOCABULARY, architecture, WINDOWS, OBJECTIVES[objective])
    words, sentences, draw = text()
    noise, params = Noise(COUNTS), started(model)
    strips = model.windows.cut(words, sentences, draw)
    batch = model.batch(strips, noise, draw)
    with jax.default_matmul_precision("highest"):  # a GPU rounds to TF32 by default
        found = jax.jit(model.loss)(params, *batch, **more(model, noise))
    wanted = one_by_one(model, params, words, sentences, strips, batch[-1])
    assert wanted > 10
    np.testing.assert_allclose(found, wanted, rtol=2e-5)


@pytest.mark.parametrize("architecture", ["skip-gram", "cbow"])
@pytest.mark.parametrize(
    ("objective", "kind"),
    [
        ("negatives", "dense"),
        *(pytest.param(o, k, marks=pytest.mark.slow) for o in OBJECTIVES for k in KINDS),
    ],
)
def test_a_step_by_rows_is_that_of_whole_tables(architecture: Any, objective: str, kind: str) -> None:
    model = WordModel(KINDS[kind], VOCABULARY, architecture, WINDOWS, OBJECTIVES[objective])
    words, sentences, draw = text()
    noise, params = Noise(COUNTS), started(model)
    batch = model.batch(model.windows.cut(words, sentences, draw), noise, draw)
    batch = (*batch, *more(model, noise).values()) if objective != "softmax" else batch
    chances = jnp.asarray(noise.log_probabilities) if objective == "softmax" else None

    def loss(params: Any, *batch: Any) -> Any:
        return model.loss(params, *batch, log_chances=chances)

    slopes = jax.grad(lambda tables: loss(with_tables(params, tables), *batch))(tables_of(params))
    wanted = jax.tree.map(lambda table, slope: np.asarray(table - 0.1 * slope), tables_of(params), slopes)
    trainer = sparse.Trainer(loss, rows=sparse.sgd(0.1))
    state, _ = trainer.step(trainer.init(params), *batch)
    for name, table in tables_of(state.params).items():
        np.testing.assert_allclose(table, wanted[name], rtol=1e-4, atol=1e-6)
        assert np.abs(slopes[name]).max() > 1e-3


def tables_of(params: Any) -> dict[str, Any]:
    return {name: one.tables["table"] for name, one in params.items()}


def with_tables(params: Any, tables: Any) -> Any:
    return {
        name: embedlab.Variables({"table": tables[name]}, one.dense, one.buffers)
        for name, one in params.items()
    }


@pytest.mark.slow
def test_full_rows_take_the_gradient_of_the_vector() -> None:
    """As in fastText: each of a word's n rows moves as if it were the vector; the value is the same."""
    half, full = (
        WordModel(KINDS["subword"], VOCABULARY, windows=WINDOWS, full_rows=rows) for rows in (False, True)
    )
    words, sentences, draw = text()
    params, noise = started(half), Noise(COUNTS)
    batch = half.batch(half.windows.cut(words, sentences, draw), noise, draw)
    slopes, losses = [], []
    for model in (half, full):
        value, slope = jax.value_and_grad(
            lambda tables, model=model: model.loss(with_tables(params, tables), *batch)
        )(tables_of(params))
        losses.append(float(value))
        slopes.append(np.asarray(slope["words"]))
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)
    rows = np.asarray(params["words"].buffers["ngrams"])
    for word in range(VOCABULARY):  # its own row is its alone
        number = 1 + (rows[word] != ABSENT).sum()
        np.testing.assert_allclose(slopes[1][word], number * slopes[0][word], rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_words_around_take_the_gradient_of_their_mean() -> None:
    """As in word2vec: in CBOW each of the n words around moves as if it were the mean of them."""
    windows = Windows(window=2, dynamic=False, strip=4)
    share, full = (
        WordModel(KINDS["dense"], VOCABULARY, "cbow", windows, full_rows=rows) for rows in (False, True)
    )
    params, noise, draw = started(share), Noise(COUNTS), np.random.default_rng(0)
    words, sentences = np.array([3, 5, 7]), np.zeros(3, int)  # each sees the two others
    batch = share.batch(share.windows.cut(words, sentences, draw), noise, draw)
    one, two = (
        jax.grad(lambda tables, model=model: model.loss(with_tables(params, tables), *batch))(
            tables_of(params)
        )["words"]
        for model in (share, full)
    )
    assert np.abs(one).max() > 0
    np.testing.assert_allclose(two, 2 * one, rtol=1e-4, atol=1e-7)


def test_words_come_to_tell_their_neighbours() -> None:
    """Of a text in which even words stand with even ones, and odd with odd ones."""
    draw = np.random.default_rng(0)
    sides = np.repeat(draw.integers(0, 2, 600), 10)
    words = 2 * draw.integers(0, VOCABULARY // 2, len(sides)) + sides
    sentences = np.repeat(np.arange(600), 10)
    model = WordModel(KINDS["dense"], VOCABULARY, windows=Windows(strip=8), objective=NegativeSampling(5, 8))
    noise = Noise(np.bincount(words, minlength=VOCABULARY))
    trainer = sparse.Trainer(model.loss, rows=sparse.sgd(0.05, limit=5.0))
    state = trainer.init(model.init(jax.random.key(0)))
    for _ in range(8):
        strips = model.windows.cut(words, sentences, draw)
        batches = [x.reshape(75, 10, *x.shape[1:]) for x in model.batch(strips, noise, draw)]
        state, _ = trainer.steps(state, *batches)
    vectors = np.asarray(state.params["words"].tables["table"])
    vectors = vectors - vectors.mean(0)  # all share a part that tells of none
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    alike = np.arange(VOCABULARY)[:, None] % 2 == np.arange(VOCABULARY) % 2
    # The three nearest of every word are of its side, which by chance a word in nine would have.
    nearest = np.argsort(np.where(np.eye(VOCABULARY, dtype=bool), -np.inf, cosines), 1)[:, -3:]
    assert np.take_along_axis(alike, nearest, 1).all()


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: WordModel(KINDS["dense"], 1), "vocabulary=1: give a whole number of at least 2"),
        (lambda: WordModel(KINDS["dense"], 9, "cbow2"), "architecture='cbow2': choose skip-gram or cbow"),
        (lambda: WordModel(KINDS["dense"], 9, full_rows=1), "full_rows=1: give True or False"),
        (lambda: Windows(window=0), "window=0: give a whole number of at least 1"),
        (lambda: Windows(dynamic=1), "dynamic=1: give True or False"),
        (lambda: NegativeSampling(0), "negatives=0"),
        (lambda: SampledSoftmax(0), "shared=0"),
        (lambda: huffman(np.array([3])), "counts=1: a tree takes two words or more"),
    ],
)
def test_settings_that_there_are_not(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        make()
