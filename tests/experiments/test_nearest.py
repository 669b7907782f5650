"""Names that resemble a mistyped one, whatever was typed."""

from __future__ import annotations

import time

from experiments.nearest import nearest_first
from experiments.settings.schema import did_you_mean


def test_what_is_very_long_is_told_at_once() -> None:
    begun = time.perf_counter()
    long = "lable" + 10**6 * "ab"
    assert nearest_first(long, ["id", "label"]) == "'label', 'id'"
    assert nearest_first("lable", ["ab" * 10**6, "label"]).startswith("'label'")
    assert did_you_mean(long, ["train.rate", "label"]) == ""
    assert time.perf_counter() - begun < 5  # of its whole length, minutes
