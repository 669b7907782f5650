"""Paths that begin with a home folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.study import program


def test_a_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert expanded("~/runs") == tmp_path / "runs" and expanded("runs/~") == Path("runs/~")


def test_a_home_folder_of_nobody_is_a_mistake() -> None:
    with pytest.raises(Mistake, match=r"^--data.path='~no-such/a': no home folder is known of '~no-such'; "):
        expanded("~no-such/a", "--data.path=")


@pytest.mark.parametrize("flags", [["--workdir", "~no-such/a"], ["--data.path", "~no-such/a.csv"]])
def test_a_program_tells_it(tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str]) -> None:
    where = [] if "--workdir" in flags else ["--workdir", str(tmp_path)]
    assert program.main("columns", [*flags, *where]) == 2
    assert "no home folder is known of '~no-such'" in " ".join(capsys.readouterr().err.split())
