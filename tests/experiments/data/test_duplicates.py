"""Near-duplicate groups against brute force."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from experiments.data import duplicates
from experiments.data.duplicates import near_duplicate_groups, shingles


def jaccard(a, b):
    return len(a & b) / len(a | b)


def brute_force(texts, threshold, width):
    sets = [shingles(text, width) for text in texts]
    near = np.zeros((len(texts),) * 2)
    for i, j in itertools.combinations(range(len(texts)), 2):
        near[i, j] = jaccard(sets[i], sets[j]) >= threshold
    return connected_components(near, directed=False)[1]


def same_partition(a, b):
    return len(set(zip(a, b, strict=True))) == len(set(a)) == len(set(b))


@settings(max_examples=300, deadline=None)
@given(
    texts=st.lists(st.lists(st.sampled_from("abc"), max_size=12).map(" ".join), min_size=1, max_size=14),
    threshold=st.sampled_from([0.1, 1 / 3, 0.5, 0.6, 0.75, 1.0]),
    width=st.integers(1, 5),
)
def test_equal_to_brute_force(texts, threshold, width):
    groups = near_duplicate_groups(texts, threshold=threshold, width=width)
    assert groups.dtype == np.int32
    assert same_partition(groups.tolist(), brute_force(texts, threshold, width).tolist())
    assert list(dict.fromkeys(groups.tolist())) == list(range(groups.max() + 1)), "numbered as they appear"


def test_a_text_common_to_many_is_found():
    """Shingles that all texts share are no reason to miss that the texts are equal."""
    texts = [f"the same nine words in each of these {i % 2}" for i in range(3000)]
    assert len(set(near_duplicate_groups(texts).tolist())) == 1


def test_too_many_pairs_are_refused_before_they_fill_the_memory(monkeypatch):
    monkeypatch.setattr(duplicates, "_MOST_PAIRS", 1000)
    texts = [f"the same nine words in each of these {i % 2}" for i in range(300)]
    message = r"[\d,]+ comparisons of texts that share a passage .*leave --data.near_duplicates out"
    with pytest.raises(ValueError, match=message):
        near_duplicate_groups(texts)


def test_no_texts_have_no_groups():
    assert near_duplicate_groups([]).shape == (0,)


@pytest.mark.parametrize("threshold", [0, -1, 1.1, float("nan")])
def test_thresholds_out_of_range_are_refused(threshold):
    with pytest.raises(ValueError, match="threshold"):
        near_duplicate_groups(["a"], threshold=threshold)
