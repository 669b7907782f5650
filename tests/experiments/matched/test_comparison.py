"""A comparison refuses what can't be compared, and says how to mend it."""

from __future__ import annotations

from typing import Any

import pytest

from embedlab import Dense, Hashed
from experiments.config import Config, Transfer
from experiments.matched import Comparison, Solve
from experiments.matched.difference import MOST, RESAMPLES
from experiments.matched.holm import holm

FULL = Dense(100, 8)
KINDS = {"hashed": Solve("buckets", lambda full: Hashed(full.vocabulary, full.dim, buckets=1))}
GOOD: dict[str, Any] = {"data": {"docs": Config(FULL)}, "kinds": KINDS, "budgets": (1 / 4,)}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"data": {}}, "data="),
        ({"data": {"a/b": Config(FULL)}}, "letters, digits"),
        ({"kinds": {"hashed": Hashed(100, 8, 10)}}, "give an instance of Solve"),
        ({"budgets": (2.0,)}, "budgets="),
        ({"budgets": (0.25, 0.25)}, "each once"),
        ({"budgets": [0.25]}, "give a tuple"),
        ({"rates": (0.01, -1.0)}, "rates="),
        ({"rates": (float("nan"),)}, "rates="),
        ({"seeds": (0, 0)}, "each once"),
        ({"seeds": (-1,)}, "seeds=-1"),
        ({"reference": "hashed"}, "a kind has this name"),
        ({"tolerance": 1.0}, "tolerance="),
        (
            {"data": {"docs": Config(FULL, transfer=Transfer(vectors="glove-6b-50d"))}},
            "tables are drawn here",
        ),
    ],
)
def test_what_is_no_comparison_is_refused(changed: dict[str, Any], message: str) -> None:
    assert Comparison(**GOOD).trainings == 2 * 6
    with pytest.raises(ValueError, match=message):
        Comparison(**{**GOOD, **changed})


def test_more_embeddings_than_p_values_can_tell_apart_are_refused() -> None:
    """Where all p-values are the least that there is, all are found of as many as may be, and of no more."""
    least = 2 / (1 + RESAMPLES)
    assert max(holm([least] * 2 * MOST)) <= 0.05 < max(holm([least] * 2 * (MOST + 1)))
    data = {f"docs-{number}": Config(FULL) for number in range(MOST)}
    assert Comparison(**{**GOOD, "data": data}).trainings > 0
    with pytest.raises(ValueError, match=f"{MOST + 1} embeddings are tested, but at most {MOST}"):
        Comparison(**{**GOOD, "data": {**data, "more": Config(FULL)}})


def test_a_field_that_the_kind_lacks_is_named() -> None:
    with pytest.raises(ValueError, match=r"field='bucket': Hashed has .*buckets"):
        Solve("bucket", KINDS["hashed"].make).of(FULL, 3)
    with pytest.raises(ValueError, match="field='a b'"):
        Solve("a b", KINDS["hashed"].make)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda full: full.nothing, "make raised AttributeError: .*nothing'; give a function"),
        (lambda: FULL, "make raised TypeError: .*; give a function"),
        (lambda full: None, "make=None: have it return a spec"),
        (lambda full: Dense, "make=.*: have it return a spec"),
    ],
)
def test_a_function_that_makes_no_spec_is_a_mistake(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Solve("dim", make).of(FULL, 3)


def test_trainings_of_folds_are_counted() -> None:
    data = {"docs": Config(FULL, folds=5), "news": Config(FULL)}
    assert (
        Comparison(data, KINDS, (1 / 4, 1 / 16), seeds=(0, 1), rates=(0.1, 0.2, 0.3)).trainings == 6 * 3 * 4
    )
