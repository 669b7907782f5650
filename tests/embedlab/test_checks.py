"""How a field is refused: its name, its value, the remedy."""

from __future__ import annotations

import re

import numpy as np
import pytest

from embedlab import ABSENT
from embedlab.checks import require, require_count, require_table


def test_a_refusal_names_field_value_and_remedy() -> None:
    require(True, "dim", 3, "…")
    with pytest.raises(ValueError, match=r"^rate=2: give a probability$"):
        require(False, "rate", 2, "give a probability")


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", None, np.float32(2)])
def test_a_count_is_a_whole_number(value: object) -> None:
    message = re.escape(f"size={value!r}: give a whole number of at least 1")
    with pytest.raises(ValueError, match=f"^{message}$"):
        require_count("size", value)


def test_counts_of_numpy_are_counts() -> None:
    require_count("size", np.int64(3))
    require_count("size", 0, least=0)


def test_a_table_is_addressed_by_32_bits() -> None:
    require_table(ABSENT - 1, 1, "float32")
    with pytest.raises(
        ValueError, match=r"^rows=2147483647: a table has fewer than 2147483647 rows; use several"
    ):
        require_table(ABSENT, 1, "float32")
    with pytest.raises(
        ValueError, match=r"^dtype='float8': choose one of float16, bfloat16, float32, float64$"
    ):
        require_table(1, 1, "float8")


@pytest.mark.parametrize("dim", [ABSENT, 10**20])
def test_a_width_has_a_bound(dim: int) -> None:
    with pytest.raises(ValueError, match=rf"^dim={dim}: give a width below {ABSENT}$"):
        require_table(1, dim, "float32")
