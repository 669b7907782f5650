"""Runs of an application that is judged by an error, in all that reads runs: pages, figures, sweeps."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import embedlab
import experiments
from experiments import predict
from experiments.config import Train
from experiments.errors import Mistake
from experiments.reports.bootstrap import mean_interval
from experiments.runs.found import found
from experiments.runs.results import results
from experiments.settings import codec, config_file
from experiments.study import program, registry, stored
from experiments.study.table import of_folds
from tests.experiments.study import rated

CONFIG = """
from embedlab import Dense, Hashed
from experiments.config import Quality, Train
from tests.experiments.study.rated import Rated

def config():
    return Rated(
        Dense(40, 4),
        Train(batch=32, steps=60, evaluate_every=20, rate=0.05),
        quality=Quality(rows=50, every=1),
        rivals={"hashed": Hashed(None, 4, buckets=10)},
        folds=2,
        split_seed=1,
    )
"""


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    rated.registered(monkeypatch)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished workdir of two embeddings in two folds, with event files; tests that change it copy it."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "rated.py").write_text(CONFIG)
    tensorboard = ["--tensorboard"] if _has("tensorboardX") else []
    with pytest.MonkeyPatch.context() as monkeypatch:
        rated.registered(monkeypatch)
        words = [str(folder / "rated.py"), "--workdir", str(folder / "runs"), *tensorboard]
        assert program.main("rated", words) == 0
    return folder / "runs"


def _has(module: str) -> bool:
    try:
        __import__(module)
    except ImportError:
        return False
    return True


def rows_of(workdir: Path) -> dict[str, dict[str, str]]:
    with (workdir / "table.csv").open(newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def test_all_its_runs_are_found(study: Path) -> None:
    runs = found([study])
    names = [(run.program, run.name, run.fold, run.is_baseline) for run in runs]
    assert names == [
        *(("rated", "mean", fold, True) for fold in (0, 1)),
        *(("rated", name, fold, False) for name in ("dense", "hashed") for fold in (0, 1)),
    ]
    assert all(run.is_judged and run.state == "finished" for run in runs)
    assert runs[2].label_names == ("user", "item") or runs[2].label_names == ("item", "user")


def test_results_are_those_of_the_table(study: Path) -> None:
    made = {each.name: each for each in results(found([study]))}
    rows = rows_of(study)
    assert list(made) == list(rows) == ["mean", "dense", "hashed"]
    for name, row in rows.items():
        interval = made[name].interval
        assert interval is not None and 0 < interval.low < interval.mean < interval.high
        ends = [interval.mean, interval.low, interval.high]
        assert ends == pytest.approx([float(row[f"rmse{end}"]) for end in ("", "_low", "_high")])
    assert made["dense"].interval.mean < made["mean"].interval.low  # type: ignore[union-attr]
    assert float(rows["mean"]["difference"]) > 0  # its error is greater


def test_a_user_of_both_folds_is_one_group(study: Path) -> None:
    parts = [np.load(study / f"fold-{fold}" / "targets.npz") for fold in (0, 1)]
    users, known = (np.concatenate([part[name] for part in parts]) for name in ("groups", "targets"))
    told = [np.load(study / f"fold-{fold}/dense/seed-0/predictions.npz")["test"] for fold in (0, 1)]
    scores = rated.JUDGE.scores(np.concatenate(told), known)[None]
    by_user, row = mean_interval(scores, users, least=-np.inf, most=0), rows_of(study)["dense"]
    assert [float(row["rmse_low"]), float(row["rmse_high"])] == pytest.approx([-by_user.high, -by_user.low])
    assert f"{len(known)} test rows in 15 groups of one user" in (study / "table.md").read_text()


def test_what_is_of_one_fold_is_told_to_be(study: Path) -> None:
    config = codec.decode(_plain(study), rated.Rated)
    (doubt,) = rated.RatedSplit(config, 0).doubts
    assert f" Of fold 0: {doubt} " in (study / "table.md").read_text().replace("\n", " ")
    splits = [rated.RatedSplit(config, fold) for fold in (0, 1)]
    assert of_folds([split.about for split in splits], 0) == ("600 ratings, made up.", f"Of fold 0: {doubt}")


def test_the_table_tells_errors(study: Path) -> None:
    text = (study / "table.md").read_text()
    assert "vs dense in RMSE" in text and "RMSE %" not in text and " groups of one user" in text
    summary = json.loads((study / "summary.json").read_text())
    assert "has an RMSE of" in summary["verdict"] and "point" not in summary["verdict"]
    assert summary["paired"]["dense"]["mean"]["difference"] < 0
    assert summary["test"]["dense"] == pytest.approx(float(rows_of(study)["dense"]["rmse"]))


def test_data_frames_have_its_runs(study: Path) -> None:
    pytest.importorskip("pandas")
    frame = experiments.runs.table(study)
    assert set(frame["program"]) == {"rated"} and set(frame["data"]) == {"made-up ratings"}
    trained = frame[frame["kind"] != "baseline"]
    assert (trained["rmse_low"] < trained["rmse"]).all() and (trained["rmse"] < trained["rmse_high"]).all()
    curves = experiments.runs.curves(study)
    assert {"rmse", "mae", "loss"} <= set(curves["metric"])


# --- the page and figures ------------------------------------------------------------------------------


def test_the_page_has_all_that_makes_sense(study: Path, tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    from experiments.page.program import main

    page = tmp_path / "page.html"
    assert main([str(study), "-o", str(page)]) == 0
    text = page.read_text()
    assert "RMSE" in text and "has an RMSE of" in text and "RMSE %" not in text
    assert 'class="matrix"' not in text and "What it is (across) and what is told (up)" in text
    assert "kind of word" in text and '"class_names"' in text
    assert f"python -m {registry.module('rated')} repeat.py" in text


def test_the_page_gives_a_config_that_makes_the_same(study: Path, tmp_path: Path) -> None:
    from experiments.page.sections.repeat import config_file as written

    raw = json.loads((study / "config.json").read_text())
    (tmp_path / "repeat.py").write_text(written(raw, "rated"))
    config = config_file.load(str(tmp_path / "repeat.py"), rated.Rated)
    assert registry.encode(rated.APPLICATION, config) == raw


def test_figures_are_in_its_unit(study: Path) -> None:
    pytest.importorskip("matplotlib")
    from experiments.figures import all as all_figures
    from experiments.figures.costs import pareto
    from experiments.figures.tables import tables

    assert "confusion" not in all_figures(study)
    figure = pareto(study)
    assert figure is not None
    (panel,) = figure.axes
    assert panel.get_ylabel() == "RMSE on test rows"
    shown = [point for line in panel.lines for point in np.asarray(line.get_ydata(), float).tolist()]
    assert min(shown) > 0 and max(shown) < 2
    made = tables(found([study]))["results"]
    assert made.heads[1] == "RMSE [95 %]"
    expected = rows_of(study)["dense"]
    assert made.rows[1][1].startswith(f"{float(expected['rmse']):.3f} [{float(expected['rmse_low']):.3f}, ")


# --- a model -------------------------------------------------------------------------------------------


def test_a_finished_run_answers(study: Path) -> None:
    model = experiments.load(study)
    assert isinstance(model, stored.Model) and model.application.name == "rated"
    lines = [f"{user},{item}" for user in range(15) for item in (3, 4)]
    answers = np.array([float(answer[0]) for answer in model.predict(lines, "user,item")])
    assert answers.min() >= 1 and answers.max() <= 5 and answers.std() > 0.2
    assert "user=3" in model.vectors.words and model.predict([]) == []
    split = rated.RatedSplit(codec.decode(_plain(study), rated.Rated), 0)
    asked = [f"{user[5:]},{item[5:]}" for user, item in (split.words[row] for row in split.test[:20])]
    own = stored.load(study / "fold-0" / "dense" / "seed-0")
    predictions = np.load(study / "fold-0/dense/seed-0/predictions.npz")["test"][:20, 0]
    told = [float(answer[0]) for answer in own.predict(asked, "user,item")]
    assert told == pytest.approx(predictions.clip(1, 5).tolist(), abs=1e-4)


def _plain(study: Path) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((study / "config.json").read_text())
    return {key: value for key, value in raw.items() if key != registry.KEY}


@pytest.mark.parametrize("wrong", ["3,4", [3]])
def test_lines_are_strings(study: Path, wrong: Any) -> None:
    with pytest.raises(TypeError, match="lines"):
        experiments.load(study).predict(wrong)


def asked(
    study: Path, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    status = predict.main([str(study)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_program_answers_line_by_line(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    many = "".join(f"{row % 15},{row % 7}\n" for row in range(1500))
    status, out, err = asked(study, f"user,item\n{many}", monkeypatch, capsys)
    assert status == 0 and "ratings of items by users" in err
    lines = out.splitlines()
    assert len(lines) == 1500 and re.fullmatch(r"[1-5](\.\d+)?\t14,5", lines[1349]) is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("user,item\n" + "1,2\n" * 1100 + "1,2,3\n", "standard input, line 1102: 3 columns"),
        ("user,film\n1,2\n", "standard input: its first line is 'user,film'"),
        ("", "standard input: it is empty; its first line is to name the columns"),
        ("user,item\n", "standard input: no row follows its first line, which"),
        ("1,2", "standard input: no row follows its first line"),
    ],
)
def test_the_program_refuses_what_it_can_not_read(
    study: Path, text: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = asked(study, text, monkeypatch, capsys)
    assert status == 2 and says in err and "Traceback" not in err


def test_an_unknown_application_is_told_with_its_place(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workdir = Path(shutil.copytree(study, tmp_path / "w"))
    monkeypatch.setattr(registry, "NAMES", ())
    for read in (stored.load, lambda folder: results(found([folder]))[0].task):
        with pytest.raises(Mistake, match=r"config.json: .*application 'rated'"):
            read(workdir)


# --- searched and tracked ------------------------------------------------------------------------------

SWEEP = """
from embedlab import Dense
from experiments.config import Train
from experiments.sweeps import *
from tests.experiments.study.rated import Rated

