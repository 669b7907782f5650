"""What the tests of trackers share: a run that was tracked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.classify import main


@pytest.fixture(scope="session")
def tracked(write_config: Callable[..., Path], root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workdir of two seeds, with their event files in it."""
    workdir = tmp_path_factory.mktemp("tracked") / "w"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        config = write_config("seeds=(0, 1), baselines=False,")
        assert main([str(config), "--workdir", str(workdir), "--tensorboard"]) == 0
    return workdir
