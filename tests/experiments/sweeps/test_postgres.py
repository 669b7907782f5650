"""A study of two folders, in a real PostgreSQL server that the test starts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from experiments.sweeps.ledger import Ledger
from experiments.sweeps.store import Store
from scripts import postgres
from tests.experiments.sweeps.conftest import small, start


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if program := postgres.missing():
        pytest.skip(f"no PostgreSQL server on this machine: no {program}")
    with postgres.server() as found:
        yield found


def test_two_folders_share_a_study(url: str) -> None:
    own = small(trials=5)
    one, two = (Ledger(Store(url), own, name) for name in ("one", "two"))
    claims = [ledger.claim() for ledger in (one, two, one, two)]
    assert [claim.number for claim in claims if claim] == [0, 1, 2, 3]
    assert claims[0] and claims[1] and claims[2]
    one.complete(claims[0], 0.5)
    two.prune(claims[1])
    again = Ledger(Store(url), own, "one")  # its driver was killed: trial 2 is its to begin again
    taken = again.claim()
    assert taken is not None and (taken.number, taken.params) == (2, claims[2].params)
    again.fail(taken, "a reason")
    states = ["complete", "pruned", "failed", "running"]
    assert (
        [record.state for record in two.records()] == [record.state for record in again.records()] == states
    )
    assert [record.attempts for record in two.records()] == [1, 1, 2, 1]


@pytest.mark.slow
def test_two_drivers_work_side_by_side(
    root: Path, url: str, write_sweep: Callable[..., Path], tmp_path: Path
) -> None:
    file = write_sweep("Grid(), None, name='fleet'")
    folders = [tmp_path / "one", tmp_path / "two"]
    drivers = [start(root, file, "--workdir", folder, "--workers", 1, "--storage", url) for folder in folders]
    for driver in drivers:
        out, err = driver.communicate(timeout=500)
        assert driver.returncode == 0, out + err
    one, two = (json.loads((folder / "sweep.json").read_text("utf-8")) for folder in folders)
    assert [trial["number"] for trial in one["trials"]] == list(range(8)) and one["superseded"] == []
    for mine, other in zip(one["trials"], two["trials"], strict=True):
        assert (mine["path"] is None) != (other["path"] is None)
        assert {**mine, "path": None} == {**other, "path": None}
        where = folders[0] if mine["path"] else folders[1]
        assert (where / "trials" / str(mine["number"])).is_dir() or mine["state"] == "failed"
    assert any(trial["path"] for trial in one["trials"]) and any(trial["path"] for trial in two["trials"])
    assert (folders[0] / "best.py").exists() and one["best"] == two["best"]
