"""What the tests of pretraining share: real English that needs no data folder, and a text as numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.data.docstrings import documents
from experiments.pretraining import Corpus
from experiments.pretraining.encoded import Encoded, encode


@pytest.fixture(scope="session")
def prose(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What some packages say of themselves, a documentation string a line: 80,000 words."""
    path = tmp_path_factory.mktemp("prose") / "prose.txt"
    lines = (line for name in ("flax", "optax", "rich") for line in documents(name))
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.fixture(scope="session")
def small(prose: Path, tmp_path_factory: pytest.TempPathFactory) -> Encoded:
    """The first of it, as numbers."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "text").write_text("\n".join(prose.read_text("utf-8").split("\n")[:60]), "utf-8")
    corpus = Corpus((str(folder / "text"),), split="words", min_count=2)
    return encode(corpus, None, folder / "corpus", lambda done, whole: None)
