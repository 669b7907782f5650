"""Texts on disk are the texts that were put there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from experiments.data import texts as module
from experiments.data.texts import StoredTexts

TEXTS = ["", "plain", "two\nlines\r\n", "żółć 中文 🙂", "\ud800 half", "x" * 1000, ""]


@pytest.mark.parametrize("block", [1, 7, 100, 2**22])
def test_they_come_back_in_any_way_of_reading(
    tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    stored = StoredTexts(tmp_path)
    for text in TEXTS[:3]:
        stored.append(text)
    assert list(stored) == TEXTS[:3]
    for text in TEXTS[3:]:  # it may go on after it was read
        stored.append(text)
    assert len(stored) == 7 and list(stored) == TEXTS == stored[:]
    assert [stored[place] for place in range(7)] == TEXTS and stored[-3] == TEXTS[-3]
    with pytest.raises(IndexError):
        stored[7]


def test_nothing_is_left_in_the_folder(tmp_path: Path) -> None:
    stored = StoredTexts(tmp_path)
    stored.append("text")
    assert stored[0] == "text" and os.listdir(tmp_path) == []


def test_none() -> None:
    assert list(StoredTexts(Path("/tmp"))) == []
