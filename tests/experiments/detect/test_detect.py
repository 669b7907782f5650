"""A user's own log by flags alone: a run with its baselines, answers to new events, and what is refused."""

import json
import re

import jax
import numpy as np
import pytest

import experiments
from embedlab.text import Vocabulary
from experiments.study import kept, registry
from experiments.study.application import Stored
from experiments.study.program import main

QUICK = {
    "train.steps": 60,
    "train.evaluate_every": 30,
    "train.rate": 0.02,
    "data.normal": "ok",
    "data.numeric": "bytes",
    "quality.rows": 20,
    "quality.neighbours": 5,
    "quality.every": 0,
}


def drawn(path, n=800, seed=0):
    """Log-ins: who uses which host at which size; an odd one has a host that its user never uses."""
    rng = np.random.default_rng(seed)
    rows = ["user\thost\tbytes\tkind"]
    for _ in range(n):
        user, odd = int(rng.integers(8)), rng.random() < 0.1
        host = (user + int(rng.integers(1, 8))) % 8 if odd else user
        rows.append(f"u{user}\th{host}\t{int(rng.lognormal(5))}\t{'attack' if odd else 'ok'}")
    path.write_text("\n".join(rows) + "\n")
    return path


def words(path, workdir, **flags):
    given = {"data.path": path, "data.target": "kind", **QUICK, **flags}
    return [str(w) for key, value in given.items() for w in (f"--{key}", value)] + ["--workdir", str(workdir)]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("detect")
    assert main("detect", words(drawn(folder / "log.tsv"), folder / "run")) == 0
    return folder / "run"


def test_the_page_and_figures_have_the_curves_of_its_scores(run):
    pytest.importorskip("jinja2")
    pytest.importorskip("matplotlib")
    from experiments.page.page import render
    from experiments.page.section import Options
    from experiments.page.sections import rates
    from experiments.page.works import gather

    given = gather([run])
    section = rates.section(given, Options())
    roc, _ = section.values["panels"]
    names = ["rarity", "isolation-forest", "dense", "hashed"]
    assert {line.label for line in roc["chart"].lines} == set(names)
    at = roc["table"]["head"].index("dense")
    dense = np.array([float(row[at]) for row in roc["table"]["rows"]])
    assert (np.diff(dense) >= 0).all() and dense[-1] == 1
    auc = json.loads((run / "dense/seed-0/summary.json").read_text())["test"]["auc"]
    assert np.trapezoid(dense, np.linspace(0, 1, 11)) == pytest.approx(auc, abs=0.05)
    assert "Precision, by recall" in render(given, [section], Options())
    panels = experiments.figures.rates(run).axes
    assert [panel.get_title() for panel in panels] == ["ROC", "Precision and recall"]
    assert {line.get_label() for line in panels[0].lines} == set(names)


def test_a_users_log_is_learnt_beside_its_baselines(run):
    table = (run / "table.md").read_text()
    for name in ("rarity", "isolation-forest", "dense", "hashed"):
        assert f"| {name}" in table
    summary = json.loads((run / "summary.json").read_text())
    found = json.loads((run / "dense/seed-0/summary.json").read_text())["test"]
    # No value is odd, pairs are: each column by itself says next to nothing.
    assert found["auc"] > 0.9 > summary["baselines"]["rarity"]["test"]["auc"]
    assert {"recall", "precision", "cost"} <= found.keys()


def test_a_forest_names_the_sizes_that_were_tried(run):
    """Of the 576 rows or so that are learnt from there are no larger samples."""
    told = json.loads((run / "baselines/isolation-forest/summary.json").read_text())
    assert told["tried"] == [256] and told["chosen"] == {"max_samples": 256}


def test_new_events_are_answered(run):
    folder = run / "dense/seed-0"
    application, config = registry.decode(json.loads((folder / "config.json").read_text()))
    names = tuple(json.loads((folder / "summary.json").read_text())["classes"])
    model = application.answering(
        Stored(config, Vocabulary.load(folder / "vocabulary.json"), names, kept.load(folder))
    )
    parameters = model.learner.init(jax.random.key(0), model.buffers)
    found = list(model.answers(parameters, ["h1,u1,100", "h5,u1,", "new,u1,7"], "host,user,bytes"))
    assert all(
        name in ("normal", "anomaly") and column in ("user", "host", "bytes") for name, _, column in found
    )
    assert float(found[2][1]) > float(found[0][1]) and found[2][2] == "host"
    with pytest.raises(ValueError, match="no column 'host'"):
        list(model.answers(parameters, ["u1,100"], "user,bytes"))


@pytest.mark.parametrize("flags", [{"learns": "mixed", "score": "largest"}, {"score": "neighbours"}])
def test_other_ways(flags, tmp_path):
    flags = {**flags, "rivals": "none", "baselines": "false", "train.steps": 10}
    assert main("detect", words(drawn(tmp_path / "log.tsv", 300), tmp_path / "run", **flags)) == 0
    assert json.loads((tmp_path / "run/summary.json").read_text())["test"]["auc"] >= 0


@pytest.mark.parametrize(
    "flags, message",
    [
        ({"data.target": "knid"}, "--data.target='knid': .* 'kind'"),
        (
            {"data.normal": "attac"},
            "'kind' has the values 'attack', 'ok'; name some of them with --data.normal",
        ),
        ({"data.normal": "ok,attack"}, "no event has another value"),
        ({"data.path": "nowhere.tsv"}, "--data.path='nowhere.tsv'"),
        ({"data.numeric": "host"}, "column 'host': 'h.' is no finite number"),
        ({"score": "loud"}, "score.*loud"),
    ],
)
def test_what_is_refused_is_told(flags, message, tmp_path, capsys):
    assert main("detect", words(drawn(tmp_path / "log.tsv", 60), tmp_path / "run", **flags)) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert re.search(message, told) and "Traceback" not in told


@pytest.mark.parametrize(
    "content, message", [("", "the file is empty"), ("a\tkind\n1\tok\n", "every row is of")]
)
def test_files_without_rows_or_of_one_kind(content, message, tmp_path, capsys):
    path = tmp_path / "log.tsv"
    path.write_text(content)
    assert main("detect", words(path, tmp_path / "run", **{"data.numeric": "[]"})) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_test_file_of_normal_events_alone(tmp_path, capsys):
    path, other = drawn(tmp_path / "log.tsv", 100), tmp_path / "other.tsv"
    other.write_text("user\thost\tbytes\tkind\nu1\th1\t7\tok\nu2\th2\t9\tok\n")
    assert main("detect", words(path, tmp_path / "run", **{"data.test_path": other})) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "all 2 rows of the test side are of one class ('normal')" in told and "Traceback" not in told


def test_a_test_file_of_copies_alone_is_not_passed_over(tmp_path, capsys):
    path = drawn(tmp_path / "log.tsv", 100)
    flags = {"data.test_path": path}
    assert main("detect", words(path, tmp_path / "run", **flags)) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "each of its events is equal to an earlier one, which --data.distinct leaves out" in told
