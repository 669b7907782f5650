"""Runs of every program, finished or not, whole or damaged, of this version or an earlier one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import classify, evaluate
from experiments.errors import Mistake
from experiments.page import works
from experiments.page.page import MAKERS, asset, policy, render
from experiments.page.program import main
from experiments.page.section import Options, Section
from experiments.page.sections import confusion, headline, repeat
from experiments.page.works import gather
from experiments.settings import codec, config_file
from experiments.tasks import CLASSES
from tests.experiments.page.conftest import LABELS, Runs


def sections(*paths: Path) -> dict[str, Section]:
    """The parts of a page, and that it can be put together."""
    given, options = gather(paths), Options(points=50)
    found = [made for maker in MAKERS if (made := maker(given, options)) is not None]
    assert render(given, found, options).rstrip().endswith("</html>")
    return {section.key: section for section in found}


def copied(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to / "copy"))


def test_all_of_a_comparison(runs: Runs) -> None:
    found = sections(runs.classified)
    assert list(found) == [
        *(
            "results",
            "map",
            "curves",
            "confusion",
            "frequency",
            "collisions",
            "spectrum",
            "settings",
            "repeat",
        )
    ]
    (work,) = found["results"].values["works"]
    table = work["blocks"][0]["grid"]
    assert [row[0] for row in table.rows] == ["majority", "tfidf-logistic", "dense", "hashed"]
    assert work["verdict"] and work["verdict"] in (runs.classified / "table.md").read_text("utf-8")
    assert work["blocks"][0]["intervals"].keys() == {"tfidf-logistic", "dense", "hashed"}
    differing = dict(found["settings"].values["differing"])
    assert differing["embedding.type"] == ['"dense"', '"hashed"'] and "train.steps" not in differing


def test_settings_of_more_kinds_than_a_sheet_is_wide_are_told_value_by_value(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not sections(runs.classified)["settings"].values["grouped"]
    monkeypatch.setattr("experiments.page.sections.settings._COLUMNS", 1)
    given, options = gather([runs.classified]), Options(points=50)
    made = [section for maker in MAKERS if (section := maker(given, options)) is not None]
    (grouped,) = (section.values["grouped"] for section in made if section.key == "settings")
    assert dict(grouped)["embedding.type"] == [('"dense"', "dense"), ('"hashed"', "hashed")]
    page = " ".join(render(given, made, options).split())
    assert re.search(r'rowspan="2"><code>embedding\.type</code></th><td><code[^>]*>&#34;dense', page)


def test_counts_of_mistakes_are_those_of_the_predictions(runs: Runs) -> None:
    (kind,) = [kind for kind in gather([runs.classified]).kinds if kind.label == "dense"]
    (told,) = confusion._of(kind)
    summary = kind.first.summary
    right = sum(line["cells"][row]["count"] for row, line in enumerate(told["lines"]))
    assert right / told["of"] == pytest.approx(summary["test"]["accuracy"])
    rows = {line["name"]: line["rows"] for line in told["lines"]}
    assert rows == {name: each["rows"] for name, each in summary["by_name"].items()}
    assert set(rows) == set(LABELS.values())


def test_a_sample_says_so(runs: Runs) -> None:
    notes = sections(runs.pretrained)["map"].values["notes"]
    assert len(notes) == 1 and "the 50 first of" in notes[0]


def test_what_a_pretraining_has(runs: Runs) -> None:
    found = sections(runs.pretrained)
    assert list(found) == ["results", "map", "spectrum", "settings", "repeat"]
    assert found["results"].values["works"][0]["blocks"][0]["grid"].rows[0][0] == "dense"


@pytest.mark.slow  # an evaluation twice
def test_what_an_evaluation_has(runs: Runs, tmp_path: Path) -> None:
    words = sorted((runs.pretrained / "vectors" / "words.txt").read_text("utf-8").split())[40:60]
    pairs = "".join(
        f"{one}\t{two}\t{i}\n" for i, (one, two) in enumerate(zip(words[::2], words[1::2], strict=True))
    )
    (tmp_path / "pairs.tsv").write_text(pairs, "utf-8")
    given = [
        str(runs.pretrained),
        "--similarity",
        str(tmp_path / "pairs.tsv"),
        "--workdir",
        str(tmp_path / "judged"),
    ]
    assert evaluate.main(given) == 0
    found = sections(tmp_path / "judged")
    assert list(found) == ["results", "settings", "repeat"]
    command = found["repeat"].values["works"][0]["command"].split()
    assert evaluate.main([*command[3:-2], "--workdir", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "table.md").read_bytes() == (tmp_path / "judged" / "table.md").read_bytes()


def test_unfinished_and_damaged_runs_are_named(runs: Runs, tmp_path: Path) -> None:
    folder = copied(runs.classified, tmp_path)
    for name in ("table.md", "table.csv", "summary.json", "manifest.json", "hashed/seed-0/summary.json"):
        (folder / name).unlink()
    (folder / "dense" / "seed-0" / "predictions.npz").write_bytes(b"no archive")
    (work,) = sections(folder)["results"].values["works"]
    states = {label.split(": ")[1]: state for label, state, _ in work["states"]}
    assert states == {"dense, seed 0": "damaged", "hashed, seed 0": "unfinished"}
    finished = {row[0]: row[-1] for row in work["blocks"][0]["grid"].rows}
    assert finished == {
        "dense": "0 of 1",
        "hashed": "0 of 1",
        "majority": "1 of 1",
        "tfidf-logistic": "1 of 1",
    }


def test_a_table_that_is_no_text_is_shown_all_the_same(runs: Runs, tmp_path: Path) -> None:
    folder = copied(runs.classified, tmp_path)
    (folder / "table.md").write_bytes(b"| a |\n|---|\n| \xff |\n")
    made = headline.section(gather([folder]), Options())
    assert made is not None and made.values["works"][0]["blocks"][0]["grid"].rows == (("\ufffd",),)


def test_runs_of_earlier_versions(runs: Runs, tmp_path: Path) -> None:
    folder = copied(runs.classified, tmp_path)
    (folder / "targets.npz").unlink()
    told = [kind for kind in sections(folder)["confusion"].values["kinds"] if kind["label"] == "dense"]
    assert told[0]["runs"] == 0 and "lines" not in told[0] and len(told[0]["by_name"]) == 3


@pytest.mark.slow  # two further trainings, each compiled
@pytest.mark.parametrize(("task", "labels"), [("value", "12345"), ("labels", ("a;b", "b", "c;a", "", "c"))])
def test_other_tasks(
    prose: Path, write_config: Callable[..., Path], tmp_path: Path, task: str, labels: Any
) -> None:
    import csv

    rows = list(csv.reader(prose.open(encoding="utf-8", newline="")))
    data = tmp_path / "data.csv"
    with data.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], *((row[0], labels[i % 5]) for i, row in enumerate(rows[1:]))])
    more = ("--task.type", task, *(("--task.separator", ";") if task == "labels" else ()))
    config = write_config(data=data)
    words = ("--train.steps", "2", "--train.evaluate_every", "1", "--baselines", "false")
    assert classify.main([str(config), "--workdir", str(tmp_path / "run"), *words, *more]) == 0
    found = sections(tmp_path / "run")
    (told,) = found["confusion"].values["kinds"]
    assert (len(told["dots"]) > 20) if task == "value" else (len(told["by_name"]) == 3)
    assert "classes" not in found["map"].data["maps"][0]


def test_the_same_again(runs: Runs, tmp_path: Path) -> None:
    for path, program in ((runs.classified, "classify"), (runs.pretrained, "pretrain")):
        stored = json.loads((path / "config.json").read_text())
        file = tmp_path / f"{program}.py"
        file.write_text(repeat.config_file(stored, program), "utf-8")
        kind = __import__(repeat._CLASSES[program][0], fromlist=["_"]).__dict__[repeat._CLASSES[program][1]]
        assert codec.encode(config_file.load(str(file), kind)) == stored


def test_the_policy_is_of_what_the_page_holds(report: Path) -> None:
    import html
    import re

    text = report.read_text("utf-8")
    script, style = (
        re.findall(r"<script>(.*?)</script>", text, re.S),
        re.findall(r"<style>(.*?)</style>", text, re.S),
    )
    assert len(script) == len(style) == 1
    assert f'content="{policy(script[0], style[0])}"' in html.unescape(text.split("<style>")[0])
    assert "://" not in script[0] + style[0]
    for name in ("page.html.j2", "map.html.j2"):
        assert " style=" not in asset(name) and " onclick=" not in asset(name)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--layout", "mds"], "choose among pca, tsne, umap"),
        (["--points", "0"], "--points 0: give a whole number of at least 1"),
        (["-o", "{tmp}"], "it is a folder"),
        (["-o", "{tmp}/none/report.html"], "there is no folder"),
        (["--seed", "-1"], "--seed -1"),
        ([""], "got an empty text"),
        (["--seed", "4294967296"], "below 2**32"),
        (["--tile", "x"], "--help` lists"),
    ],
)
def test_mistakes(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    given = [word.format(tmp=tmp_path) for word in words]
    assert main([str(runs.classified), *given]) == 2
    err = " ".join(capsys.readouterr().err.split())
    assert err.startswith("error: ") and said in err


def test_a_comparison_at_the_same_bytes(runs: Runs, tmp_path: Path) -> None:
    folder = copied(runs.classified, tmp_path)
    score = {"mean": 0.8, "low": 0.75, "high": 0.85}
    cells = [
        {"data": "prose", "kind": kind, "budget": 0.5, "trainable_bytes": size, "score": found}
        for kind, size, found in (("dense", 9600, score), ("<b>", 2400, score), ("none", 2400, None))
    ]
    (tmp_path / "compare.json").write_text(json.dumps({"data": {"prose": {}}, "cells": cells}), "utf-8")
    (tmp_path / "compare.md").write_text(
        "**prose**\n\n| kind | verdict |\n|---|---|\n| <b> | undecided |\n", "utf-8"
    )
    (work,) = sections(folder)["budgets"].values["works"]
    assert [block.get("title") for block in work["blocks"]] == ["prose", None]
    (plot,) = work["plots"]
    assert [point["label"] for point in plot["points"]] == ["dense", "<b>"]
    dense, other = plot["points"]
    assert dense["x"] > other["x"] and dense["low"] > dense["y"] > dense["high"]  # SVG counts downwards
    assert [text for _, text in plot["x_ticks"]] == ["9.6 kB", "2.4 kB"]


def test_a_comparison_is_repeated_by_its_own_command(runs: Runs, tmp_path: Path) -> None:
    part = tmp_path / "compared" / "prose"
    shutil.copytree(runs.classified / "dense" / "seed-0", part / "dense" / "full" / "rate-0.02" / "seed-0")
    shutil.copytree(runs.classified / "hashed" / "seed-0", part / "dense" / "full" / "rate-0.1" / "seed-0")
    shutil.copy(runs.classified / "data.json", part)
    cell = {"data": "prose", "kind": "dense", "budget": 1, "trainable_bytes": 9, "score": None}
    cell["runs"] = ["prose/dense/full/rate-0.02/seed-0"]
    record = {"data": {"prose": {}}, "cells": [cell], "commit": "abc", "versions": {"python": "3"}}
    (part.parent / "compare.json").write_text(json.dumps(record), "utf-8")
    (part.parent / "comparison.json").write_text(json.dumps({"rates": [0.02, 0.1]}), "utf-8")
    found = sections(part.parent)
    assert "results" not in found  # the comparison's own tables are
    (told,) = found["repeat"].values["works"]
    assert told["command"].startswith("python -m experiments.compare COMPARISON.py")
    assert told["asked"] == [("rates", "[0.02, 0.1]")] and told["commit"] == "abc"
    assert [kind.label for kind in gather([part.parent]).kinds] == ["dense"]


def test_a_defect_is_no_mistake(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ValueError("a defect")

    monkeypatch.setattr("experiments.page.page.MAKERS", (broken,))
    with pytest.raises(ValueError, match="a defect"):
        main([str(runs.classified), "-o", str(tmp_path / "report.html")])


def test_a_table_that_was_altered_is_named(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(runs.classified, tmp_path)
    text = (folder / "table.csv").read_text("utf-8")
    (folder / "table.csv").write_text(text.replace("0.", "zero point "), "utf-8")
    assert main([str(folder), "-o", str(tmp_path / "report.html")]) == 2
    err = "".join(capsys.readouterr().err.split())
    assert err.startswith("error:") and f"{folder / 'table.csv'}:" in err


def test_a_table_without_its_header_draws_no_intervals() -> None:
    assert headline.intervals("\x00\n0.5,0.4,0.6\n", CLASSES) == {}
    assert headline.intervals("name,accuracy_low\na,0.4\n", CLASSES) == {}


def test_workdirs_of_one_name_are_told_apart() -> None:
    paths = [Path(f"/{top}/{below}") for below in ("a/run", "sweep/trials/1") for top in ("here", "x")]
    assert works._titles(paths) == ["here/a/run", "x/a/run", "here/sweep/trials/1", "x/sweep/trials/1"]
    assert works._titles([Path("/a/run"), Path("/b/other")]) == ["run", "other"]
    assert works._titles([Path("/a/run"), Path("/b/run")]) == ["a/run", "b/run"]


def test_the_spectrum_is_that_of_the_figure(runs: Runs) -> None:
    table = sections(runs.classified)["spectrum"].values["table"]
    kinds = [kind for kind in gather([runs.classified]).kinds if not kind.is_baseline]
    assert table["head"] == ["component", *(kind.label for kind in kinds)]
    vectors = kinds[0].first.vectors
    assert vectors is not None
    centred = vectors.matrix - vectors.matrix.mean(0, dtype=np.float64)
    squares = np.linalg.svd(centred, compute_uv=False) ** 2
    shown = [float(row[1]) for row in table["rows"]]
    np.testing.assert_allclose(shown, 100 * squares / squares.sum(), rtol=0.01)


@pytest.mark.parametrize(
    "record",
    ["{}", '{"data": {"a": {}}}', '{"data": 1, "cells": []}', '{"data": {"a": {}}, "cells": [{}]}', "{"],
)
def test_a_damaged_record_of_a_comparison_is_named(
    runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str], record: str
) -> None:
    folder = copied(runs.classified, tmp_path)
    (tmp_path / "compare.json").write_text(record, "utf-8")
    assert main([str(folder), "-o", str(tmp_path / "report.html")]) == 2
    err = "".join(capsys.readouterr().err.split())
    assert err.startswith("error:") and f"{tmp_path / 'compare.json'}:" in err


def test_a_folder_without_runs(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no run lies in it"):
        gather([tmp_path])


def test_numbers_of_a_map_come_back(runs: Runs) -> None:
    import base64

    data = sections(runs.classified)["map"].data
    dense = data["maps"][0]
    numbers = np.frombuffer(base64.b64decode(dense["words"]), "<u4")
    vectors = gather([runs.classified]).kinds[0].first.vectors
    assert vectors is not None and [data["words"][number] for number in numbers] == list(vectors.words[:50])
    norms = np.frombuffer(base64.b64decode(dense["norms"]), "<i2") / 32767 * dense["longest"]
    np.testing.assert_allclose(norms, np.linalg.norm(vectors.matrix[:50], axis=1), rtol=2e-3)
