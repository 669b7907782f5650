"""The program on triples drawn anew: by flags alone, what it tells and leaves, mistakes, new queries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import embedlab
from experiments.page.section import Options
from experiments.page.sections import confusion
from experiments.page.works import gather
from experiments.study import registry
from experiments.study.program import main

Inside = Callable[..., tuple[int, str, str]]


def family(people: int = 60, seed: int = 0) -> list[tuple[str, str, str]]:
    """Who is whose parent, child and grandparent, in a tree drawn at random."""
    rng = np.random.default_rng(seed)
    parent = {child: int(rng.integers(0, child)) for child in range(1, people)}
    facts = []
    for child, of in parent.items():
        facts += [(f"p{of}", "parent of", f"p{child}"), (f"p{child}", "child of", f"p{of}")]
        if of in parent:
            facts.append((f"p{parent[of]}", "grandparent of", f"p{child}"))
    return facts


FAST = ("--embedding.dim", "8", "--embedding.vocabulary", "80", "--train.batch", "32")
FAST += ("--train.steps", "60", "--train.evaluate_every", "30", "--quality.rows", "40")


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("family") / "family.csv"
    rows = "\n".join(map(";".join, family()))
    path.write_text(f"who;is;whom\n{rows}\n", encoding="utf-8")
    return path


def flags(csv: Path) -> tuple[str, ...]:
    names = {"path": str(csv), "head": "who", "relation": "is", "tail": "whom"}
    return tuple(word for name, value in names.items() for word in (f"--data.{name}", value))


@pytest.fixture(scope="module")
def finished(csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run by flags alone."""
    workdir = tmp_path_factory.mktemp("runs") / "family"
    assert main("triples", [*flags(csv), "--workdir", str(workdir), *FAST]) == 0
    return workdir


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Inside:
    def run(*words: Any) -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", "400")
        status = main("triples", [str(word) for word in words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_a_users_file_by_flags_alone(finished: Path) -> None:
    summary = json.loads((finished / "summary.json").read_text())
    found = summary["test"]
    assert 0 < found["mrr"] <= 1 and found["hits_1"] <= found["hits_3"] <= found["hits_10"]
    lines = [json.loads(line) for line in (finished / "metrics.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if line["split"] == "train"]
    assert losses[-1] < losses[0]
    names = {path.name for path in (finished / "baselines").iterdir()}
    table = (finished / "table.md").read_text()
    assert names == {"frequent", "rules"} and "| rules" in table
    assert "\nfamily: " in table  # by the name of the file, not its whole path
    ranks = np.load(finished / "predictions.npz")["test"]
    assert ranks.shape == (json.loads((finished / "data.json").read_text())["test"], 1)
    assert abs((1 / ranks).mean() - found["mrr"]) < 1e-9


def test_each_relation_is_judged_too(finished: Path) -> None:
    for folder in (finished, finished / "baselines" / "rules"):
        summary = json.loads((folder / "summary.json").read_text())
        parts = summary["by_name"]
        assert {"parent of", "child of"} <= parts.keys() <= {"parent of", "child of", "grandparent of"}
        rows = [each["rows"] for each in parts.values()]
        assert sum(rows) == json.loads((finished / "data.json").read_text())["test"]
        mean = np.average([each["mrr"] for each in parts.values()], weights=rows)
        assert abs(mean - summary["test"]["mrr"]) < 1e-9 and min(rows) % 2 == 0


def test_the_page_has_the_rank_of_each_relation(finished: Path) -> None:
    made = confusion.section(gather([finished]), Options())
    assert made is not None
    own, *others = made.values["kinds"]
    parts = json.loads((finished / "summary.json").read_text())["by_name"]
    assert (own["metric"], own["unit"]) == ("MRR", "") and len(others) == 2
    assert {each["name"]: each["value"] for each in own["by_name"]} == {
        name: f"{each['mrr']:.3f}" for name, each in parts.items()
    }


def test_words_are_entities_and_relations_both_ways(finished: Path) -> None:
    vectors = embedlab.load(finished)
    assert {"r:child of", "r:child of⁻¹", "e:p0", "e:p59"} <= set(vectors.words)
    labels = np.load(finished / "vectors/labels.npy")
    assert [int(labels[list(vectors.words).index(word)]) for word in ("r:child of", "e:p0")] == [0, 1]


def test_what_leaks_is_told(csv: Path, run: Inside, finished: Path, tmp_path: Path) -> None:
    table = (finished / "table.md").read_text() + (finished / "summary.json").read_text()
    status, told, _ = run(*flags(csv), "--workdir", finished, *FAST)
    assert status == 0 and "is finished; nothing to do" in told
    assert "child of from parent of⁻¹ (100 %)" in told or "child of from parent of⁻¹ (100 %)" in table


def slow(*words: str) -> Any:
    """Other settings of a program whose parts are tested by themselves."""
    return pytest.param(words, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    "words",
    [
        ("--model.objective.type", "all", "--embedding.type", "hashed", "--embedding.buckets", "30"),
        slow(
            "--model.score.type", "transe", "--model.objective.loss", "margin", "--model.penalty.weight", "0"
        ),
        ("--model.score.type", "rotate", "--model.objective.loss", "adversarial"),
        (
            "--model.score.type",
            "distmult",
            "--model.reciprocal",
            "false",
            "--model.objective.shared",
            "false",
        ),
        slow("--embedding.type", "hashed", "--embedding.buckets", "30", "--train.dropout.components", "0.2"),
        slow("--embedding.type", "subword", "--embedding.buckets", "50"),
    ],
    ids=["hashed-all", "transe", "rotate", "distmult", "hashed", "subword"],
)
def test_every_choice_trains(words: tuple[str, ...], csv: Path, run: Inside, tmp_path: Path) -> None:
    steps = ("--train.steps", "10", "--train.evaluate_every", "10", "--baselines", "false")
    fast = [word for word in FAST if word not in ("60", "30", "--train.steps", "--train.evaluate_every")]
    status, _, errors = run(*flags(csv), "--workdir", tmp_path / "run", *fast, *steps, *words)
    assert status == 0, errors
    assert 0 < json.loads((tmp_path / "run/summary.json").read_text())["test"]["mrr"] <= 1


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("--data.tail", "whon"), "--data.tail='whon'"),
        (("--data.path", "nowhere.csv"), "nowhere.csv"),
        (("--data.tial", "whom"), "--data.tail"),
        (("--embedding.dim", "7"), "dim=7: give an even width"),
        (("--embedding.vocabulary", "8"), "vocabulary=8: 6 relations"),
        (("--model.score.type", "rotate", "--model.objective.type", "all"), "take objective negatives"),
        (("--folds", "5"), "folds=5: triples have one split"),
        (("--model.score.type", "transf"), "transe"),
    ],
)
def test_mistakes_end_with_status_2(
    words: tuple[str, ...], fault: str, csv: Path, run: Inside, tmp_path: Path
) -> None:
    given = dict(zip(flags(csv)[::2], flags(csv)[1::2], strict=True))
    given |= dict(zip(FAST[::2], FAST[1::2], strict=True)) | dict(zip(words[::2], words[1::2], strict=True))
    rest = [word for pair in given.items() for word in pair]
    status, _, errors = run("--workdir", tmp_path / "run", *rest)
    assert status == 2 and fault in " ".join(errors.split()) and "Traceback" not in errors


def test_a_file_that_is_empty_and_none_at_all(run: Inside, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("")
    for words, fault in ((("--data.path", tmp_path / "empty.csv"), "empty.csv"), ((), "--data.path")):
        status, _, errors = run("--workdir", tmp_path / "run", *words, *FAST)
        assert status == 2 and fault in errors and "Traceback" not in errors


def test_entities_that_training_lacks_count_and_tie(run: Inside, tmp_path: Path) -> None:
    facts = [*((h, "r", t) for h, t in ("ab", "bc", "cd", "da")), ("a", "r", "c")]
    rows = [f"{h},{r},{t},train" for h, r, t in facts] + ["x,r,y,test", "b,r,d,valid"]
    (tmp_path / "f.csv").write_text("head,relation,tail,side\n" + "\n".join(rows) + "\n")
    words = ("--data.path", tmp_path / "f.csv", "--data.split", "side", "--workdir", tmp_path / "run")
    status, told, errors = run(*words, *FAST)
    assert status == 0, errors
    assert "1 has an entity that no training fact has" in told
    # x and y share the score of the unknown word, so that either has a place that ends in ½.
    assert (np.load(tmp_path / "run/predictions.npz")["test"] % 1 == 0.5).all()


RAW = """
from embedlab import Hashed
from experiments.config import Quality, Train
from experiments.graph.triples.config import TripleStudy
from experiments.graph.triples.data import TripleFile

def config():
    return TripleStudy(
        Hashed(None, 8, buckets=40),
        Train(batch=32, steps=40, evaluate_every=20),
        data=TripleFile(path="{path}", head="who", relation="is", tail="whom"),
        quality=Quality(rows=40),
        baselines=False,
    )
"""


def test_by_the_hashes_of_names_a_run_goes_on_to_the_same_bits(
    csv: Path, run: Inside, tmp_path: Path
) -> None:
    (tmp_path / "raw.py").write_text(RAW.replace("{path}", str(csv)))
    found = {}
    for workdir, each in {"whole": (40,), "parts": (20, 40)}.items():
        for steps in each:
            words = ("--workdir", tmp_path / workdir, "--train.steps", steps)
            status, told, errors = run(tmp_path / "raw.py", *words)
            assert status == 0, errors
        found[workdir] = np.load(tmp_path / workdir / "predictions.npz")["test"].tobytes()
    assert "Its runs go on from 20 steps to 40" in told
    assert found["whole"] == found["parts"]
    vectors = embedlab.load(tmp_path / "whole")
    assert {"r:child of", "r:child of⁻¹", "e:p0", "e:p59"} <= set(vectors.words)


def test_the_application_is_known() -> None:
    made = registry.application("triples")
    assert registry.application_of(made.default()) is made
    assert registry.decode(registry.encode(made, made.default())) == (made, made.default())
