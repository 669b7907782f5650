"""The cache: where it lies, and that no state of it is an error."""

import gzip
import json
import os
import threading
from pathlib import Path

import pytest

from experiments.data.cache import cache_folder, cached


class Counter:
    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"texts": ["ä", "b"], "calls": self.calls}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDLAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_where_it_lies(monkeypatch):
    monkeypatch.setenv("EMBEDLAB_CACHE", "/a")
    monkeypatch.setenv("XDG_CACHE_HOME", "/b")
    monkeypatch.setenv("HOME", "/c")
    assert cache_folder() == Path("/a")
    monkeypatch.setenv("EMBEDLAB_CACHE", "")
    assert cache_folder() == Path("/b/embedlab")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path("/c/.cache/embedlab")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError))
    assert cache_folder() is None
    assert cached("x", 1, lambda: 2) == 2


def test_computed_once_for_a_key(folder):
    compute = Counter()
    first = cached("x", {"v": (1, 2)}, compute)
    assert cached("x", {"v": [1, 2]}, compute) == first and compute.calls == 1
    cached("x", {"v": [1, 3]}, compute)
    assert compute.calls == 2
    assert sorted(path.suffix for path in folder.iterdir()) == [".gz", ".gz"], "no part is left behind"


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:40] + bytes([raw[40] ^ 4]) + raw[41:],
        lambda raw: raw + b"more",
        lambda raw: gzip.compress(b"[1"),
        lambda raw: gzip.compress(b"[]"),
        lambda raw: gzip.compress(b"\xff"),
        lambda raw: gzip.compress(json.dumps({"key": 0, "value": 0}).encode()),
    ],
)
def test_a_damaged_file_is_computed_anew_and_mended(damage, folder):
    cached("x", 1, Counter())
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert cached("x", 1, Counter()) == {"texts": ["ä", "b"], "calls": 1}
    assert file.read_bytes() == whole


def test_a_folder_that_cannot_be_written_is_no_error(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    for place in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/nowhere")):
        monkeypatch.setenv("EMBEDLAB_CACHE", str(place))
        assert cached("x", 1, lambda: 2) == 2


def test_a_full_disk_leaves_no_part(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert cached("x", 1, lambda: 2) == 2
    assert list(folder.iterdir()) == []


def test_writers_at_once_leave_one_whole_file(folder):
    threads = [threading.Thread(target=cached, args=("x", 1, Counter())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (file,) = folder.iterdir()
    assert json.loads(gzip.decompress(file.read_bytes()))["value"]["calls"] == 1
