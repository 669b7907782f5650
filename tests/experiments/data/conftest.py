"""A cache folder of the tests' own, and a way to write files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The session's cache: what a user has cached is neither read nor touched."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDLAB_CACHE", str(folder))
        yield folder


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Writes text, or bytes, to a file of the test's folder, and gives its path."""

    def put(content: str | bytes, name: str = "data.txt") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return put
