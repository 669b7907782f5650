"""Tables that the tests of quality share."""

from __future__ import annotations

import gzip
from itertools import islice
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def glove_words(data_dir: Path) -> dict[str, np.ndarray]:
    """The 1,200 most frequent words of GloVe 6B, and their vectors of 50 components."""
    path = data_dir / "glove_6b_50d_top30k" / "glove.6B.50d.top30k.txt.gz"
    if not path.is_file():
        pytest.skip(f"real data missing: no {path.name}")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split(" ") for line in islice(file, 1200)]
    return {row[0]: np.array(row[1:], np.float32) for row in rows}


@pytest.fixture(scope="session")
def glove(glove_words: dict[str, np.ndarray]) -> np.ndarray:
    """float32 [1200, 50]."""
    return np.stack(list(glove_words.values()))


@pytest.fixture(scope="session")
def normal() -> np.ndarray:
    """float32 [300, 16], standard normal."""
    return np.random.default_rng(0).standard_normal((300, 16)).astype(np.float32)


@pytest.fixture(params=["invented", "glove"])
def table(request: pytest.FixtureRequest) -> np.ndarray:
    """float32 [1200, 50]: normal vectors, then real ones; of one shape, so that they compile once."""
    if request.param == "glove":
        return request.getfixturevalue("glove")
    return np.random.default_rng(12).standard_normal((1200, 50)).astype(np.float32)
