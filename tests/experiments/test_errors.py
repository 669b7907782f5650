"""Errors are told with their place."""

from __future__ import annotations

import pytest

from experiments.errors import Mistake, mistakes, placed


def test_a_mistake_within_stays_as_it_is() -> None:
    with pytest.raises(Mistake, match=r"^already told$"), mistakes("embedding"):
        raise Mistake("already told")


def test_other_errors_are_defects() -> None:
    with pytest.raises(KeyError), mistakes("embedding"):
        raise KeyError("x")


def test_a_place_that_is_known_stays() -> None:
    with pytest.raises(FileNotFoundError) as caught, placed("a.txt"):
        raise FileNotFoundError(2, "No such file or directory", "b.txt")
    assert caught.value.filename == "b.txt"
