"""Asked while they are trained, vectors answer as when they are evaluated."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

from embedlab.vectors import Vectors
from experiments.intrinsic.measure import Options, measure
from experiments.intrinsic.sets import read_sets
from experiments.pretraining.look import Looker
from experiments.pretraining.looks import Looks

WORDS = ("the", "Tiger", "cat", "tiger", "Paris", "FRANCE", "Cat", "car", "Bus")
PAIRS = "tiger cat 7.35\nparis France 8\ncar Tiger 1.5\nbus CAR 7\nzebra cat 6\n"


@pytest.mark.parametrize(
    "words", [WORDS, tuple(dict.fromkeys(map(str.lower, WORDS)))], ids=["as is", "lower"]
)
def test_words_in_any_case_count_as_where_they_are_evaluated(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "pairs.txt").write_text(PAIRS)
    asked = (str(tmp_path / "pairs.txt"),)
    matrix = np.random.default_rng(0).standard_normal((len(words), 4), np.float32)
    found = Looker(words, Looks(asked)).look(matrix.__getitem__, resamples=200)["pairs"]

    def telling(what: str) -> contextlib.AbstractContextManager[object]:
        return contextlib.nullcontext(lambda done, whole: None)

    sets = read_sets(asked, analogies=())
    wanted = measure(Vectors(words, matrix), sets, Options(resamples=200), telling).similarity["pairs"]
    assert found["pairs"] == int(wanted.counted.sum()) == 4 and found["of"] == 5
    assert found["spearman"] == wanted.spearman.value
    assert (found["low"], found["high"]) == (wanted.spearman.low, wanted.spearman.high)
