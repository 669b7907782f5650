"""What tests of comparisons share: real English prose as it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from embedlab import Dense
from experiments.config import Config, Text
from experiments.data import Csv
from experiments.documents.material import Material, read


@pytest.fixture(scope="session")
def material(prose: Path) -> Material:
    """Documentation strings of three small packages, the reference a table of 320 × 8."""
    return read(Config(Dense(320, 8), data=Csv(path=str(prose)), text=Text(max_length=16)))
