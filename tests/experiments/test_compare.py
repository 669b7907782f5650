"""The program that compares kinds at matched bytes: what it writes, how it goes on, what it refuses."""

from __future__ import annotations

import ast
import csv
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import experiments
from experiments.compare import main
from experiments.figures import pareto
from experiments.figures.given import runs_of
from experiments.matched import Comparison, plot
from experiments.page.page import MAKERS, render
from experiments.page.section import Options, Section
from experiments.page.works import gather
from experiments.reports.sizes import size
from experiments.runs.found import found
from experiments.runs.frames import curves, table
from experiments.runs.results import results as collect
from experiments.settings.config_file import load
from tests.experiments.started import program, refused, same, told, wait_for

COMPARISON = """
from embedlab import Dense, Hashed, Subword
from experiments.config import Config, Quality, Text, Train
from experiments.data import Csv
from experiments.matched import Comparison, Solve

def comparison():
    base = Config(
        embedding=Dense(320, 8),
        data=Csv(path={data!r}),
        text=Text(max_length=16),
        train=Train(steps=20, evaluate_every=10, batch=32, checkpoint_seconds=0),
        {base}
    )
    return Comparison(
        data={{"docs": base}},
        kinds={{
            {kinds}
        }},
        budgets=({budget},),
        seeds={seeds},
        rates={rates},
    )
"""
NARROW = '"narrow": Solve("dim", lambda full: full), '
HASHED = '"hashed": Solve("buckets", lambda full: Hashed(full.vocabulary, full.dim, buckets=1)),'
SUBWORD = '"subword": Solve("buckets", lambda full: Subword(full.vocabulary, full.dim, 1, own_row=False)),'
OUTPUTS = ("compare.md", "compare.csv", "compare.tex", "compare.json", "compare.svg", "compare.png")


