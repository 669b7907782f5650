"""The run directory: who may write there, what is damaged, what a resumed run drops."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from experiments.errors import Mistake, RunFailure
from experiments.runs.run import RunDirectory, commit, differences, versions

CONFIG = {"train": {"rate": 0.1}, "seeds": (0,)}


@pytest.fixture
def directory(tmp_path: Path) -> RunDirectory:
    return RunDirectory(tmp_path / "a" / "run")


def test_checking_writes_nothing(directory: RunDirectory) -> None:
    directory.check(CONFIG)
    assert list(directory.path.iterdir()) == []


def test_a_claimed_folder_is_claimed_again_by_its_config_alone(directory: RunDirectory) -> None:
    directory.claim(CONFIG)
    directory.claim(CONFIG)
    with pytest.raises(Mistake, match=r"another config \(train\.rate: 0\.1 → 0\.2\).*another --workdir"):
        directory.claim({**CONFIG, "train": {"rate": 0.2}})
    assert directory.read("config.json") == {"train": {"rate": 0.1}, "seeds": [0]}


def test_a_folder_of_someone_else_is_refused(directory: RunDirectory) -> None:
    directory.path.mkdir(parents=True)
    (directory.path / "table.md").write_text("mine")
    with pytest.raises(Mistake, match=r"no run's folder .* holds table\.md, .* Give a new folder"):
        directory.claim(CONFIG)
    assert (directory.path / "table.md").read_text() == "mine"
    assert len(list(directory.path.iterdir())) == 1


def test_hidden_files_make_no_folder_someone_elses(directory: RunDirectory) -> None:
    directory.path.mkdir(parents=True)
    (directory.path / ".DS_Store").write_text("")
    directory.claim(CONFIG)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_what_can_not_be_written_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match=r"can't write there \(.+\)\. Give a folder that can be made"):
        RunDirectory(tmp_path / place).check(CONFIG)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b"", b"[" * 100_000])
@pytest.mark.parametrize("name", ["config.json", "summary.json", "data.json"])
def test_a_damaged_file_is_named_and_no_other(directory: RunDirectory, name: str, content: bytes) -> None:
    directory.claim(CONFIG)
    (directory.path / name).write_bytes(content)
    with pytest.raises(Mistake) as caught:
        directory.read(name)
    assert str(directory.path / name) in str(caught.value)
    assert "Remove the folder" not in str(caught.value)
    assert ("Put it back" if name == "config.json" else "Remove this file alone") in str(caught.value)


def test_metrics_survive_a_last_line_that_was_cut(directory: RunDirectory) -> None:
    directory.claim(CONFIG)
    directory.log(step=1, split="train", loss=2.0)
    with (directory.path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 2, "sp')
    assert directory.metrics() == [{"step": 1, "split": "train", "loss": 2.0}]


@pytest.mark.parametrize(
    "line",
    [b"\xff\xfe", b"{]", b"3", b'{"loss": 1}', b'{"step": "2", "split": "a"}', b'{"step": 1, "split": []}'],
)
def test_a_damaged_line_of_metrics_is_named(directory: RunDirectory, line: bytes) -> None:
    directory.claim(CONFIG)
    directory.log(step=1, split="train", loss=2.0)
    with (directory.path / "metrics.jsonl").open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(RunFailure, match=r"metrics\.jsonl, line 2: this is no line of metrics.*Remove this"):
        directory.rewind(1)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_never_a_line(directory: RunDirectory, value: float) -> None:
    with pytest.raises(
        RunFailure, match=r"loss of valid became (nan|inf) at step 7; the last good checkpoint"
    ):
        directory.log(step=7, split="valid", accuracy=0.5, loss=value)
    assert directory.metrics() == []


def test_rewinding_drops_later_steps_and_final_lines(directory: RunDirectory) -> None:
    directory.claim(CONFIG)
    for step, split in ((1, "train"), (2, "train"), (1, "test"), (1, "final")):
        directory.log(step=step, split=split)
    directory.rewind(1)
    assert directory.metrics() == [{"step": 1, "split": "train"}]


def test_a_full_disk_is_told_with_its_place(directory: RunDirectory) -> None:
    directory.claim(CONFIG)
    os.symlink("/dev/full", directory.path / "metrics.jsonl")
    with pytest.raises(OSError, match="No space left") as caught:
        directory.log(step=1, split="train")
    assert caught.value.filename == str(directory.path / "metrics.jsonl")


def test_differences_name_keys() -> None:
    assert differences({"a": {"b": 1}}, {"a": {"b": 2, "c": None}}) == ["a.b: 1 → 2"]
    assert differences({"a": [1]}, {}) == ["a: [1] → null"]


def test_what_a_result_depends_on() -> None:
    assert {"python", "embedlab", "jax", "numpy"} <= versions().keys()
    assert commit() == "" or len(commit().removesuffix("+")) == 40
