"""A whole sweep as a user runs it: workers, failures, results; stopped, gone on with, extended, refused."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.settings import config_file
from tests.experiments.sweeps.conftest import start, swept


def content(workdir: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((workdir / "sweep.json").read_text("utf-8"))
    return found


def test_every_trial_has_its_end(finished: tuple[Path, Path, str]) -> None:
    _, workdir, out = finished
    found = content(workdir)
    assert [trial["number"] for trial in found["trials"]] == list(range(8))
    for trial in found["trials"]:
        params = trial["params"]
        bad = (
            "nowhere"
            if params["data.label"] == "nowhere"
            else "became"
            if params["train.rate"] == 1e30
            else ""
        )
        assert trial["state"] == ("failed" if bad else "complete") and bad in trial["reason"], trial
        assert trial["attempts"] == 1 and trial["path"] == f"trials/{trial['number']}"
        assert f"trial {trial['number']}: {trial['state']}" in out
    cells = {json.dumps(trial["params"], sort_keys=True) for trial in found["trials"]}
    assert len(cells) == 8 and found["superseded"] == []
    assert "8 trials: 2 complete, 0 pruned, 6 failed; 0 attempts were cut short." in out


def test_a_trial_is_an_ordinary_run_judged_on_validation(finished: tuple[Path, Path, str]) -> None:
    _, workdir, _ = finished
    found = content(workdir)
    complete = [trial for trial in found["trials"] if trial["state"] == "complete"]
    for trial in complete:
        summary = json.loads((workdir / trial["path"] / "summary.json").read_text("utf-8"))
        assert trial["value"] == summary["valid"]["accuracy"] and trial["step"] == 20
        config = json.loads((workdir / trial["path"] / "config.json").read_text("utf-8"))
        assert config["embedding"] == trial["params"]["embedding"]
        assert config["train"]["rate"] == trial["params"]["train.rate"]
        assert config["seeds"] == [0] and config["rivals"] == {}
    best = max(complete, key=lambda trial: trial["value"])
    assert found["best"] == {key: best[key] for key in ("number", "value", "params")}
    assert found["settings"]["direction"] == "maximise"


def test_the_best_config_gives_the_same_numbers(
    finished: tuple[Path, Path, str], inside: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    _, workdir, _ = finished
    best = content(workdir)["best"]
    status, _, err = inside(workdir / "best.py", "--workdir", tmp_path / "best")
    assert status == 0, err
    for name in ("metrics.jsonl", "predictions.npz", "vectors/vectors.npy"):
        again, trial = (
            folder / name for folder in (tmp_path / "best", workdir / "trials" / str(best["number"]))
        )
        assert again.read_bytes() == trial.read_bytes(), name
    assert f"trial {best['number']}" in (workdir / "best.py").read_text("utf-8")


Command = Callable[..., tuple[int, str]]


def test_a_finished_sweep_does_nothing(command: Command, finished: tuple[Path, Path, str]) -> None:
    file, workdir, _ = finished
    before = {path: path.stat().st_mtime_ns for path in workdir.rglob("*") if path.name != "study.db"}
    status, out = command(file, "--workdir", workdir)
    assert status == 0 and f"{workdir} is finished; nothing to do." in out and "Best: trial" in out
    after = {path: path.stat().st_mtime_ns for path in workdir.rglob("*") if path.name != "study.db"}
    assert {path for path in after if path.is_file()} == {path for path in before if path.is_file()}
    assert all(after[path] == before[path] for path in before if path.suffix in (".json", ".py", ".jsonl"))


def test_another_sweep_is_refused(
    command: Command, finished: tuple[Path, Path, str], write_sweep: Callable[..., Path], tmp_path: Path
) -> None:
    _, workdir, _ = finished
    other = write_sweep("Grid(), None, metric='macro_f1'", path=tmp_path / "tiny.py")
    status, told = command(other, "--workdir", workdir)
    assert (
        status == 2 and 'other settings (metric: "accuracy" → "macro_f1")' in told and "Traceback" not in told
    )
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("…", "utf-8")
    status, told = command(other, "--workdir", tmp_path / "full")
    assert status == 2 and "it is no sweep's folder" in told and "thesis.tex" in told


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stop_loses_nothing_and_more_trials_may_come(
    root: Path, write_sweep: Callable[..., Path], tmp_path: Path, number: int, status: int
) -> None:
    space = '{"train.rate": LogFloat(0.01, 0.1), "train.optimizer": Choice("adam", "adagrad")}'
    file, workdir = write_sweep("Random(), None, 4", space), tmp_path / "stopped"
    process = start(root, file, "--workdir", workdir, "--workers", 2)
    assert process.stdout is not None
    assert "[1/4]" in process.stdout.readline()
    process.send_signal(number)
    began = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert process.returncode == status and time.monotonic() - began < 9, out + err
    assert "the same command goes on" in " ".join(err.split()) and "Traceback" not in err
    swept(root, file, "--workdir", workdir)
    first = content(workdir)
    assert len(first["trials"]) == 4 and {trial["state"] for trial in first["trials"]} == {"complete"}
    write_sweep("Random(), None, 6", space, path=file)
    assert "Goes on: 4 of 6 trials are done" in swept(root, file, "--workdir", workdir)
    second = content(workdir)
    assert second["trials"][:4] == first["trials"] and len(second["trials"]) == 6
    config_file.load(str(workdir / "best.py"))


def test_data_that_are_not_there_fail_no_trial(
    command: Command, write_sweep: Callable[..., Path], tmp_path: Path
) -> None:
    file = write_sweep("Grid()", '{"train.rate": Choice(0.1, 0.2)}', path=tmp_path / "tiny.py")
    text = file.read_text("utf-8")
    file.write_text(text.replace("prose.csv", "nowhere.csv"), "utf-8")
    for _ in range(2):  # nothing of the first start is in the way of the second
        status, told = command(file, "--workdir", tmp_path / "swept")
        assert status == 2 and "nowhere.csv" in told and "Traceback" not in told
    vectors = text.replace("seeds=(0, 1)", "transfer=Transfer('none.txt')")
    file.write_text(f"from experiments.config import Transfer\n{vectors}", "utf-8")
    status, told = command(file, "--workdir", tmp_path / "swept", "--workers", 1)
    assert status == 2 and "transfer.vectors='none.txt': it is not there" in told, told
    assert not (tmp_path / "swept" / "trials").exists() and not (tmp_path / "swept" / "sweep.json").exists()


def test_a_storage_that_is_not_there_leaves_a_folder_to_anything(
    command: Command, write_sweep: Callable[..., Path], tmp_path: Path
) -> None:
    url = "postgresql://me:secret@127.0.0.1:1/name"
    status, told = command(write_sweep(), "--workdir", tmp_path / "swept", "--storage", url)
    assert status == 2 and "it can't be opened" in told and "secret" not in told
    assert not (tmp_path / "swept" / "folder.json").exists()


def test_a_folder_without_its_study(
    command: Command, finished: tuple[Path, Path, str], tmp_path: Path
) -> None:
    file, workdir, _ = finished
    shutil.copytree(workdir, tmp_path / "copy")
    (tmp_path / "copy" / "study.db").unlink()
    status, told = command(file, "--workdir", tmp_path / "copy")
    assert status == 2 and "the study tiny that this folder's trials belong to is not there" in told
    for damaged in ("{", "{}"):
        (tmp_path / "copy" / "folder.json").write_text(damaged, "utf-8")
        status, told = command(file, "--workdir", tmp_path / "copy")
        assert status == 2 and "folder.json" in told and "Traceback" not in told


def test_workers_that_are_killed_before_they_begin(
    command: Command, write_sweep: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dies = "import os, sys\nif 'experiments.sweeps.worker' in sys.orig_argv: os.kill(os.getpid(), 9)\n"
    (tmp_path / "sitecustomize.py").write_text(dies, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    status, told = command(write_sweep(), "--workdir", tmp_path / "swept", "--workers", 1)
    assert status == 1 and "a worker ended before it began (SIGKILL)" in told and "Traceback" not in told


def test_a_reader_that_goes_away(
    command: Command, finished: tuple[Path, Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, workdir, _ = finished

    def gone(*_: Any, **__: Any) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("rich.console.Console.print", gone)
    assert command(file, "--workdir", workdir) == (141, "")


def test_a_mistake_in_the_file_is_told_before_anything_is_written(
    command: Command, write_sweep: Callable[..., Path], tmp_path: Path
) -> None:
    file = write_sweep("Grid()", '{"train.rat": Choice(0.1)}')
    status, told = command(file, "--workdir", tmp_path / "none")
    assert status == 2 and "unknown key train.rat; did you mean train.rate?" in told
    assert not (tmp_path / "none").exists()
