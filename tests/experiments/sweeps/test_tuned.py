"""The best of a sweep against its base on the test rows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from experiments.errors import Mistake
from scripts import tuned


def test_both_are_judged_on_test_with_seeds_that_the_sweep_has_not_seen(
    finished: tuple[Path, Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, swept, _ = finished
    with pytest.raises(Mistake, match="there is no finished sweep in it"):
        tuned.run(str(file), tmp_path, 2)
    for name in ("sweep.json", "best.py"):
        shutil.copy(swept / name, tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    assert tuned.run(str(file), tmp_path, 2) == 0
    facts = json.loads((tmp_path / "tuned.json").read_text("utf-8"))
    for name in tuned.NAMES:
        paths = (tmp_path / "tuned" / name).rglob("seed-*/summary.json")
        runs = sorted((json.loads(path.read_text("utf-8")) for path in paths), key=lambda run: run["seed"])
        assert [run["seed"] for run in runs] == [1, 2]  # those of the sweep had seed 0
        assert facts["by_seed"][name] == pytest.approx([run["test"]["accuracy"] for run in runs])
    means = {name: sum(facts["by_seed"][name]) / 2 for name in tuned.NAMES}
    difference = facts["difference"]
    assert difference["mean"] == pytest.approx(means["tuned"] - means["default"])
    assert difference["low"] <= difference["mean"] <= difference["high"]
    told = (tmp_path / "tuned.md").read_text("utf-8")
    assert "8 trials on validation; 2 seeds" in told
    found = "No difference was found" in told
    assert found == (difference["low"] <= 0 <= difference["high"])


def test_rows_that_the_sweep_chose_among_are_not_compared(
    finished: tuple[Path, Path, str], tmp_path: Path
) -> None:
    file, swept, _ = finished
    shutil.copy(swept / "sweep.json", tmp_path)
    best = (swept / "best.py").read_text("utf-8")
    assert "    return Config(\n" in best
    other = best.replace("    return Config(\n", "    return Config(\n        split_seed=1,\n")
    (tmp_path / "best.py").write_text(other, "utf-8")
    with pytest.raises(Mistake, match="the best config has other test rows than the base"):
        tuned.run(str(file), tmp_path, 1)
    assert not (tmp_path / "tuned.md").exists()
