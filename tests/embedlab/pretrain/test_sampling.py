"""What is drawn has the chances that it is said to have; codes of words are Huffman's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlab.base import ABSENT
from embedlab.pretrain import Noise, Windows, huffman, keep_probabilities


def test_frequent_words_are_kept_less_often() -> None:
    counts = np.array([60_000, 1000, 10, 0])
    found = keep_probabilities(counts, 1e-3)
    share = counts / counts.sum()
    expected = np.sqrt(1e-3 / share[:2]) + 1e-3 / share[:2]
    np.testing.assert_allclose(found, [*np.minimum(1, expected), 1, 1], rtol=1e-6)
    assert found[0] < 0.14 and keep_probabilities(counts, 0).tolist() == [1, 1, 1, 1]
    with pytest.raises(ValueError, match="threshold=-1"):
        keep_probabilities(counts, -1)


@pytest.mark.parametrize("power", [0.75, 0.0, 1.0])
def test_noise_has_the_chances_of_the_counts(power: float) -> None:
    counts = np.array([5, 0, 1000, 1, 200_000, 0, 30])
    noise = Noise(counts, power)
    weights = np.where(counts > 0, counts.astype(float) ** power, 0)
    chances = weights / weights.sum()
    drawn = np.bincount(noise.draw(np.random.default_rng(0), (1000, 1000)).ravel(), minlength=7)
    error = np.sqrt(chances * (1 - chances) * 1e6)
    assert (np.abs(drawn - chances * 1e6) <= 5 * error).all()
    assert drawn[1] == drawn[5] == 0
    np.testing.assert_allclose(np.exp(noise.log_probabilities), chances, rtol=1e-5)


def test_noise_of_many_words_finds_each() -> None:
    """More words than cells of the table that says where to look first."""
    counts = np.ones(Noise._CELLS * 2)
    drawn = Noise(counts).draw(np.random.default_rng(0), (100_000,))
    direct = np.searchsorted(
        np.cumsum(counts) / counts.sum(), np.random.default_rng(0).random(100_000), "right"
    )
    np.testing.assert_array_equal(drawn, direct)


@given(counts=st.lists(st.integers(0, 1000), min_size=2, max_size=40).map(np.array))
def test_codes_are_prefix_free_and_as_short_as_can_be(counts: np.ndarray) -> None:
    paths = huffman(counts)
    lengths = (paths.signs != 0).sum(1)
    codes = ["".join("01"[int(s > 0)] for s in row if s) for row in paths.signs]
    assert all(not b.startswith(a) for i, a in enumerate(codes) for j, b in enumerate(codes) if i != j)
    assert np.isclose((0.5**lengths).sum(), 1)  # Kraft's: a full tree
    heap = sorted(counts.tolist())
    cost = 0
    while len(heap) > 1:
        merged = heap.pop(0) + heap.pop(0)
        cost += merged
        heap = sorted([*heap, merged])
    assert (lengths * counts).sum() == cost
    assert (paths.nodes[:, 0] == len(counts) - 2).all()
    assert ((paths.nodes == ABSENT) == (paths.signs == 0)).all()
    assert paths.nodes[paths.signs != 0].max() == len(counts) - 2


@given(tokens=st.integers(0, 40), window=st.integers(1, 6), strip=st.integers(1, 9), seed=st.integers(0, 99))
def test_strips_hold_every_pair_once(tokens: int, window: int, strip: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    words, sentences = np.arange(tokens), np.sort(draw.integers(0, 3, tokens))
    windows = Windows(window, True, strip)
    strips = windows.cut(words, sentences, draw)
    found = []
    if tokens:
        pairs = np.asarray(windows.pairs(*strips))
        centres = windows.centres(strips.words)
        found = [(int(centres[n, s]), int(strips.words[n, c])) for n, s, c in np.argwhere(pairs)]
    reach = strips.reach.ravel()
    wanted = [
        (i, j)
        for i in range(tokens)
        for j in range(tokens)
        if i != j and abs(i - j) <= reach[i] and sentences[i] == sentences[j]
    ]
    assert sorted(found) == wanted
