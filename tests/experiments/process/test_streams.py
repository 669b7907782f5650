"""Output in whatever encoding: nothing fails, and no sign is lost."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.process.streams import open_streams


def written(monkeypatch: pytest.MonkeyPatch, text: str, encoding: str, errors: str = "strict") -> bytes:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding, errors))
    open_streams()
    print(text, end="", flush=True)
    return raw.getvalue()


def test_what_an_encoding_lacks_is_written_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(monkeypatch, "a → −4.1 [1–2] … 中", "ascii") == rb"a -> -4.1 [1-2] ... \u4e2d"
    assert written(monkeypatch, "é –", "latin-1") == b"\xe9 -"


def test_utf8_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(monkeypatch, "a → −4.1", "utf-8") == "a → −4.1".encode()


def test_a_path_that_is_no_text_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    undecodable = b"run-\xff".decode("utf-8", "surrogateescape")
    assert written(monkeypatch, undecodable, "utf-8") == rb"run-\udcff"


def test_a_stream_that_is_closed_goes_nowhere(root: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from experiments.process.streams import open_streams\n"
        f"open_streams(); file = open({str(tmp_path / 'kept')!r}, 'w')\n"
        "print('lost', flush=True); print('lost', file=sys.stderr, flush=True); print('kept', file=file)\n"
    )
    done = subprocess.run(["sh", "-c", '"$0" -c "$1" <&- >&- 2>&-', sys.executable, code], cwd=root)
    assert done.returncode == 0
    assert (tmp_path / "kept").read_text() == "kept\n"  # it has not the number of a closed one
