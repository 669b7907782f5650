"""Many small files, in a folder or in an archive: both are read alike."""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

import pytest

from experiments.data.archives import archive_of, opened, translated


def write(folder: Path) -> Path:
    for name in ("in/a/1.txt", "in/b/2.txt", "in/.hidden"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    with zipfile.ZipFile(folder / "packed.zip", "w") as packed:
        for file in sorted((folder / "in").rglob("*")):
            packed.write(file, file.relative_to(folder))
    return folder


@pytest.mark.parametrize("place", ["in", "packed.zip/in"])
def test_the_same_files_are_found_in_both(tmp_path: Path, place: str) -> None:
    with contextlib.ExitStack() as stack:
        names, read = opened(write(tmp_path) / place, stack)
        found = {str(name): read(name) for name in names}
    assert found == {"a/1.txt": b"in/a/1.txt", "b/2.txt": b"in/b/2.txt"}


def test_the_archive_of_a_path(tmp_path: Path) -> None:
    folder = write(tmp_path)
    assert archive_of(folder / "packed.zip" / "in" / "a") == folder / "packed.zip"
    assert archive_of(folder / "none") is None


def test_a_damaged_archive_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path) / "packed.zip"
    path.write_bytes(path.read_bytes().replace(b"in/a/1.txt", b"in/a/0.txt", 2)[:200])
    unpacked = pytest.raises(ValueError, match="can't be unpacked")
    with unpacked, translated(path), contextlib.ExitStack() as stack:
        opened(path, stack)
