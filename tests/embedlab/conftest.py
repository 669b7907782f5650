"""What the tests of the library share: table dtypes, 64-bit mode, and how hypothesis draws."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import jax
import jaxtyping
import numpy as np
import pytest

from embedlab import Vectors
from embedlab.checks import TABLE_DTYPES

# Asserts in the shared modules explain themselves like those of a test file.
pytest.register_assert_rewrite("tests.embedlab.contract", "tests.embedlab.reference")

# A new shape compiles, so no example has a deadline; the same examples are drawn in every run.
hypothesis.settings.register_profile("embedlab", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("embedlab")


@pytest.fixture
def x64() -> Iterator[None]:
    """64-bit mode, for as long as the test runs."""
    with jax.enable_x64(True):
        yield


@pytest.fixture(params=TABLE_DTYPES)
def dtype(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every dtype a table may have, in 64-bit mode where it needs that."""
    with jax.enable_x64(request.param == "float64"):
        yield request.param


@pytest.fixture
def unchecked() -> Iterator[None]:
    """The library's own checks, without those of shapes that come first in tests."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.fixture(scope="session")
def glove_vectors(data_dir: Path) -> Vectors:
    """30,000 words of GloVe 6B, 50-d, read without the library's readers."""
    path = data_dir / "glove_6b_50d_top30k" / "glove.6B.50d.top30k.txt.gz"
    if not path.is_file():
        pytest.skip(f"real data missing: no {path.name}")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [line.rstrip("\n").partition(" ") for line in file]
    numbers = np.array(" ".join(rest for _, _, rest in lines).split(" "), np.float32)
    return Vectors(tuple(word for word, _, _ in lines), numbers.reshape(len(lines), -1))
