"""Checkpoints: the newest two, whole or refused; a damaged one is named instead of shown as a traceback."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from embedlab import sparse
from experiments.errors import Mistake, RunFailure
from experiments.runs.checkpoints import Checkpoints

TABLE = jnp.arange(12.0).reshape(4, 3)
STATE = {"live": {"table": TABLE, "optimizer": optax.adam(0.1).init(TABLE), "none": {}}, "best": {"t": TABLE}}
LIKE = jax.eval_shape(lambda: STATE)
HOST = {"loss": np.array(1 / 3), "step": np.array(7)}
FACTS = {"x64": False, "vocabulary": "abc"}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("saved") / "c"
    with Checkpoints(place, facts=FACTS) as checkpoints:
        for step in (1, 2, 3):
            checkpoints.save(step, STATE, HOST)
    return place


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """Checkpoints of steps 2 and 3, to be damaged."""
    return Path(shutil.copytree(saved, tmp_path / "c"))


def content(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_newest_state_comes_back(folder: Path) -> None:
    before = content(folder)
    with Checkpoints(folder, create=False, facts=FACTS) as checkpoints:
        assert (checkpoints.latest, checkpoints.steps) == (3, [2, 3])
        found = checkpoints.restore(LIKE)
        assert found is not None and found.step == 3
        jax.tree.map(np.testing.assert_array_equal, found.state, STATE)
        assert found.host == HOST and found.host["loss"].dtype == np.float64
        part = checkpoints.restore({"best": LIKE["best"]})
        assert part is not None and list(part.state) == ["best"]
    assert sorted(path.name for path in folder.iterdir()) == ["2", "3"]
    assert content(folder) == before


def test_a_state_of_the_same_step_is_replaced(folder: Path) -> None:
    with Checkpoints(folder) as checkpoints:
        checkpoints.save(3, STATE, {"loss": np.array(2.0)})
        found = checkpoints.restore(LIKE)
    assert found is not None and found.host == {"loss": 2.0}
    assert sorted(path.name for path in folder.iterdir()) == ["2", "3"]


def test_classes_come_back_with_what_is_empty_in_them(tmp_path: Path) -> None:
    trainer = sparse.Trainer(lambda params: params["w"].sum(), rows=sparse.sgd(0.1), dense=optax.sgd(0.1))
    state = {"live": trainer.init({"tables": {"t": TABLE}, "w": jnp.ones(2), "more": {}})}
    state["live"].rows["empty"] = sparse.RowState({})
    with Checkpoints(tmp_path / "c") as checkpoints:
        checkpoints.save(1, state)
        found = checkpoints.restore(jax.eval_shape(lambda: state))
    assert found is not None
    assert jax.tree.structure(found.state) == jax.tree.structure(state)
    jax.tree.map(np.testing.assert_array_equal, found.state, state)


def test_no_state_yet(tmp_path: Path) -> None:
    with Checkpoints(tmp_path / "c") as checkpoints:
        assert checkpoints.drop_damaged() is None
        assert checkpoints.latest is None and checkpoints.restore(STATE) is None


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    with Checkpoints(tmp_path / "c", create=False) as checkpoints:
        assert checkpoints.latest is None
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    "name", ["live/manifest.ocdbt", "live/_METADATA", "best/d/*", "host.npz", "manifest.json"]
)
@pytest.mark.parametrize("left", [None, 0.5, 0.0], ids=["deleted", "cut", "empty"])
def test_a_damaged_part_is_named(folder: Path, name: str, left: float | None) -> None:
    for file in (folder / "3").glob(name):
        before = file.read_bytes()
        file.unlink() if left is None else file.write_bytes(before[: int(left * len(before))])
    with Checkpoints(folder) as checkpoints, pytest.raises(RunFailure) as caught:
        checkpoints.restore(LIKE)
    told = str(caught.value)
    assert told.startswith(f"{file}: the checkpoint of step 3 can't be restored (")
    assert "--resume previous" in told and "goes on from step 2" in told
    assert "\n" not in told and len(told) < 800


def test_a_file_too_many_is_named(folder: Path) -> None:
    (folder / "3" / "live" / "more").write_bytes(b"")
    with Checkpoints(folder) as checkpoints, pytest.raises(RunFailure, match=r"live/more: .*nobody wrote it"):
        checkpoints.restore(LIKE)


def test_no_flipped_bit_is_restored(folder: Path) -> None:
    rng = np.random.default_rng(0)
    files = [file for file in sorted((folder / "3").rglob("*")) if file.is_file() and file.stat().st_size]
    with Checkpoints(folder) as checkpoints:
        for _ in range(100):
            file = files[rng.integers(len(files))]
            before = bytearray(file.read_bytes())
            place, bit = rng.integers(len(before)), rng.integers(8)
            after = bytearray(before)
            after[place] ^= 1 << bit
            file.write_bytes(after)
            with pytest.raises(RunFailure) as caught:
                checkpoints.restore(LIKE)
            assert str(caught.value).startswith(f"{file}: ")
            file.write_bytes(before)
        assert checkpoints.restore(LIKE) is not None


def test_the_one_before_is_taken_where_that_is_asked_for(folder: Path) -> None:
    file = folder / "3" / "host.npz"
    file.write_bytes(file.read_bytes()[::-1])
    with Checkpoints(folder) as checkpoints:
        assert checkpoints.drop_damaged() == 3
        found = checkpoints.restore(LIKE)
        assert found is not None and found.step == checkpoints.latest == 2
        checkpoints.save(3, STATE)
    assert sorted(path.name for path in folder.iterdir()) == ["2", "3"]
    for step in (2, 3):
        (folder / str(step) / "manifest.json").write_bytes(b"{}")
    with pytest.raises(RunFailure, match=r"2/manifest\.json: .*step 2.*remove the folder"):
        Checkpoints(folder).drop_damaged()


def test_a_whole_newest_one_stays_the_newest(folder: Path) -> None:
    checkpoints = Checkpoints(folder, create=False)
    assert (checkpoints.drop_damaged(), checkpoints.latest) == (None, 3)


@pytest.mark.parametrize(
    ("facts", "like", "message"),
    [
        ({"vocabulary": "abd"}, LIKE, r"\(vocabulary: abc then, abd now\)\. Give another --workdir"),
        ({"x64": True}, LIKE, r"x64: False then, True now\)\. Set JAX_ENABLE_X64=0 as it was, or give"),
        ({}, {"best": {"t": jnp.ones((4, 3), jnp.bfloat16)}}, r"float32\[4,3\] then, bfloat16\[4,3\] now"),
        ({}, {"best": {"t": jnp.ones((4, 2))}}, r"float32\[4,3\] then, float32\[4,2\] now"),
        ({}, {"best": {"u": TABLE}}, r"\['u'\]: None then, float32\[4,3\] now"),
    ],
    ids=["vocabulary", "x64", "type", "shape", "name"],
)
def test_other_facts_types_and_shapes_are_refused(folder: Path, facts: Any, like: Any, message: str) -> None:
    with Checkpoints(folder, facts=facts) as checkpoints, pytest.raises(Mistake, match=message):
        checkpoints.restore(like)


def test_what_a_kill_left_of_an_older_checkpoint_is_in_nobodys_way(folder: Path) -> None:
    half = folder / ".old-2"  # on its way out, and the process killed while its files went
    shutil.copytree(folder / "2", half)
    (half / "manifest.json").unlink()
    with Checkpoints(folder, facts=FACTS) as checkpoints:
        shutil.copytree(folder / "2", half, dirs_exist_ok=True)  # as if it had come just now
        checkpoints.save(4, STATE, HOST)
        assert checkpoints.steps == [3, 4]
        checkpoints.save(5, STATE, HOST)
    assert sorted(path.name for path in folder.iterdir()) == ["4", "5"]


@pytest.mark.parametrize("left", ["unfinished", "replaced", "both"])
def test_what_a_kill_left_is_put_away(folder: Path, left: str) -> None:
    before = content(folder)
    if left == "unfinished":
        shutil.copytree(folder / "3", folder / ".unfinished")
    elif left == "replaced":  # between the two renames
        (folder / "3").rename(folder / ".replaced-3")
    else:
        shutil.copytree(folder / "3", folder / ".replaced-3")
    with Checkpoints(folder) as checkpoints:
        assert checkpoints.steps == [2, 3]
    assert content(folder) == before


@pytest.mark.slow
def test_no_thread_prints_a_traceback_of_its_own(folder: Path, root: Path) -> None:
    # A manifest that fits a damaged file: so that Orbax is given it, as by a defect of ours.
    code = f"""
