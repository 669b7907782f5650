"""One trial in a worker: what it tells on the way, and how it may end."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import embedlab
from experiments.settings import codec
from experiments.sweeps import plan
from experiments.sweeps.trial import Ended, Job, run
from tests.experiments.disks import disk


@pytest.fixture(scope="module")
def job(write_sweep: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Job]:
    """A job of a tiny run in a new folder, with some parts of its config replaced."""
    own = plan.load(str(write_sweep("Grid(), None, metric='macro_f1'")))

    def make(folder: Path | None = None, **parts: Any) -> Job:
        config = dataclasses.replace(own.program.alone(own.base), **parts)
        folder = folder or tmp_path_factory.mktemp("trial") / "run"
        return Job("classify", codec.encode(config), str(folder), "macro_f1")

    return make


def lines(given: Job) -> list[tuple[int, float]]:
    """The validation metrics that the run logged."""
    text = (Path(given.folder) / "metrics.jsonl").read_text("utf-8")
    found = [json.loads(line) for line in text.splitlines()]
    return [(line["step"], line["macro_f1"]) for line in found if line["split"] == "valid"]


def test_a_trial_tells_of_its_evaluations(job: Callable[..., Job]) -> None:
    given, told = job(), []
    ended = run(given, lambda *news: told.append(news) or False)
    assert [step for step, _ in told] == [5, 10, 15, 20] and told == lines(given)
    summary = json.loads((Path(given.folder) / "summary.json").read_text("utf-8"))
    assert ended == Ended("complete", summary["valid"]["macro_f1"])
    assert ended.value != summary["test"]["macro_f1"]
    assert run(given, lambda step, value: True) == ended  # it is finished: nothing is told again


def test_a_pruned_trial_keeps_its_folder_and_can_go_on(job: Callable[..., Job]) -> None:
    given = job()
    assert run(given, lambda step, value: step >= 10) == Ended("pruned")
    assert [step for step, _ in lines(given)] == [5, 10]
    assert not (Path(given.folder) / "summary.json").exists()
    again: list[Any] = []
    assert run(given, lambda *news: again.append(news) or False).how == "complete"
    assert again == lines(given) and [step for step, _ in again] == [5, 10, 15, 20]


def test_a_run_that_goes_on_tells_of_what_was_before(job: Callable[..., Job]) -> None:
    config = codec.decode(job().config)
    often = dataclasses.replace(config.train, checkpoint_seconds=0.0)
    given = job(train=often)

    class Killed(BaseException):
        pass

    def kill(step: int, value: float) -> bool:
        if step == 15:
            raise Killed
        return False

    with pytest.raises(Killed):
        run(given, kill)
    assert list((Path(given.folder) / "checkpoints").glob("10"))
    told: list[Any] = []
    assert run(given, lambda *news: told.append(news) or False).how == "complete"
    assert told == lines(given) and [step for step, _ in told] == [5, 10, 15, 20]


@pytest.mark.parametrize("together", [False, True])
def test_of_several_seeds_the_mean_decides(job: Callable[..., Job], together: bool) -> None:
    given, told = job(seeds=(0, 1), seeds_together=together), []
    ended = run(given, lambda *news: told.append(news) or False)
    folders = [Path(given.folder) / "dense" / f"seed-{seed}" for seed in (0, 1)]
    first, second = (lines(dataclasses.replace(given, folder=str(folder))) for folder in folders)
    found = [json.loads((folder / "summary.json").read_text("utf-8")) for folder in folders]
    assert ended.value == pytest.approx(sum(each["valid"]["macro_f1"] for each in found) / 2, abs=1e-12)
    assert first != second and len(first) == len(second) == 4
    means = [(step, (one + other) / 2) for (step, one), (_, other) in zip(first, second, strict=True)]
    assert told == (means if together else first)


def test_several_seeds_end_together(job: Callable[..., Job]) -> None:
    given = job(seeds=(0, 1), seeds_together=True)
    assert run(given, lambda step, value: step >= 10) == Ended("pruned")
    for seed in (0, 1):
        folder = Path(given.folder) / "dense" / f"seed-{seed}"
        assert [step for step, _ in lines(dataclasses.replace(given, folder=str(folder)))] == [5, 10]
        assert not (folder / "summary.json").exists()


@contextlib.contextmanager
def little_memory() -> Iterator[None]:
    """Within, this process gets 3 GB more at most; a table of 5 GB is refused by the system at once."""
    words = Path("/proc/self/statm").read_text().split()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    most = int(words[0]) * resource.getpagesize() + 3 * 2**30
    resource.setrlimit(resource.RLIMIT_AS, (most, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def test_failures_have_their_reason(job: Callable[..., Job]) -> None:
    def failed(**parts: Any) -> str:
        ended = run(job(**parts), lambda step, value: False)
        assert ended.how == "failed" and math.isnan(ended.value)
        return ended.reason

    config = codec.decode(job().config)
    assert "became nan" in failed(train=dataclasses.replace(config.train, rate=1e30))
    assert "nowhere" in failed(data=dataclasses.replace(config.data, label="nowhere"))
    with little_memory():
        assert failed(embedding=embedlab.Dense(300, 2**22)).startswith("out of memory (")


def test_a_defect_is_a_trial_s_end_and_a_full_disk_is_not(
    job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(error: Exception) -> Ended:
        def raised(*_: Any) -> None:
            raise error

        monkeypatch.setattr("experiments.comparisons.comparison.run", raised)
        return run(job(), lambda step, value: False)

    assert broken(ZeroDivisionError("a defect")) == Ended("failed", reason="ZeroDivisionError: a defect")
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert broken(MemoryError()).reason == "out of memory (no more to be had)"
    assert broken(OSError(28, "No space left on device")).how == "broken"


@pytest.mark.parametrize("how", ["tmpfs", "limit"])
def test_a_checkpoint_that_the_disk_has_no_room_for(
    job: Callable[..., Job], tmp_path: Path, how: str
) -> None:
    often = dataclasses.replace(codec.decode(job().config).train, checkpoint_seconds=0.0)
    with disk(tmp_path / "disk", how) as full:
        given = job(tmp_path / "disk" / "run", train=often, embedding=embedlab.Dense(3000, 16))
        with full():
            ended = run(given, lambda step, value: False)
        assert ended.how == "broken" and "can't be written" in ended.reason, ended
        assert run(given, lambda step, value: False).how == "complete"
