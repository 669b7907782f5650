"""A whole study, of an application that needs no files: its files, its table, going on where it stopped."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import embedlab
from embedlab.text import Vocabulary
from experiments.config import Train
from experiments.errors import Mistake, RunFailure
from experiments.runs.found import found
from experiments.runs.found_run import FINISHED
from experiments.runs.run import RunDirectory
from experiments.study import comparison, registry
from tests.experiments.study import toy

TRAIN = Train(batch=32, steps=40, evaluate_every=20, rate=0.05)
HASHED = embedlab.Hashed(None, 4, buckets=40)


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.registered(monkeypatch)


def config(**settings: Any) -> toy.Toy:
    return toy.Toy(embedlab.Dense(30, 4), **{"train": TRAIN, **settings})


def run(workdir: Path, config: toy.Toy) -> str:
    console = Console(file=io.StringIO(), width=200)
    comparison.run(toy.APPLICATION, config, workdir, console)
    return console.file.getvalue()  # type: ignore[attr-defined]


def contents(folder: Path) -> dict[str, bytes]:
    """The files that hold no time."""
    files = [path for path in folder.rglob("*") if path.is_file() and "checkpoints" not in path.parts]
    kept = [path for path in files if path.name in ("metrics.jsonl", "predictions.npz", "vocabulary.json")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as monkeypatch:
        toy.registered(monkeypatch)
        folder = tmp_path_factory.mktemp("study")
        said = run(folder, config(rivals={"hashed": HASHED}, seeds=(0, 1)))
    assert "toy: 400 rows, made up." in said
    return folder


def test_every_run_leaves_the_usual_files(whole: Path) -> None:
    for place in ("dense/seed-0", "dense/seed-1", "hashed/seed-0", "hashed/seed-1"):
        names = {path.name for path in (whole / place).iterdir()}
        wanted = {"config.json", "metrics.jsonl", "summary.json", "predictions.npz", "vocabulary.json"}
        assert names >= {*wanted, "checkpoints", "vectors", "kept.json", "kept.npz"}
    assert json.loads((whole / "config.json").read_text())["application"] == "toy"
    summary = json.loads((whole / "summary.json").read_text())
    assert summary["paired"]["hashed"]["dense"].keys() >= {"difference", "low", "high", "not_below"}
    assert "largest" in summary["baselines"] and "| largest" in (whole / "table.md").read_text()


@pytest.mark.parametrize("end", ["\nx", "\u2028x"])
def test_an_id_may_hold_an_end_of_line(tmp_path: Path, end: str) -> None:
    run(tmp_path, config(data=toy.ToyData(end=end)))
    assert repr(f"a=0{end}") in embedlab.load(tmp_path).words
    assert f"a=0{end}" in Vocabulary.load(tmp_path / "vocabulary.json").words
    assert "is finished" in run(tmp_path, config(data=toy.ToyData(end=end)))


def test_its_vectors_are_those_of_words_and_their_kinds_are_columns(whole: Path) -> None:
    vectors = embedlab.load(whole / "hashed/seed-0")
    assert sorted(vectors.words)[:2] == ["a=0", "a=1"]
    labels = np.load(whole / "hashed/seed-0/vectors/labels.npy")
    first = [word.partition("=")[0] for word in vectors.words]
    assert [first[place] for place in np.flatnonzero(labels == labels[0])] == [first[0]] * 12


def test_the_same_again_does_nothing_and_to_the_bit(whole: Path, tmp_path: Path) -> None:
    before = contents(whole)
    both = config(rivals={"hashed": HASHED}, seeds=(0, 1))
    assert "is finished; nothing to do" in run(whole, both)
    assert contents(whole) == before
    run(tmp_path, both)
    assert contents(tmp_path) == before


def test_more_steps_and_seeds_go_on_as_if_they_had_been_asked_for_at_once(tmp_path: Path) -> None:
    longer = dataclasses.replace(TRAIN, steps=60)
    run(tmp_path / "a", config(rivals={"hashed": HASHED}, train=longer, seeds=(0, 1)))
    run(tmp_path / "b", config(rivals={"hashed": HASHED}))
    run(tmp_path / "b", config(rivals={"hashed": HASHED}, train=longer, seeds=(0, 1)))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_folds_are_pooled(tmp_path: Path) -> None:
    said = run(tmp_path, config(folds=3, rivals={"hashed": HASHED}))
    assert "(3 folds)" in (tmp_path / "table.md").read_text()
    rows = [len(np.load(path)["targets"]) for path in sorted(tmp_path.glob("fold-*/targets.npz"))]
    assert len(rows) == 3 and f"toy: {sum(rows)} test rows" in " ".join(said.split())
    runs = found([tmp_path])
    assert {run.fold for run in runs} == {0, 1, 2}


def test_a_refused_embedding_leaves_the_workdir_free(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="embedding: dim=13: it brings bad luck; give 12"):
        run(tmp_path, toy.Toy(embedlab.Dense(30, 13), train=TRAIN))
    run(tmp_path, config())


def test_other_data_are_refused(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = toy.ToySplit.__init__

    def other(self: toy.ToySplit, *given: Any) -> None:
        plain(self, *given)
        self.fingerprint = {"rows": 7}

    monkeypatch.setattr(toy.ToySplit, "__init__", other)
    with pytest.raises(Mistake, match="the data changed since this run was begun: rows 400 then, 7 now"):
        run(whole, config(rivals={"hashed": HASHED}, seeds=(0, 1)))


def test_what_reading_refuses_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"data\.rows=3: too few"):
        run(tmp_path, config(data=toy.ToyData(rows=3)))


def test_an_altered_file_of_a_finished_run_is_told(tmp_path: Path) -> None:
    run(tmp_path, config(rivals={"hashed": HASHED}))
    path = tmp_path / "dense/seed-0/kept.json"
    path.write_text(path.read_text().replace("a", "b"))
    (tmp_path / "table.md").unlink()
    with pytest.raises(RunFailure, match=r"kept\.json"):
        run(tmp_path, config(rivals={"hashed": HASHED}))


def test_a_penalty_on_rows_wants_rows() -> None:
    with pytest.raises(ValueError, match=r"train\.l2=0\.1: .*--train\.update sparse"):
        config(train=Train(l2=0.1))
    assert config(train=Train(l2=0.1, update="sparse")).train.l2 == 0.1


@pytest.mark.parametrize("field", ["rows", "evaluate_rows"])
def test_what_an_application_does_not_honour_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=rf"train\.{field}=9: this application looks at all rows"):
        config(train=Train(**{field: 9}))


#: Of these a step reads 16 rows by dense, 32 by hashed: the one has more rows than that, the other fewer.
FEW, SMALL = dataclasses.replace(TRAIN, batch=8), embedlab.Hashed(None, 4, buckets=20)


def updates(workdir: Path, *places: str) -> list[Any]:
    """What runs say of themselves, and what they were begun with."""
    found = [json.loads((workdir / place / "summary.json").read_text())["update"] for place in places]
    begun = [json.loads((workdir / place / "config.json").read_text())["train"]["update"] for place in places]
    return list(zip(found, begun, strict=True))


def test_a_rival_is_trained_as_the_reference(tmp_path: Path) -> None:
    run(tmp_path / "both", config(rivals={"hashed": SMALL}, train=FEW))
    rows = ({"table": "sparse"}, "sparse")
    assert updates(tmp_path / "both", "dense/seed-0", "hashed/seed-0") == [rows, rows]
    assert " tables are trained by rows; " in (tmp_path / "both/table.md").read_text()
    # Its config says enough to have the same again, and auto is something else by itself.
    alone = toy.Toy(SMALL, train=dataclasses.replace(FEW, update="sparse"))
    run(tmp_path / "alone", alone)
    run(tmp_path / "auto", toy.Toy(SMALL, train=FEW))
    assert updates(tmp_path, "alone", "auto") == [rows, ({"table": "dense"}, "auto")]
    same = contents(tmp_path / "both/hashed/seed-0")
    assert contents(tmp_path / "alone") | same == contents(tmp_path / "alone")
    assert contents(tmp_path / "auto")["metrics.jsonl"] != same["metrics.jsonl"]


def test_a_small_reference_has_all_trained_whole(tmp_path: Path) -> None:
    weighted = embedlab.Hashed(None, 4, buckets=200, importance=200)
    run(tmp_path, config(rivals={"weighted": weighted}))
    assert updates(tmp_path, "weighted/seed-0") == [({"importance": "dense", "table": "dense"}, "dense")]
    caption = (tmp_path / "table.md").read_text()
    assert " tables are trained whole, as train.update auto has it for small ones; " in caption


def test_rivals_that_come_in_later_are_trained_as_the_reference(tmp_path: Path) -> None:
    run(tmp_path, config(train=FEW, seeds=(0, 1)))
    run(tmp_path, config(train=FEW, seeds=(0, 1), rivals={"hashed": SMALL}))
    rows = {"table": "sparse"}
    assert updates(tmp_path, "dense/seed-0", "hashed/seed-0") == [(rows, "auto"), (rows, "sparse")]


def test_a_rival_of_an_earlier_version_goes_on_as_it_was_begun(tmp_path: Path) -> None:
    """Its config has auto: by itself it is trained whole, and so it was for half of its steps."""
    longer = dataclasses.replace(FEW, steps=60)
    run(tmp_path / "half", toy.Toy(SMALL, train=FEW))
    run(tmp_path / "whole", toy.Toy(SMALL, train=longer))
    workdir = tmp_path / "both"
    workdir.mkdir()
    both = config(rivals={"hashed": SMALL}, train=longer)
    (workdir / "config.json").write_text(json.dumps(registry.encode(toy.APPLICATION, both)))
    shutil.copytree(tmp_path / "half", workdir / "hashed/seed-0")
    run(workdir, both)
    whole = contents(tmp_path / "whole")
    assert contents(workdir / "hashed/seed-0") == whole
    found = updates(workdir, "dense/seed-0", "hashed/seed-0")
    assert [update for update, _ in found] == [{"table": "sparse"}, {"table": "dense"}]
    assert found[1][1] == "auto"
    told = "tables of dense are trained by rows, those of hashed whole"
    assert told in (workdir / "table.md").read_text()
    run(workdir, dataclasses.replace(both, seeds=(0, 1)))
    assert updates(workdir, "hashed/seed-1") == [({"table": "dense"}, "auto")]


def test_summaries_of_earlier_versions_say_nothing_of_it(tmp_path: Path) -> None:
    both = config(rivals={"hashed": HASHED})
    run(tmp_path, both)
    names = ("metrics.jsonl", "predictions.npz", "vocabulary.json", "vectors", "kept.json", "kept.npz")
    for place in ("dense/seed-0", "hashed/seed-0"):
        directory = RunDirectory(tmp_path / place)
        summary = {name: value for name, value in (directory.summary or {}).items() if name != "update"}
        directory.finish(summary, *names)
    assert "is finished" in run(tmp_path, both)
    (tmp_path / "table.md").unlink()
    run(tmp_path, both)
    assert "are trained" not in (tmp_path / "table.md").read_text()
    assert all(each.state == FINISHED for each in found([tmp_path]))
