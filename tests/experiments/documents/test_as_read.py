"""Documents that are one document as they are read stay on one side."""

import numpy as np
import pytest

from experiments.config import Text
from experiments.data import Dataset
from experiments.documents.as_read import grouped_as_read, join_groups
from experiments.documents.corpus import gathered, tokenise


def dataset(texts, groups=None, near=False):
    labels = np.arange(len(texts), dtype=np.int32) % 2
    groups = np.arange(len(texts)) if groups is None else groups
    return Dataset("toy", tuple(texts), labels, ("x", "y"), np.asarray(groups, np.int32), near=near)


BEGINNING = " ".join(f"word{i}" for i in range(12))


@pytest.mark.parametrize("near", [False, True])
def test_what_is_cut_off_makes_no_difference(near):
    texts = [f"{BEGINNING} and an end", f"{BEGINNING} but another", "quite another text that is read whole"]
    documents = gathered(tokenise(texts, Text(max_length=12)))
    assert grouped_as_read(dataset(texts, near=near), documents).groups.tolist() == [0, 0, 1]


def test_near_duplicates_join_only_where_the_source_asks_for_them():
    texts = [f"{BEGINNING} tail", f"{BEGINNING} tale"]
    documents = gathered(tokenise(texts, Text()))
    assert grouped_as_read(dataset(texts, near=True), documents).groups.tolist() == [0, 0]
    assert grouped_as_read(dataset(texts, near=False), documents).groups.tolist() == [0, 1]


def test_the_groups_there_were_stay_together():
    texts = ["one", "two", "three", "One", "four"]
    found = grouped_as_read(dataset(texts, [0, 1, 0, 2, 3]), gathered(tokenise(texts, Text())))
    assert found.groups.tolist() == [0, 1, 0, 0, 2]  # "three" is with "one", and so with "One"


def test_many_empty_documents_are_one_group_and_cost_little():
    found = grouped_as_read(dataset(["!"] * 20_000, near=True), gathered([[]] * 20_000))
    assert found.groups.max() == 0


def test_documents_are_one_a_row():
    with pytest.raises(ValueError, match="documents='1 of them': give 2, one a row"):
        grouped_as_read(dataset(["a", "b"]), gathered([["a"]]))


def test_joined_groups_are_those_of_a_search():
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 60, 80), rng.integers(0, 60, 80)
    found = join_groups(a, b)
    for row in range(80):
        reached, before = {row}, set()
        while reached != before:
            before = set(reached)
            of_a, of_b = {a[i] for i in reached}, {b[i] for i in reached}
            reached = {i for i in range(80) if a[i] in of_a or b[i] in of_b}
        assert set(np.flatnonzero(found == found[row])) == reached
    assert len(join_groups(np.zeros(0, int), np.zeros(0, int))) == 0
