"""The batches of each method hold the whole text; they follow from seed, epoch and block alone."""

from __future__ import annotations

import collections
import dataclasses
import re
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from embedlab.base import ABSENT
from embedlab.pretrain import (
    HierarchicalSoftmax,
    NegativeSampling,
    SampledSoftmax,
    Windows,
    keep_probabilities,
)
from experiments.pretraining import Cbow, Corpus, Glove, Method, Schedule, SkipGram
from experiments.pretraining.encoded import Encoded, encode
from experiments.pretraining.methods import Lesson, glove, words
from experiments.settings.schema import OBJECTIVES

DIM = 4


def tell(done: int, whole: int) -> None:
    assert 0 <= done <= whole


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Encoded:
    """Lines of 0 to 29 words, of which some are drawn more often."""
    folder, draw = tmp_path_factory.mktemp("text"), np.random.default_rng(0)
    lines = [draw.geometric(0.08, draw.integers(0, 30)) for _ in range(60)]
    (folder / "text").write_text("\n".join(" ".join(f"w{n}" for n in line) for line in lines))
    return encode(Corpus((str(folder / "text"),), min_count=2), None, folder / "corpus", tell)


def made(text: Encoded, method: Method, batch: int = 24, seed: int = 0) -> Lesson:
    spec = embedlab.Dense(len(text.words), DIM)
    return method.lesson(spec, text, Schedule(batch=batch), seed, tell)


def pairs_of(tokens: np.ndarray, window: int) -> collections.Counter[tuple[int, int]]:
    """Words that stand near each other, one by one; none beyond a break."""
    found: collections.Counter[tuple[int, int]] = collections.Counter()
    for i, a in enumerate(tokens.tolist()):
        for b in tokens[i + 1 : i + 1 + window].tolist() if a >= 0 else ():
            if b < 0:
                break
            found[a, b] += 1
            found[b, a] += 1
    return found


