"""What a run says of its embedding: collisions, alignment, what stays between two looks."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

import embedlab
from embedlab import quality
from embedlab.text import Vocabulary, distinct_ngram_rows
from experiments.config import Quality
from experiments.documents.prepare import own_buffers
from experiments.encoders import Bag
from experiments.quality.inspection import Inspector, Watch, measured
from experiments.sampling import even_sample
from experiments.training.model import Model

VOCABULARY = Vocabulary.build([[f"{stem}{end}" for stem in ("walk", "talk") for end in ("", "s", "ed")]])


def collisions(spec: Any) -> dict[str, float]:
    model = Model(spec, Bag(), 2)
    buffers = own_buffers(spec, VOCABULARY)
    return Inspector(model, VOCABULARY, buffers, Quality(), np.zeros(8, np.int64)).collisions()


def test_a_table_with_a_row_each_has_none() -> None:
    assert collisions(embedlab.Dense(8, 4)) == {}


def test_words_collide_where_words_are_hashed() -> None:
    found = collisions(embedlab.Hashed(8, 4, buckets=3, hashes=2))
    expected = quality.predicted_collisions(6, 3, 2)
    assert found["collisions_whole_predicted"] == pytest.approx(expected.whole)
    assert 0 < found["collisions_whole"] <= 6
    assert len(found) == 6 and all(name.startswith("collisions_") for name in found)


@pytest.mark.parametrize("own_row", [True, False])
def test_n_grams_collide_where_n_grams_are_hashed(own_row: bool) -> None:
    wide = collisions(embedlab.Subword(8, 4, buckets=2_000_000, own_row=own_row))
    assert (
        wide["ngram_collisions_whole"] == wide["ngram_collisions_partial"] == 0
    )  # walk and walks share many
    narrow = collisions(embedlab.Subword(8, 4, buckets=50, minn=3, maxn=4, own_row=own_row))
    rows = distinct_ngram_rows(VOCABULARY, buckets=50, minn=3, maxn=4)
    seen, expected = quality.observed_collisions(rows, 50), quality.predicted_collisions(len(rows), 50)
    assert narrow == {
        "ngrams": len(rows),
        "ngram_collisions_whole": seen.whole,
        "ngram_collisions_partial": seen.partial,
        "ngram_collisions_empty": seen.empty,
        "ngram_collisions_whole_predicted": expected.whole,
        "ngram_collisions_partial_predicted": expected.partial,
        "ngram_collisions_empty_predicted": expected.empty,
    }
    assert 0 < seen.whole < len(rows)


def inspector(words: list[str], rows: int = 2000, labels: int = 0) -> Inspector:
    vocabulary = Vocabulary.build([words])
    model = Model(embedlab.Dense(len(vocabulary), 4), Bag(), 2)
    return Inspector(model, vocabulary, {}, Quality(rows, 2), np.full(len(vocabulary), labels))


def parameters(watched: Inspector, seed: int = 0) -> dict[str, Any]:
    return watched.model.init(jax.random.key(seed), {})


WORDS = ["array", "arrays", "shape", "shapes", "tree", "leaf"]


def test_alignment_is_that_of_words_and_their_plurals() -> None:
    watched = inspector(WORDS)
    words = watched.vocabulary.words
    assert {(words[a], words[b]) for a, b in watched.pairs} == {("array", "arrays"), ("shape", "shapes")}
    found = parameters(watched)
    table = np.array(found["tables"]["table"])
    units = table / np.linalg.norm(table, axis=1, keepdims=True)
    apart = np.square(units[watched.pairs[:, 0]] - units[watched.pairs[:, 1]]).sum(1)
    assert watched.summary(watched.look(found))["alignment"] == pytest.approx(apart.mean(), rel=1e-5)
    for one, other in watched.pairs:
        table[other] = 3 * table[one]
    found["tables"]["table"] = table
    assert watched.summary(watched.look(found))["alignment"] == pytest.approx(0, abs=1e-6)


def test_without_pairs_there_is_no_alignment() -> None:
    watched = inspector(["tree", "leaf", "bark"])
    assert "alignment" not in watched.summary(watched.look(parameters(watched)))


@pytest.mark.slow
def test_a_watch_says_what_share_of_neighbours_stayed() -> None:
    watched = inspector([f"word{number}x" for number in range(60)])
    one, other = parameters(watched, 0), parameters(watched, 1)
    watch = Watch(watched, one)
    same, changed, back = (watch.look(each)["neighbour_overlap"] for each in (one, other, one))
    expected = quality.neighbour_overlap(watched.sample(one), watched.sample(other), k=2)
    assert same == 1
    assert changed == back == pytest.approx(float(expected)) and changed < 0.5


def test_a_look_holds_the_summary() -> None:
    watched = inspector(WORDS)
    found = parameters(watched)
    assert watched.summary(watched.look(found)).items() <= Watch(watched, found).look(found).items()


def test_the_sample_is_even_and_small_enough() -> None:
    watched = inspector([f"word{number:03d}x" for number in range(100)], rows=10)
    assert watched.sampled.tolist() == [*range(2, 102, 10)]
    assert len(inspector(WORDS, rows=2000).sampled) == 6
    assert even_sample(0, 5).tolist() == []


def test_words_of_one_kind_have_no_silhouette() -> None:
    vectors = np.random.default_rng(0).normal(size=(12, 4)).astype(np.float32)
    pairs = (vectors[:0], vectors[:0])

    def names(labels: np.ndarray) -> set[str]:
        return set(measured(vectors, pairs, counts=np.arange(12), labels=labels, neighbours=3))

    both = names(np.arange(12) % 2)
    assert "silhouette" in both
    for labels in (np.zeros(12, int), np.full(12, -1), np.arange(12), np.array([3, *[-1] * 11])):
        assert names(labels) == both - {"silhouette"}
