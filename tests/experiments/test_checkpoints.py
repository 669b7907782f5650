"""Checkpoints: the newest two, and a damaged one is named instead of shown as a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from embedlab import sparse
from experiments.checkpoints import Checkpoints
from experiments.errors import RunFailure

TABLE = jnp.arange(12.0).reshape(4, 3)
STATE = {"table": TABLE, "optimizer": optax.adam(0.1).init(TABLE), "step": np.array(3, np.int32), "none": {}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Checkpoints(tmp_path / "c") as checkpoints:
        for step in (1, 2, 3):
            checkpoints.save(step, STATE)
        checkpoints.save(3, STATE)  # nothing to do
    return tmp_path / "c"


def test_the_newest_state_comes_back(folder: Path) -> None:
    with Checkpoints(folder) as checkpoints:
        assert checkpoints.latest == 3
        found = checkpoints.restore(jax.eval_shape(lambda: STATE))
    jax.tree.map(np.testing.assert_array_equal, found, STATE)
    assert sorted(path.name for path in folder.iterdir()) == ["2", "3"]


def test_classes_come_back_with_what_is_empty_in_them(tmp_path: Path) -> None:
    trainer = sparse.Trainer(lambda params: params["w"].sum(), rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    state = {
        "live": trainer.init({"tables": {"t": TABLE}, "w": jnp.ones(2), "more": {}}),
        "best": {"t": TABLE},
    }
    state["live"].rows["empty"] = sparse.RowState({})
    with Checkpoints(tmp_path / "c") as checkpoints:
        checkpoints.save(1, state)
        found = checkpoints.restore(jax.eval_shape(lambda: state))
    assert jax.tree.structure(found) == jax.tree.structure(state)
    jax.tree.map(np.testing.assert_array_equal, found, state)


def test_no_state_yet(tmp_path: Path) -> None:
    with Checkpoints(tmp_path / "c") as checkpoints:
        assert checkpoints.latest is None and checkpoints.restore(STATE) is None


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    with Checkpoints(tmp_path / "c", create=False) as checkpoints:
        assert checkpoints.latest is None
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize("name", ["default/manifest.ocdbt", "default/_METADATA", "default/d/*"])
@pytest.mark.parametrize("left", [None, 0.5, 0.0], ids=["deleted", "cut", "empty"])
def test_a_damaged_part_is_named(folder: Path, name: str, left: float | None) -> None:
    for file in (folder / "3").glob(name):
        content = file.read_bytes()
        file.unlink() if left is None else file.write_bytes(content[: int(left * len(content))])
    with Checkpoints(folder) as checkpoints, pytest.raises(RunFailure) as caught:
        checkpoints.restore(STATE)
    told = str(caught.value)
    assert told.startswith(str(folder.resolve() / "3"))
    assert f"Remove the folder {folder.resolve() / '3'}" in told and "goes on from step 2" in told
    assert "\n" not in told and len(told) < 800


def test_no_thread_prints_a_traceback_of_its_own(folder: Path, root: Path) -> None:
    (folder / "3" / "default" / "manifest.ocdbt").write_bytes(b"")
    code = f"""
import gc, jax.numpy as jnp, optax, pathlib
from experiments.checkpoints import Checkpoints
from experiments.errors import RunFailure
table = jnp.zeros((4, 3))
like = {{"table": table, "optimizer": optax.adam(0.1).init(table), "step": jnp.int32(0), "none": {{}}}}
for _ in range(5):
    with Checkpoints(pathlib.Path({json.dumps(str(folder))})) as checkpoints:
        try:
            checkpoints.restore(like)
        except RunFailure:
            pass
    gc.collect()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_save_that_fails_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Checkpoints(folder) as checkpoints:

        def full(*_: object, **__: object) -> None:
            raise ValueError('RESOURCE_EXHAUSTED: No space left on device [tensorstore_spec="…"]')

        monkeypatch.setattr(checkpoints._manager, "save", full)
        with pytest.raises(
            RunFailure, match=r"c/4: .*written \(RESOURCE_EXHAUSTED: No space left on device\)"
        ):
            checkpoints.save(4, STATE)
        assert checkpoints.latest == 3