# --- skip-gram and CBOW ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SkipGram, Cbow])
@pytest.mark.parametrize("batch", [1, 5, 24, 10_000])
def test_every_word_is_in_its_place_and_sees_those_around_it(
    text: Encoded, kind: Any, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_BLOCK", 100)
    method = kind(window=3, dynamic=False, subsample=0.0, strip=5, objective=NegativeSampling(shared=7))
    lesson = made(text, method, batch)
    windows = Windows(3, False, min(5, batch))
    assert lesson.unit == "words" and lesson.blocks == -(-len(text.tokens) // 100) > 5
    for block in range(lesson.blocks):
        numbers, sentences, reach, drawn = lesson.batches(0, block)
        assert len(numbers) == len(drawn) >= 1
        strips = max(1, batch // windows.strip)
        assert numbers.shape[1:] == (strips, windows.strip + 6) and drawn.shape[1:] == (strips, 7)
        assert drawn.min() >= 0 and drawn.max() < len(text.words)
        numbers, sentences, reach = (x.reshape(-1, x.shape[-1]) for x in (numbers, sentences, reach))
        centres = windows.centres(numbers)
        part = text.tokens[100 * block : 100 * (block + 1)]
        assert centres[centres != ABSENT].tolist() == part[part >= 0].tolist()
        seen = collections.Counter(
            (int(centres[n, s]), int(numbers[n, c]))
            for n, s, c in np.argwhere(windows.pairs(numbers, sentences, reach))
        )
        # Words see none beyond the block's end: that is all that is lost.
        assert seen == pairs_of(part, 3)


def test_the_words_that_stay_out_are_the_frequent_ones(text: Encoded) -> None:
    threshold = 0.01
    lesson = made(text, SkipGram(subsample=threshold), 16)
    looked_at = np.zeros(len(text.words))
    epochs = 300
    for epoch in range(epochs):
        numbers = lesson.batches(epoch, 0)[0]
        centres = Windows(5, True, 16).centres(numbers.reshape(-1, numbers.shape[-1]))
        looked_at += np.bincount(centres[centres != ABSENT], minlength=len(text.words))
    share = looked_at / (epochs * text.counts)
    wanted = keep_probabilities(text.counts, threshold)
    assert wanted.min() < 0.6 and wanted.max() == 1
    deviation = np.sqrt(wanted * (1 - wanted) / (epochs * text.counts))
    assert (np.abs(share - wanted) <= 5 * deviation).all()
    assert lesson.steps == pytest.approx(looked_at.sum() / epochs / 16, rel=0.02)


@pytest.mark.parametrize("method", [SkipGram(), Cbow(), Glove()], ids=["skip-gram", "cbow", "glove"])
def test_batches_follow_from_seed_epoch_and_block(
    text: Encoded, method: Method, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_BLOCK", 200)
    monkeypatch.setattr(glove, "_BLOCK", 200)
    lesson, again, other = made(text, method), made(text, method), made(text, method, seed=1)
    for epoch, block in ((1, 2), (0, 1), (0, 0), (0, 1)):  # in any order
        one, two = lesson.batches(epoch, block), again.batches(epoch, block)
        assert all(a.dtype == b.dtype and a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True))
        different = [lesson.batches(epoch + 1, block), other.batches(epoch, block)]
        assert all(any(a.tobytes() != b.tobytes() for a, b in zip(one, x, strict=False)) for x in different)


@pytest.mark.slow
@pytest.mark.parametrize("objective", [NegativeSampling(), SampledSoftmax(), HierarchicalSoftmax()])
@pytest.mark.parametrize("kind", [SkipGram, Cbow])
def test_each_objective_has_a_loss_that_steps_make_smaller(text: Encoded, kind: Any, objective: Any) -> None:
    lesson = made(text, kind(objective=objective), 64)
    params = jax.jit(lambda: lesson.init(jax.random.key(0), None))()
    step = [x[0] for x in lesson.batches(0, 0)]

    @jax.jit
    def loss(tables: Any) -> Any:
        own = {name: dataclasses.replace(one, tables=tables[name]) for name, one in params.items()}
        return lesson.loss(own, *step)

    tables = {name: one.tables for name, one in params.items()}
    before, gradient = jax.value_and_grad(loss)(tables)
    moved = jax.tree.map(lambda x, g: x - 1e-4 * g, tables, gradient)
    assert np.isfinite(before) and loss(moved) < before
    assert params["constants"].tables == {}


# --- GloVe -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", [3, 40, 10_000])
@pytest.mark.parametrize("batch", [7, 64, 10_000])
def test_every_pair_comes_once_an_epoch(
    text: Encoded, piece: int, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glove, "_TEXT", piece)  # lines go across pieces, and lose no pair there
    monkeypatch.setattr(glove, "_BLOCK", 300)
    lesson = made(text, Glove(window=4, harmonic=False), batch)
    wanted = pairs_of(text.tokens, 4)
    orders = []
    for epoch in range(2):
        blocks = [lesson.batches(epoch, block) for block in range(lesson.blocks)]
        assert all(x.shape[1] == batch for block in blocks for x in block)
        a, b, counts = (np.concatenate([block[i].ravel() for block in blocks]) for i in range(3))
        there = counts > 0
        found = dict(zip(zip(a[there].tolist(), b[there].tolist(), strict=True), counts[there], strict=True))
        assert len(found) == there.sum() == sum(lesson.size(block) for block in range(lesson.blocks))
        assert found == wanted
        orders.append(a[there])
    assert (orders[0] != orders[1]).any()
    assert lesson.unit == "pairs" and lesson.steps == len(wanted) / batch


def test_near_words_count_more(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a b c d\n")
    small = encode(Corpus((str(tmp_path / "text"),), min_count=1), None, tmp_path / "corpus", tell)
    rows = zip(*(x.ravel() for x in made(small, Glove(window=2), 100).batches(0, 0)), strict=True)
    found = {small.words[a] + small.words[b]: float(x) for a, b, x in rows if x}
    assert found == {
        "ab": 1,
        "ba": 1,
        "bc": 1,
        "cb": 1,
        "cd": 1,
        "dc": 1,
        "ac": 0.5,
        "ca": 0.5,
        "bd": 0.5,
        "db": 0.5,
    }


def test_glove_needs_two_words_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("a\nb\na\nb\n")
    small = encode(Corpus((str(tmp_path / "text"),), min_count=1), None, tmp_path / "corpus", tell)
    with pytest.raises(ValueError, match="no two words stand in one line"):
        made(small, Glove())


# --- settings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SkipGram(window=0), "window=0"),
        (lambda: Cbow(strip=0), "strip=0"),
        (lambda: SkipGram(subsample=-1e-3), "subsample=-0.001: give a share of at least 0"),
        (lambda: SkipGram(subsample=float("nan")), "subsample=nan"),
        (lambda: SkipGram(noise=float("inf")), "noise=inf"),
        (lambda: SkipGram(dynamic=1), "dynamic=1"),  # type: ignore[arg-type]
        (lambda: SkipGram(objective="softmax"), "objective='softmax': give one"),  # type: ignore[arg-type]
        (lambda: Glove(window=-1), "window=-1"),
        (lambda: Glove(most=0.0), "most=0.0: give a count above 0"),
        (lambda: Glove(power=float("nan")), "power=nan"),
        (lambda: Schedule(rate=0.0), "rate=0.0: give a rate above 0"),
        (lambda: Schedule(rate=float("nan")), "rate=nan"),
        (lambda: Schedule(optimizer="lamb"), "optimizer='lamb'"),  # type: ignore[arg-type]
        (lambda: Schedule(limit=-1.0), "limit=-1.0: give a length above 0"),
        (lambda: Schedule(epochs=0), "epochs=0"),
        (lambda: Schedule(batch=-3), "batch=-3"),
        (lambda: Schedule(checkpoint_seconds=-1), "checkpoint_seconds=-1"),
        (lambda: Corpus("books.txt"), "path='books.txt': give a tuple"),  # type: ignore[arg-type]
        (lambda: Corpus(min_count=0), "min_count=0"),
        (lambda: Corpus(phrases=-1), "phrases=-1"),
        (lambda: Corpus(phrase_threshold=float("inf")), "phrase_threshold=inf"),
        (lambda: Corpus(phrase_mark=" "), "phrase_mark=' ': give a mark without white space"),
        (lambda: Corpus(encoding="utf-16"), "encoding='utf-16': lines can't be told apart"),
        (lambda: Corpus(split="letters"), "split='letters'"),  # type: ignore[arg-type]
    ],
)
def test_settings_that_can_not_be(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}"):
        make()


def test_the_page_names_objectives_as_flags_have_them(root: Path) -> None:
    page = (root / "docs" / "pretrain.md").read_text("utf-8")
    table = page.split("| objective | loss of a pair |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(OBJECTIVES)
