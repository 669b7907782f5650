"""What all tests share: where the real data lies, and what XLA has compiled."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_CACHE = {
    "JAX_COMPILATION_CACHE_DIR": "",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}


def pytest_configure(config: pytest.Config) -> None:
    """Half of the time goes into compiling, much of it the same programs in another process.

    So all processes of one run of the tests, and the programs that they start, share a cache, which begins
    empty and is gone afterwards. JAX reads its place from the environment when it is imported: the workers of
    pytest-xdist, which are started after this, do so; where there are none, the programs alone.
    """
    # A program that is killed while it writes there leaves a damaged entry, of which the next one warns.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:Error reading persistent compilation cache:UserWarning")
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="embedlab-compiled-")
        os.environ.update({**_CACHE, "JAX_COMPILATION_CACHE_DIR": folder})
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


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
