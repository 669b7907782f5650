"""Trackers by flag: which there are, and what is said where one can't be had."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments import pretrain
from experiments.errors import Mistake
from experiments.tracking import Wanted
from experiments.tracking.choose import trackers


def test_none_unless_asked_for(tmp_path: Path) -> None:
    assert trackers(Wanted(), tmp_path, print) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match=r"--tensorboard .*file: it is a file; give a folder"):
        trackers(Wanted(str(tmp_path / "file")), tmp_path, print)
    with pytest.raises(Mistake, match=r"--tensorboard .*below: .*file is a file; give a folder"):
        trackers(Wanted(str(tmp_path / "file" / "below")), tmp_path, print)


@pytest.mark.parametrize(
    ("module", "words", "extra"),
    [("tensorboardX", ["--tensorboard"], "tensorboard"), ("wandb", ["--wandb", "offline"], "wandb")],
)
def test_a_library_that_is_not_there(
    module: str,
    words: list[str],
    extra: str,
    small: Path,
    inside: Callable[..., tuple[int, str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    status, out, err = inside(small, "--workdir", tmp_path / "w", *words)
    assert status == 2 and out == "" and "Traceback" not in err
    assert f"pip install 'embedlab[{extra}]'" in " ".join(err.split())
    assert not (tmp_path / "w").exists()


def test_pretraining_says_so_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    text = tmp_path / "small.py"
    text.write_text(
        "from embedlab import Dense\nfrom experiments.pretraining import Pretraining\n"
        "def config():\n    return Pretraining(Dense(50, 4))\n"
    )
    assert pretrain.main([str(text), "--workdir", str(tmp_path / "w"), "--tensorboard"]) == 2
    assert "pip install 'embedlab[tensorboard]'" in " ".join(capsys.readouterr().err.split())
