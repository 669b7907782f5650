"""Pairs that are counted against all pairs looked at one by one; GloVe's loss, and what it learns."""

from __future__ import annotations

import collections
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedlab
from embedlab import sparse
from embedlab.pretrain import Cooccurrence, Glove

TEXTS = st.lists(st.lists(st.integers(0, 5), max_size=12), max_size=14)


def as_dict(pairs: Any) -> dict[tuple[int, int], float]:
    return {(int(a), int(b)): float(x) for a, b, x in zip(*pairs, strict=True)}


@given(texts=TEXTS, window=st.integers(1, 4), harmonic=st.booleans())
def test_pairs_are_those_of_the_text(texts: list[list[int]], window: int, harmonic: bool) -> None:
    counts = Cooccurrence(6, window, harmonic)
    wanted: collections.Counter[tuple[int, int]] = collections.Counter()
    for number, text in enumerate(texts):
        counts.add(np.array(text, np.int64), np.full(len(text), number))
        for i, a in enumerate(text):
            for j, b in enumerate(text):
                if i != j and abs(i - j) <= window:
                    wanted[a, b] += 1 / abs(i - j) if harmonic else 1
    found = counts.pairs()
    assert as_dict(found) == pytest.approx(dict(wanted), rel=1e-6)
    keys = found.words.astype(np.int64) * 6 + found.contexts
    assert (np.diff(keys) > 0).all()


def test_sentences_in_one_piece_or_in_several() -> None:
    draw = np.random.default_rng(0)
    words, sentences = draw.integers(0, 50, 5000), np.sort(draw.integers(0, 300, 5000))
    whole, parts = Cooccurrence(50, 5), Cooccurrence(50, 5)
    whole.add(words, sentences)
    for number in range(300):
        parts.add(words[sentences == number], sentences[sentences == number])
    np.testing.assert_array_equal(whole.pairs().words, parts.pairs().words)
    np.testing.assert_allclose(whole.pairs().counts, parts.pairs().counts, rtol=1e-5)


@given(
    text=st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=30),
    window=st.integers(1, 4),
    piece=st.integers(1, 9),
)
def test_a_text_in_parts_is_that_in_one(text: list[tuple[int, bool]], window: int, piece: int) -> None:
    words = np.array([word for word, _ in text], np.int64)
    sentences = np.cumsum([ends for _, ends in text], dtype=np.int64)
    whole, parts = Cooccurrence(5, window), Cooccurrence(5, window)
    whole.add(words, sentences)
    for first in range(0, len(words), piece):
        part = slice(max(0, first - window), first + piece)
        parts.add(words[part], sentences[part], first - part.start)
    assert as_dict(parts.pairs()) == pytest.approx(as_dict(whole.pairs()), rel=1e-6)


def test_the_loss_is_that_of_the_paper() -> None:
    model = Glove(embedlab.Dense(7, 3), 7, most=10.0, power=0.5)
    draw = np.random.default_rng(0)
    params = {
        name: embedlab.Variables({"table": draw.normal(size=(7, width)).astype(np.float32)})
        for name, width in (("words", 3), ("outputs", 3), ("word_bias", 1), ("output_bias", 1))
    }
    words, contexts = draw.integers(0, 7, (2, 20))
    counts = np.append(draw.exponential(10, 19), 0).astype(np.float32)
    u, v, b, c = (np.float64(params[name].tables["table"]) for name in params)
    wanted = sum(
        min(1, (x / 10) ** 0.5) * (u[i] @ v[j] + b[i, 0] + c[j, 0] - np.log(x)) ** 2
        for i, j, x in zip(words, contexts, counts, strict=True)
        if x
    )
    np.testing.assert_allclose(jax.jit(model.loss)(params, words, contexts, counts), wanted, rtol=1e-5)


def test_products_come_to_tell_the_counts() -> None:
    draw = np.random.default_rng(0)
    sides = np.repeat(draw.integers(0, 2, 800), 10)
    text = 2 * draw.integers(0, 10, len(sides)) + sides
    counts = Cooccurrence(20, 5)
    counts.add(text, np.repeat(np.arange(800), 10))
    pairs, model = counts.pairs(), Glove(embedlab.Dense(20, 4), 20)
    trainer = sparse.Trainer(model.loss, rows=sparse.adagrad(0.1))
    state = trainer.init(model.init(jax.random.key(0)))
    losses = []
    for _ in range(200):
        state, loss = trainer.step(state, *pairs)
        losses.append(float(loss))
    assert losses[-1] < losses[0] / 50
    params = {name: np.asarray(one.tables["table"]) for name, one in state.params.items()}
    told = (params["words"][pairs.words] * params["outputs"][pairs.contexts]).sum(-1)
    told += params["word_bias"][pairs.words, 0] + params["output_bias"][pairs.contexts, 0]
    often = pairs.counts > 50
    assert np.corrcoef(told[often], np.log(pairs.counts[often]))[0, 1] > 0.7


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Cooccurrence(0), "vocabulary=0"),
        (lambda: Cooccurrence(2, 0), "window=0"),
        (lambda: Cooccurrence(2, harmonic=1), "harmonic=1: give True or False"),
        (lambda: Cooccurrence(2).add(np.array([0, 2]), np.array([0, 0])), r"words=\[2\]: words are 0 … 1"),
        (lambda: Glove(embedlab.Dense(5, 2), 1), "vocabulary=1"),
        (lambda: Glove(embedlab.Dense(5, 2), 5, most=0.0), "most=0.0: give a count above 0"),
    ],
)
def test_what_can_not_be(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        make()
