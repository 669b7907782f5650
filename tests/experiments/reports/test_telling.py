"""Plain lines on how far something is."""

from __future__ import annotations

import pytest

from experiments.reports import telling


def test_lines_tell_parts_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ticks = iter([0.0, 1.0, 6.0, 20.0])
    monkeypatch.setattr(telling.time, "monotonic", lambda: next(ticks))
    with telling.telling("laying out") as tell:
        tell(0, 100)
        tell(0, 100)
        tell(25, 100)
    assert capsys.readouterr().err == "laying out: 0 %\nlaying out: 25 %, 1:00 left\n"
