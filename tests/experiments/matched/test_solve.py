"""Sizes are those at which the arrays that are really drawn have the bytes wanted."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import jax
import pytest

from embedlab import Dense, Hashed, Subword
from experiments.documents.material import Material
from experiments.documents.prepare import own_buffers, vocabulary_for
from experiments.errors import Mistake
from experiments.matched import Solve
from experiments.matched.solve import largest, solve

KINDS = {
    "cut": Solve("vocabulary", lambda full: full),
    "narrow": Solve("dim", lambda full: full),
    "hashed": Solve("buckets", lambda full: Hashed(full.vocabulary, full.dim, buckets=1, hashes=2)),
    "weighted": Solve(
        "buckets", lambda full: Hashed(full.vocabulary, full.dim, buckets=1, importance=full.vocabulary)
    ),
    "subword": Solve("buckets", lambda full: Subword(full.vocabulary, full.dim, buckets=1, own_row=False)),
    "with own rows": Solve("buckets", lambda full: Subword(full.vocabulary // 8, full.dim, buckets=1)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("budget", [1 / 2, 3 / 8])
def test_arrays_have_the_bytes_wanted(kind: str, budget: float, material: Material) -> None:
    full = material.config.embedding
    found = solve(KINDS[kind], full, budget, material, 0.01, kind)
    vocabulary = vocabulary_for(found.spec, material.learnt_counts, material.config.text)
    drawn = found.spec.init(jax.random.key(0), own_buffers(found.spec, vocabulary))
    assert drawn.num_bytes == found.bytes
    assert found.bytes.trainable == pytest.approx(budget * 320 * 8 * 4, rel=0.01)
    assert getattr(found.spec, found.field) == found.size


def test_budgets_that_are_told_to_be_possible_are(material: Material) -> None:
    full = dataclasses.replace(material.config.embedding, dim=10)
    with pytest.raises(Mistake, match=r"dim=2 takes 0\.2 and dim=3 takes 0\.3 of them") as refused:
        solve(KINDS["narrow"], full, 1 / 4, material, 0.01, "kinds.narrow on docs")
    told = re.search(r"budgets ([\d.]+) and ([\d.]+),", str(refused.value))
    assert told
    sizes = [solve(KINDS["narrow"], full, float(each), material, 0.01, "").size for each in told.groups()]
    assert sizes == [2, 3]


def test_what_one_row_exceeds_tells_the_least(material: Material) -> None:
    with pytest.raises(Mistake, match=r"^kinds.weighted.*budgets from ([\d.]+) on") as refused:
        solve(KINDS["weighted"], material.config.embedding, 1 / 16, material, 0.01, "kinds.weighted on docs")
    least = float(re.findall(r"from ([\d.]+) on", str(refused.value))[0])
    assert solve(KINDS["weighted"], material.config.embedding, least, material, 0.01, "").size == 1


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Solve("seed", lambda full: Hashed(full.vocabulary, full.dim, buckets=9)), "does not take more"),
        (Solve("bucket", lambda full: Hashed(full.vocabulary, full.dim, buckets=9)), "Hashed has vocabulary"),
        (Solve("buckets", lambda full: Hashed(full.vocabulary, 0, buckets=9)), "dim=0"),
    ],
)
def test_what_can_not_be_solved_is_a_mistake(kind: Any, message: str, material: Material) -> None:
    with pytest.raises(Mistake, match=f"^kinds.a.*{message}"):
        solve(kind, Dense(320, 8), 1 / 4, material, 0.01, "kinds.a")


@pytest.mark.parametrize("wanted", [1, 7, 8, 99, 1000, 12_345])
def test_the_largest_is_found_where_bytes_are_no_line(wanted: int) -> None:
    def taken(size: int) -> int:
        return size * (size.bit_length() + 3)

    expected = max((size for size in range(1, 3000) if taken(size) <= wanted), default=0)
    assert largest(taken, wanted, "", "size") == expected