import gc, jax, jax.numpy as jnp, pathlib
from experiments.runs import manifest
from experiments.runs.checkpoints import Checkpoints
from experiments.errors import RunFailure
place = pathlib.Path({json.dumps(str(folder))}) / "3"
(place / "best" / "manifest.ocdbt").write_bytes(b"")
content = manifest.read(place / "manifest.json")
content["files"] = manifest.describe(place, content["files"])
manifest.write(place / "manifest.json", content)
for _ in range(5):
    with Checkpoints(place.parent) as checkpoints:
        try:
            checkpoints.restore({{"best": {{"t": jnp.zeros((4, 3))}}}})
        except RunFailure:
            pass
        else:
            raise SystemExit("it was restored")
    gc.collect()
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_file_that_grows_is_to_begin_as_it_was(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\n")
    with Checkpoints(tmp_path / "c", also=(log, tmp_path / "none")) as checkpoints:
        checkpoints.save(1, STATE)
        log.write_bytes(b"one\ntwo\n")
        assert checkpoints.restore(LIKE) is not None
        for damaged in (b"", b"one", b"One\ntwo\n", None):
            log.unlink() if damaged is None else log.write_bytes(damaged)
            with pytest.raises(
                RunFailure, match=r"log: its first 4 bytes are not those .* checkpoint of step 1"
            ):
                checkpoints.restore(LIKE)


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("mine")
    for create in (True, False):
        with pytest.raises(
            RunFailure, match=r"c: this is a file, where the folder of checkpoints is expected"
        ):
            Checkpoints(tmp_path / "c", create=create)
    assert (tmp_path / "c").read_text() == "mine"


def test_a_save_that_fails_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(folder)
    with Checkpoints(folder) as checkpoints:

        def full(*_: object, **__: object) -> None:
            raise ValueError('RESOURCE_EXHAUSTED: No space left on device [tensorstore_spec="…"]')

        monkeypatch.setattr(checkpoints._orbax, "save", full)
        with pytest.raises(
            RunFailure, match=r"c/4: .*written \(RESOURCE_EXHAUSTED: No space left on device\)"
        ):
            checkpoints.save(4, STATE)
        assert checkpoints.latest == 3
    assert content(folder) == before
