"""Which runs there are, where they lie, and when all are finished."""

from __future__ import annotations

from pathlib import Path

import pytest

import embedlab
from experiments import baseline_runs
from experiments.comparison import is_finished, names, run_directory
from experiments.config import Config

DENSE = embedlab.Dense(100, 8)
ALONE = Config(DENSE, baselines=False)
SEVERAL = Config(DENSE, rivals={"cut": embedlab.Dense(50, 8)}, seeds=(0, 7))


def test_the_reference_is_named_after_its_kind() -> None:
    assert names(SEVERAL) == {"dense": DENSE, "cut": embedlab.Dense(50, 8)}
    taken = Config(DENSE, rivals={"dense": embedlab.Dense(50, 8)})
    assert list(names(taken)) == ["dense-reference", "dense"]
    both = Config(DENSE, rivals=dict.fromkeys(("dense", "dense-reference"), embedlab.Dense(50, 8)))
    assert list(names(both)) == ["dense-reference-reference", "dense", "dense-reference"]
    assert names(both)["dense-reference-reference"] == DENSE


def test_a_run_alone_is_the_workdir_itself(tmp_path: Path) -> None:
    assert run_directory(tmp_path, ALONE, "dense", 0).path == tmp_path
    assert run_directory(tmp_path, SEVERAL, "cut", 7).path == tmp_path / "cut" / "seed-7"


def finish(workdir: Path, config: Config) -> list[Path]:
    folders = {
        workdir,
        *(run_directory(workdir, config, n, s).path for n in names(config) for s in config.seeds),
    }
    if config.baselines:
        folders |= {directory.path for directory in baseline_runs.directories(workdir).values()}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "summary.json").write_text("{}")
    (workdir / "table.md").write_text("")
    return sorted(folder / "summary.json" for folder in folders)


@pytest.mark.parametrize(("config", "parts"), [(ALONE, 1), (SEVERAL, 7)])
def test_finished_is_what_lacks_no_part(tmp_path: Path, config: Config, parts: int) -> None:
    assert not is_finished(tmp_path, config)
    files = finish(tmp_path, config)
    assert len(files) == parts and is_finished(tmp_path, config)
    for file in [*files, tmp_path / "table.md"]:
        content = file.read_text()
        file.unlink()
        assert not is_finished(tmp_path, config)
        file.write_text(content)
