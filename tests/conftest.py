"""What all tests share: where the real data lies, and few threads."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data: EMBEDLAB_DATA, by default ../shared/data beside the checkout."""
    folder = Path(os.environ.get("EMBEDLAB_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real data missing: no folder {folder}; set EMBEDLAB_DATA")
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
