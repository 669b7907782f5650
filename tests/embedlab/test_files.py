"""Files that come out whole."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pytest

from embedlab.files import write_whole


def writes(data: bytes):
    return lambda file: file.write(data)


def test_they_hold_what_was_written(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_whole({one: writes(b"1"), two: writes(b"2")})
    write_whole({two: writes(b"3")})
    assert (one.read_bytes(), two.read_bytes()) == (b"1", b"3")
    assert len(list(tmp_path.iterdir())) == 2
    write_whole({})


def test_one_that_fails_leaves_all_as_they_were(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_whole({one: writes(b"1"), two: writes(b"2")})

    def breaks(file: BinaryIO) -> None:
        file.write(b"half")
        raise ZeroDivisionError

    for contents in ({one: writes(b"new"), two: breaks}, {one: breaks, two: writes(b"new")}, {one: breaks}):
        with pytest.raises(ZeroDivisionError):
            write_whole(contents)
        assert (one.read_bytes(), two.read_bytes()) == (b"1", b"2")
        assert len(list(tmp_path.iterdir())) == 2