def sweep():
    base = Rated(Dense(40, 4), Train(batch=32, steps=20, evaluate_every=10), folds=2)
    return Sweep(base, {"train.rate": Choice(0.05, 1e-6)}, Grid())
"""


def test_a_sweep_finds_the_least_error(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    from experiments.sweeps import plan
    from experiments.sweeps.programs import program_named
    from experiments.sweeps.space import label
    from experiments.sweeps.trial import Job, run

    (tmp_path / "sweep.py").write_text(SWEEP)
    planned = plan.load(str(tmp_path / "sweep.py"))
    assert (planned.program.name, planned.metric, planned.less) == ("rated", "rmse", True)
    assert planned.program.metrics(planned.base) == ["rmse", "mae", "loss"]
    planned.program.require(planned.base, planned.sweep.space)
    values, heard = [], list[float]()
    for number, rate in enumerate((0.05, 1e-6)):
        config = planned.config({"train.rate": label(rate)})
        job = Job("rated", codec.encode(config), str(tmp_path / "trials" / str(number)), "rmse")
        ended = run(job, lambda step, value: bool(heard.append(value)))
        assert ended.how == "complete" and heard
        values.append(ended.value)
    assert values[0] < values[1]
    first, second = found([tmp_path / "trials"])  # one fold, and no baseline
    assert (first.trial, second.trial) == (0, 1) and first.fold == 0
    assert program_named("rated").value(first.summary, "rmse") == values[0]


def test_what_can_not_be_read_ends_a_sweep_before_it_begins() -> None:
    from experiments.sweeps.programs import program_of

    config = rated.Rated(embedlab.Dense(40, 4), Train(), data=rated.RatedData(rows=9))
    with pytest.raises(Mistake, match="too few"):
        program_of(config).require(config, ["train.rate"])
    program_of(config).require(config, ["data.rows"])  # of each trial another


def test_trackers_are_told_of_its_runs(study: Path) -> None:
    pytest.importorskip("tensorboardX")
    folder = study / "tensorboard" / "fold-1" / "hashed" / "seed-0"
    assert list(folder.glob("events.out.tfevents.*"))
    assert "user=" in next(folder.rglob("metadata.tsv")).read_text()
