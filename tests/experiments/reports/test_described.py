"""What a baseline over folds is, in words: not what it is in the first fold alone."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.reports.described import described
from experiments.runs.outcome import Outcome
from experiments.tasks import Classes


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (("reads 64 pixels, C = 10", "reads 64 pixels, C = 0.1"), "reads 64 pixels, C = 0.1 to 10"),
        (("is trees of 16,384 rows", "is trees of 4,096 rows"), "is trees of 4,096 to 16,384 rows"),
        (("reads words, C = 1", "reads words, C = 1"), "reads words, C = 1"),
        (("C = 0.001", "C = 1e-05"), "C = 1e-05 to 0.001"),
        (("counts codons, C = 1", "counts 96 6-mers, C = 1"), "counts codons, C = 1 (in the first fold)"),
    ],
)
def test_settings_of_folds_are_told_as_ranges(what: tuple[str, ...], told: str) -> None:
    parts = tuple(
        Outcome("linear", np.ones((1, 4)), [{"what": each}], fold=fold) for fold, each in enumerate(what)
    )
    whole = Outcome("linear", np.ones((1, 8)), [{}], parts=parts)
    assert described(whole, "dense", Classes()) == f"linear {told}"
