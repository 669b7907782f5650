"""What a run says of the collisions in its embedding."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import embedlab
from embedlab import quality
from embedlab.text import Vocabulary, distinct_ngram_rows
from experiments.config import Quality
from experiments.encoders import Bag
from experiments.inspection import Inspector
from experiments.model import Model
from experiments.prepare import own_buffers

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