@pytest.fixture(scope="module")
def written(prose: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes a tiny comparison."""

    def write(
        seeds: str = "(0, 1)",
        rates: str = "(0.0001, 0.03, 1e38)",
        budget: str = "1 / 4",
        base: str = "",
        kinds: str = HASHED,
    ) -> Path:
        path = tmp_path_factory.mktemp("comparison") / "small.py"
        fields = {"seeds": seeds, "rates": rates, "budget": budget, "base": base, "kinds": kinds}
        path.write_text(COMPARISON.format(data=str(prose), **fields), "utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def run() -> Callable[..., int]:
    """Runs the program in this process."""
    return lambda *words: main([str(word) for word in words])


@pytest.fixture(scope="module")
def whole(written: Callable[..., Path], run: Callable[..., int], tmp_path_factory: Any) -> Path:
    """A finished comparison, with a rate at which every training fails."""
    workdir: Path = tmp_path_factory.mktemp("whole") / "run"
    assert run(written(), "--workdir", workdir) == 0
    return workdir


def results(workdir: Path) -> dict[str, Any]:
    """compare.json, without times."""
    found: dict[str, Any] = json.loads((workdir / "compare.json").read_text("utf-8"))
    for cell in found["cells"]:
        cell.pop("seconds")
    return found


def test_its_runs_are_found_with_their_intervals(whole: Path) -> None:
    """As the comparison itself tells them; further ones are of rates that were tried and not chosen."""
    told = [cell["score"]["mean"] for cell in results(whole)["cells"]]
    collected = collect(found([whole]))
    made = [each.interval.mean for each in collected if each.interval is not None]
    assert len(made) == 2 * len(told) and all(np.isclose(made, mean).any() for mean in told)


def test_pages_and_figures_have_the_chosen_rates_alone(whole: Path) -> None:
    cells = results(whole)["cells"]
    made = {each.name: each for each in collect(runs_of(whole))}
    assert list(made) == ["dense", "hashed 1/4"]
    for cell, result in zip(cells, made.values(), strict=True):
        assert sorted(str(run.path.relative_to(whole)) for run in result.runs) == sorted(cell["runs"])
        assert result.interval is not None and result.interval.mean == pytest.approx(cell["score"]["mean"])
    kinds = gather([whole]).kinds
    assert [(kind.label, len(kind.finished), len(kind.runs)) for kind in kinds] == [
        (each.name, len(each.runs), len(each.runs)) for each in made.values()
    ]


def parts(workdir: Path) -> dict[str, Section]:
    """The parts of its page, and that they can be put together."""
    given, options = gather([workdir]), Options(points=50)
    made = [one for maker in MAKERS if (one := maker(given, options)) is not None]
    assert render(given, made, options).rstrip().endswith("</html>")
    return {one.key: one for one in made}


def test_its_page_has_its_tables_and_where_each_cell_lies(whole: Path) -> None:
    (work,) = parts(whole)["budgets"].values["works"]
    cells = results(whole)["cells"]
    (grid,) = (block["grid"] for block in work["blocks"] if "grid" in block)
    verdict = grid.head.index("verdict")
    assert [row[verdict] for row in grid.rows] == [cell["verdict"] for cell in cells]
    (plot,) = work["plots"]
    assert plot["data"] == "docs" and [point["label"] for point in plot["points"]] == ["dense", "hashed"]
    for point, cell in zip(plot["points"], cells, strict=True):
        assert f": {100 * cell['score']['mean']:.1f} (" in point["told"]
        assert point["low"] >= point["y"] >= point["high"]  # SVG counts downwards


def test_kinds_stand_about_their_bytes_and_a_lone_one_there() -> None:
    assert plot._shift(0, 3) == plot._shift(1, 1) == 1
    assert np.prod([plot._shift(place, 4) for place in (1, 2, 3, 4)]) == pytest.approx(1)


def test_before_rates_are_chosen_nothing_is_told_of_test_rows(whole: Path, tmp_path: Path) -> None:
    workdir = Path(shutil.copytree(whole, tmp_path / "run"))
    (workdir / "compare.json").unlink()
    runs = runs_of(workdir)
    assert all(run.undecided and "test" not in run.predictions and run.targets is None for run in runs)
    assert all(line["split"] != "test" for run in runs for line in run.metrics)
    assert pareto(workdir) is None
    found = parts(workdir)
    assert "curves" in found and not {"budgets", "confusion", "frequency"} & set(found)
    (work,) = found["results"].values["works"]
    (block,) = work["blocks"]
    assert work["undecided"] and block["grid"].head[2] == "validation accuracy %"
    made = {run.name: run.summary["valid"]["accuracy"] for run in runs if run.summary}
    shown = {row[0]: row[2] for row in block["grid"].rows if row[2]}
    assert (
        shown.keys() == made.keys()
        and shown["dense, rate 0.0001"] == f"{100 * made['dense, rate 0.0001']:.1f}"
    )


def test_of_rates_that_were_not_chosen_a_table_tells_nothing_of_test_rows(
    whole: Path, tmp_path: Path
) -> None:
    frame = table(whole)
    finished = frame[frame["state"] == "finished"]
    at_work = {Path(run) for cell in results(whole)["cells"] for run in cell["runs"]}
    told = finished[finished["accuracy"].notna()]
    assert {Path(path).relative_to(whole) for path in told["path"]} == at_work
    assert len(told) < len(finished) and finished["valid_accuracy"].notna().all()
    logged = curves(whole)
    assert logged[logged["split"] == "test"].groupby(["name", "seed"]).ngroups == len(at_work)
    workdir = Path(shutil.copytree(whole, tmp_path / "run"))
    (workdir / "compare.json").unlink()
    assert "accuracy" not in table(workdir) and "test" not in set(curves(workdir)["split"])


def test_a_rate_that_failed_says_so_with_its_reason(whole: Path, tmp_path: Path) -> None:
    frame = table(whole)
    failed = frame[frame["state"] == "failed"]
    assert set(failed["name"]) == {"dense, rate 1e+38", "hashed 1/4, rate 1e+38"}
    assert failed["reason"].str.contains("became").all() and failed["accuracy"].isna().all()
    assert set(frame["state"]) == {"failed", "finished"} and frame["reason"].count() == len(failed)
    workdir = Path(shutil.copytree(whole, tmp_path / "run"))
    (workdir / "compare.json").unlink()
    (work,) = parts(workdir)["results"].values["works"]
    assert [(state, "became" in reason) for _, state, reason in work["states"]] == [("failed", True)] * 2


def test_all_is_written(whole: Path) -> None:
    assert all((whole / name).stat().st_size > 0 for name in OUTPUTS)
    assert (whole / "compare.png").read_bytes().startswith(b"\x89PNG")
    assert (whole / "compare.svg").read_text("utf-8").rstrip().endswith("</svg>")
    cells = results(whole)["cells"]
    assert [(cell["kind"], cell["budget"]) for cell in cells] == [("dense", 1), ("hashed", 0.25)]
    with (whole / "compare.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["kind"] for line in lines] == ["dense", "hashed"]
    assert [line["verdict"] for line in lines] == [cell["verdict"] for cell in cells]
    page, tex = ((whole / name).read_text("utf-8") for name in ("compare.md", "compare.tex"))
    for line in lines:
        assert line["verdict"] in page and f"{line['kind']} & " in tex
    assert tex.count(r"\begin{tabular}") == 1 and r"accuracy \% {[}95 \%]" in tex


def test_bytes_are_those_of_the_runs(whole: Path) -> None:
    for cell in results(whole)["cells"]:
        assert abs(cell["trainable_bytes"] - cell["wanted_bytes"]) <= 0.01 * cell["wanted_bytes"]
        for path in cell["runs"]:
            summary = json.loads((whole / path / "summary.json").read_text("utf-8"))
            assert summary["trainable_bytes"] == cell["trainable_bytes"]
            assert summary["index_bytes"] == cell["index_bytes"]


def test_scores_are_those_of_the_predictions(whole: Path) -> None:
    for cell in results(whole)["cells"]:
        of_runs = [json.loads((whole / run / "summary.json").read_text("utf-8")) for run in cell["runs"]]
        assert cell["score"]["mean"] == pytest.approx(np.mean([one["test"]["accuracy"] for one in of_runs]))


def test_the_rate_is_the_best_on_validation_and_tried_as_often_for_all(whole: Path) -> None:
    for cell in results(whole)["cells"]:
        (tuning,) = cell["tuning"]
        assert [trial["rate"] for trial in tuning["trials"]] == [0.0001, 0.03, 1e38]
        *made, failed = tuning["trials"]
        assert failed["score"] is None and "became" in failed["reason"]
        best = max(made, key=lambda trial: (trial["score"], -trial["loss"]))
        assert tuning["rate"] == best["rate"]
        # Beyond the highest it fails, so that none is sought there.
        assert tuning["edge"] == ("lowest" if best["rate"] == 0.0001 else "")
        for trial in made:
            folder = (whole / cell["runs"][0]).parent.parent / f"rate-{trial['rate']:g}" / "seed-0"
            summary = json.loads((folder / "summary.json").read_text("utf-8"))
            assert summary["valid"]["accuracy"] == trial["score"]
            assert (folder / "checkpoints").exists() == (trial["rate"] == best["rate"])


def test_it_is_told_what_is_trained_by_rows_and_what_whole(whole: Path) -> None:
    """By auto the 80 rows of hashed are whole, and the 320 of dense by rows."""
    ways = {
        cell["kind"]: {
            json.loads((whole / run / "summary.json").read_text())["update"]["table"] for run in cell["runs"]
        }
        for cell in results(whole)["cells"]
    }
    assert ways["dense"] == {"sparse"} and any(way == {"dense"} for way in ways.values())
    said = (whole / "compare.md").read_text()
    assert "Tables of dense are trained by rows, those of" in said and "whole." in said


def test_a_run_of_it_is_a_model(whole: Path) -> None:
    run = whole / results(whole)["cells"][1]["runs"][0]
    assert len(experiments.load(run).predict(["Returns a sorted list."])) == 1


def test_finished_it_does_no_work(
    whole: Path, written: Callable[..., Path], run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    before = {file: file.stat().st_mtime_ns for file in whole.rglob("summary.json")}
    found = results(whole)
    assert run(written(), "--workdir", whole) == 0
    assert before == {file: file.stat().st_mtime_ns for file in whole.rglob("summary.json")}
    assert results(whole) == found
    out = capsys.readouterr().out
    assert out.count("finished before") == 6 and out.count("failed before") == 2 and "starts" not in out


def killed(root: Path, comparison: Path, workdir: Path, sign: str) -> None:
    """Starts the program, and ends it without a warning once a file is there."""
    process = program(root, "compare", comparison, "--workdir", workdir)
    wait_for(process, (workdir / "docs" / sign).exists)
    process.kill()
    process.wait()


@pytest.mark.slow
def test_killed_in_a_training_it_goes_on_to_the_same_bits(
    whole: Path, written: Callable[..., Path], run: Callable[..., int], root: Path, tmp_path: Path
) -> None:
    comparison, workdir = written(seeds="(0,)", rates="(0.0001,)"), tmp_path / "run"
    killed(root, comparison, workdir, "dense/full/rate-0.0001/seed-0/checkpoints/10")
    assert not (workdir / "compare.json").exists()
    assert run(comparison, "--workdir", workdir) == 0
    for folder in ("dense/full", "hashed/1-4"):
        path = Path("docs") / folder / "rate-0.0001" / "seed-0"
        same(whole / path, workdir / path)


@pytest.mark.slow
def test_killed_twice_it_goes_on_to_the_same_results(
    whole: Path, written: Callable[..., Path], run: Callable[..., int], root: Path, tmp_path: Path
) -> None:
    comparison, workdir = written(seeds="(0, 1, 2)"), tmp_path / "run"
    assert run(comparison, "--workdir", whole) == 0
    killed(root, comparison, workdir, "dense/full/rate-0.03/seed-0/checkpoints/10")
    killed(root, comparison, workdir, "hashed/1-4/rate-0.0001/seed-0/summary.json")
    finished = {file: file.stat().st_mtime_ns for file in workdir.rglob("summary.json")}
    assert len(finished) >= 3
    assert run(comparison, "--workdir", workdir) == 0
    assert all(file.stat().st_mtime_ns == before for file, before in finished.items())
    assert results(whole) == results(workdir)


def test_a_seed_more_runs_only_that(
    whole: Path, written: Callable[..., Path], run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(written(seeds="(0, 1, 2)"), "--workdir", whole) == 0
    out = capsys.readouterr().out
    assert out.count("finished before") == 6 and out.count(": starts") == 2
    assert all(len(cell["runs"]) == 3 for cell in results(whole)["cells"])


def test_a_rate_that_was_tidied_and_is_the_best_now_is_trained_again(
    whole: Path, written: Callable[..., Path], run: Callable[..., int], tmp_path: Path, capsys: Any
) -> None:
    workdir = Path(shutil.copytree(whole, tmp_path / "run"))
    (tuning,) = results(whole)["cells"][1]["tuning"]
    (other,) = {0.0001, 0.03} - {tuning["rate"]}
    assert run(written(seeds="(0,)", rates=f"({other},)"), "--workdir", workdir) == 0
    out = capsys.readouterr().out
    cell = results(workdir)["cells"][1]
    (trial,) = cell["tuning"][0]["trials"]
    assert trial["rate"] == other and trial in tuning["trials"]  # to the same numbers
    assert len(experiments.load(workdir / cell["runs"][0]).predict(["Returns a sorted list."])) == 1
    same(whole / cell["runs"][0], workdir / cell["runs"][0])
    assert "finished before" in out and f"rate {other:g} · seed 0: starts" in out


@pytest.mark.slow
def test_folds_choose_their_rates_and_score_every_row(
    written: Callable[..., Path], run: Callable[..., int], tmp_path: Path
) -> None:
    comparison = written(seeds="(0,)", rates="(0.01,)", base="folds=2, split_seed=1,", kinds=SUBWORD)
    assert run(comparison, "--workdir", tmp_path / "run") == 0
    found = results(tmp_path / "run")
    assert found["data"]["docs"]["folds"] == 2
    data = json.loads((tmp_path / "run" / "docs" / "data.json").read_text("utf-8"))
    assert found["data"]["docs"]["test_rows"] == data["documents"] == sum(data["test"])
    for cell in found["cells"]:
        assert [tuning["fold"] for tuning in cell["tuning"]] == [0, 1] and len(cell["runs"]) == 2
    with (tmp_path / "run" / "compare.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    page = (tmp_path / "run" / "compare.md").read_text("utf-8")
    assert "Rows of one fold share a model" in page
    for cell, line in zip(found["cells"], lines, strict=True):
        of_runs = [
            json.loads((tmp_path / "run" / each / "summary.json").read_text()) for each in cell["runs"]
        ]
        made = [summary["index_bytes"] for summary in of_runs]
        assert (len(set(made)) == 2) == (cell["kind"] == "subword")  # other words have other n-grams
        assert int(line["index_bytes"]) == cell["index_bytes"] == round(sum(made) / 2)
        assert int(line["trainable_bytes"]) == cell["trainable_bytes"]
        assert not cell["index_bytes"] or size(cell["index_bytes"]) in page


def test_without_matplotlib_the_tables_are_written(
    whole: Path,
    written: Callable[..., Path],
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    (whole / "compare.svg").unlink()
    assert run(written(seeds="(0, 1, 2)"), "--workdir", whole) == 0
    assert "pip install 'embedlab[report]'" in told(capsys.readouterr().out)
    assert not (whole / "compare.svg").exists()


def test_a_plan_shows_sizes_and_writes_nothing(
    written: Callable[..., Path], run: Callable[..., int], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(written(), "--plan", "--workdir", tmp_path / "run") == 0
    out = capsys.readouterr().out
    assert "buckets=80" in out and "8 trainings in all" in out and not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"budget": "1 / 7", "kinds": NARROW}, "kinds.narrow on docs"),
        ({"budget": "7"}, "budgets=(7,)"),
        ({"rates": "('a',)"}, "rates=('a',)"),
        ({"base": "no=1,"}, "its comparison() raised TypeError"),
    ],
)
def test_a_mistake_is_told_before_anything_is_written(
    fields: dict[str, str],
    message: str,
    written: Callable[..., Path],
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    assert run(written(**fields), "--workdir", tmp_path / "run") == 2
    assert message in told(capsys.readouterr().err)
    assert not list(tmp_path.glob("run/*"))


def test_words_that_mean_nothing_are_refused(
    written: Callable[..., Path], root: Path, tmp_path: Path, whole: Path
) -> None:
    path = written()
    for words, message in (
        ((), "give a comparison first"),
        ((path,), "--workdir DIR is missing"),
        (
            (path, "--workdir", tmp_path, "--train.steps", "3"),
            "--train.steps: a comparison is changed in its file",
        ),
        ((path, "--workdir", tmp_path, "--resume", "previous"), "runs in one process"),
        ((path, "--workdir", tmp_path, "--tensorboard"), "a comparison has no trackers"),
        ((path, "--workdir", whole / "docs"), "it holds no comparison"),
        ((tmp_path / "none.py", "--workdir", tmp_path), "there is no such file"),
        ((written(base="split_seed=5,"), "--workdir", whole), "the data changed"),
    ):
        refused(program(root, "compare", *words), 2, message)


def test_a_setting_that_is_refused_changes_nothing(
    whole: Path, written: Callable[..., Path], run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    before = (whole / "comparison.json").read_bytes()
    assert run(written(base="quality=Quality(neighbours=3),"), "--workdir", whole) == 2
    err = told(capsys.readouterr().err)
    assert "quality.neighbours: 10 → 3" in err and f"--workdir {whole}: its runs on docs" in err
    assert "in the comparison's file" in err and "rivals" not in err and "vectors" not in err
    assert (whole / "comparison.json").read_bytes() == before


CONFIGS = sorted((Path(__file__).resolve().parent.parent.parent / "configs" / "compare").glob("*.py"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_config_loads_and_says_what_it_gives(path: Path) -> None:
    comparison = load(str(path), Comparison, "comparison")
    assert comparison.trainings > 0
    said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    workdir = f"runs/compare-{path.stem.replace('_', '-')}"
    command = f"python -m experiments.compare configs/compare/{path.name} --workdir {workdir}"
    assert command in " ".join(said.replace("\\\n", "").split())
    assert re.search(r"^Result: ", said, re.MULTILINE) and re.search(r"^Time: ", said, re.MULTILINE)
