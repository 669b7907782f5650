"""What all tests share: where the real data lies, and what XLA has compiled."""

import gc
import importlib.metadata
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_CACHE = {
    "JAX_COMPILATION_CACHE_DIR": "",
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
}

# Compiled as for a user, small programs take most of the tests' time: thousands are compiled, and run once.
# With little optimisation the default tests take half of it. XLA ends a process that gives it a flag that it
# doesn't know, and with jax 0.12 it doesn't know the second: there all is compiled as for a user.
_QUICKLY = "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
_KNOWN = "0.10."


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quickly",
        action="store_true",
        help="compile slow tests with little optimisation, as default ones are",
    )


def _compile_quickly(config: pytest.Config) -> None:
    """The default tests, and the programs that they start; slow ones, but with --quickly, as for a user.

    So is all where the environment holds XLA_FLAGS, which may be empty: `XLA_FLAGS= python -m pytest`.
    """
    quickly = config.option.quickly or config.option.markexpr == "not slow"
    if quickly and importlib.metadata.version("jaxlib").startswith(_KNOWN):
        os.environ.setdefault("XLA_FLAGS", _QUICKLY)


def pytest_configure(config: pytest.Config) -> None:
    """Half of the time goes into compiling, much of it the same programs in another process.

    So all processes of one run of the tests, and the programs that they start, share a cache, which begins
    empty and is gone afterwards. JAX reads its place from the environment when it is imported: the workers of
    pytest-xdist, which are started after this, do so; where there are none, the programs alone.
    """
    _compile_quickly(config)  # XLA reads the environment when it compiles first
    # A program that is killed while it writes there leaves a damaged entry, of which the next one warns.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:Error reading persistent compilation cache:UserWarning")
    if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="embedlab-compiled-")
        os.environ.update({**_CACHE, "JAX_COMPILATION_CACHE_DIR": folder})
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


# Linux gives a process 65,530 maps of memory (vm.max_map_count). A compiled function takes several and keeps
# them: past the last one XLA crashes in the next that it compiles, or writes into the cache.
_MANY_MAPS = 35_000


@pytest.fixture(scope="module", autouse=True)
def _few_compiled() -> Iterator[None]:
    """After a file of tests, a process that holds very many compiled functions forgets them."""
    yield
    maps = Path("/proc/self/maps")
    if "jax" in sys.modules and maps.exists() and maps.read_bytes().count(b"\n") > _MANY_MAPS:
        import jax

        jax.clear_caches()
        gc.collect()


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
