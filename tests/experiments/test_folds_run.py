"""Cross-validation end to end: real text, three folds, an encoder beside a bag; stopped, and resumed."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import f1_score

import embedlab
import experiments
from experiments.classify import main
from experiments.comparisons import single
from experiments.data import folds
from experiments.documents.material import Material, read_folds
from experiments.reports.bootstrap import Interval, mean_interval, paired_difference
from experiments.settings import codec

pytestmark = pytest.mark.slow

CONFIG = """
from embedlab import Dense, Hashed
from experiments.config import Config, Quality, Text, Train
from experiments.data import Csv
from experiments.encoders import Dan

def config():
    return Config(
        embedding=Dense(300, 8),
        rivals={"hashed": Hashed(300, 8, buckets=75)},
        data=Csv(path=PATH),
        text=Text(max_length=16),
        encoder=Dan(layers=(8,)),
        train=Train(steps=20, evaluate_every=10, batch=32, checkpoint_seconds=0),
        quality=Quality(rows=50, every=1),
        folds=3,
    )
"""
FOLDS = (0, 1, 2)
Inside = Callable[..., tuple[int, str, str]]
NAMES = ("dense", "hashed", "majority", "tfidf-logistic", "bag")


def go(folder: Path) -> str:
    """Runs the config that lies beside a workdir; what it prints."""
    with pytest.MonkeyPatch.context() as patch:
        out = io.StringIO()
        patch.setattr("sys.stdout", out)
        assert main([str(folder.parent / "small.py"), "--workdir", str(folder)]) == 0
    return " ".join(out.getvalue().split())


def stopped_after(evaluations: int, folder: Path) -> int:
    """Runs the config until an evaluation, in which an interrupt comes; the exit status."""
    evaluation, made = single._Log.evaluation, []

    def stopping(self: Any, *words: Any) -> None:
        made.append(words)
        if len(made) == evaluations:
            raise KeyboardInterrupt
        evaluation(self, *words)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(single._Log, "evaluation", stopping)
        return main([str(folder.parent / "small.py"), "--workdir", str(folder)])


class Ran:
    """A workdir that was stopped twice, one that was not, and what the last command of the first printed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.whole = folder / "stopped", folder / "whole"
        for evaluations in (8, 5):  # in the second half of fold 1's bag, and of its hashed
            assert stopped_after(evaluations, self.folder) == 130
        self.out = go(self.folder)
        go(self.whole)

    def read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / name).read_text())
        return found

    def predicted(self, name: str) -> list[np.ndarray]:
        """Test probabilities, by fold."""
        inner = {"majority": "baselines/majority", "tfidf-logistic": "baselines/tfidf-logistic"}
        place = inner.get(name, f"{'baselines/' * (name == 'bag')}{name}/seed-0")
        return [np.load(self.folder / f"fold-{fold}" / place / "predictions.npz")["test"] for fold in FOLDS]


@pytest.fixture(scope="module")
def ran(prose: Path, tmp_path_factory: pytest.TempPathFactory, root: Path) -> Ran:
    folder = tmp_path_factory.mktemp("folds")
    (folder / "small.py").write_text(CONFIG.replace("PATH", repr(str(prose))))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("COLUMNS", "100")
        return Ran(folder)


@pytest.fixture(scope="module")
def materials(ran: Ran) -> tuple[Material, ...]:
    return read_folds(codec.decode(ran.read("config.json")))


@pytest.fixture(scope="module")
def right(ran: Ran, materials: tuple[Material, ...]) -> dict[str, np.ndarray]:
    """Which rows each gets right, bool [rows], from the stored predictions; one fold's after the other's."""
    truth = [each.dataset.labels[each.splits.test] for each in materials]
    return {
        name: np.concatenate([p.argmax(1) == y for p, y in zip(ran.predicted(name), truth, strict=True)])
        for name in NAMES
    }


@pytest.fixture(scope="module")
def groups(materials: tuple[Material, ...]) -> np.ndarray:
    return np.concatenate([each.dataset.groups[each.splits.test] for each in materials])


def test_every_run_of_every_fold_has_its_folder(ran: Ran) -> None:
    inner = ("dense/seed-0", "hashed/seed-0", "baselines/majority", "baselines/tfidf-logistic")
    expected = {f"fold-{fold}/{name}" for fold in FOLDS for name in (*inner, "baselines/bag/seed-0")}
    found = {file.parent.relative_to(ran.folder).as_posix() for file in ran.folder.rglob("summary.json")}
    assert found == expected | {"."}
    assert "[15/15] fold 2 · hashed · seed 0: test accuracy" in ran.out


def test_stopped_runs_go_on_to_the_same_bits(ran: Ran) -> None:
    assert ran.out.count("finished before") == 9  # 5 of 9 trainings, and 4 of 6 other baselines
    assert "fold 1 · hashed · seed 0: resumes at step 10" in ran.out
    for name in ("metrics.jsonl", "predictions.npz", "vectors.npy"):
        files = sorted(file.relative_to(ran.folder) for file in ran.folder.rglob(name))
        assert len(files) == {"metrics.jsonl": 10, "predictions.npz": 15, "vectors.npy": 9}[name]
        for file in files:
            assert (ran.folder / file).read_bytes() == (ran.whole / file).read_bytes(), file


def test_a_finished_one_is_shown_again(ran: Ran) -> None:
    before = (ran.folder / "summary.json").read_bytes()
    out = go(ran.folder)
    assert "is finished; nothing to do" in out and "Each is predicted once a seed" in out
    assert (ran.folder / "summary.json").read_bytes() == before


def test_all_rows_are_tested_once(materials: tuple[Material, ...]) -> None:
    tested = np.concatenate([each.splits.test for each in materials])
    assert sorted(tested) == list(range(450))
    made = folds(materials[0].dataset, count=3, seed=0)
    for material, fold in zip(materials, made, strict=True):
        np.testing.assert_array_equal(material.splits.test, fold.test)


def test_the_table_is_of_all_rows(
    ran: Ran, right: dict[str, np.ndarray], groups: np.ndarray, materials: tuple[Material, ...]
) -> None:
    with (ran.folder / "table.csv").open(newline="") as file:
        table = {line["name"]: line for line in csv.DictReader(file)}
    assert list(table) == ["majority", "tfidf-logistic", "bag", "dense", "hashed"]
    truth = np.concatenate([each.dataset.labels[each.splits.test] for each in materials])
    for name, line in table.items():
        interval = mean_interval(right[name][None].astype(float), groups)
        assert float(line["accuracy"]) == pytest.approx(right[name].mean(), abs=1e-12)
        assert [float(line[f"accuracy_{end}"]) for end in ("low", "high")] == [interval.low, interval.high]
        predicted = np.concatenate(ran.predicted(name)).argmax(1)
        assert float(line["macro_f1"]) == pytest.approx(f1_score(truth, predicted, average="macro"))
        by_fold = [
            part.mean()
            for part in np.split(right[name], np.cumsum([len(m.splits.test) for m in materials]))[:3]
        ]
        assert float(line["fold_mean"]) == pytest.approx(np.mean(by_fold))
        assert float(line["fold_sd"]) == pytest.approx(np.std(by_fold, ddof=1))
        assert (line["test_rows"], line["folds"]) == ("450", "3")
    assert "by the model of its fold (3 folds)" in (ran.folder / "table.md").read_text()


def test_the_summary_pairs_each_with_each(ran: Ran, right: dict[str, np.ndarray], groups: np.ndarray) -> None:
    summary = ran.read("summary.json")
    assert set(summary["paired"]) == {"dense", "hashed"}
    for name, others in summary["paired"].items():
        assert set(others) == set(NAMES) - {name}
        for other, found in others.items():
            a, b = (right[each][None].astype(float) for each in (name, other))
            interval = Interval(found["difference"], found["low"], found["high"])
            assert interval == paired_difference(a, b, groups)
            assert found["not_below"] == (interval.low >= -0.01)
            ahead = [a[0, groups == group].sum() - b[0, groups == group].sum() for group in np.unique(groups)]
            first, second = int(np.sum(np.array(ahead) > 0)), int(np.sum(np.array(ahead) < 0))
            assert (found["mcnemar"]["first"], found["mcnemar"]["second"]) == (first, second)
            assert found["mcnemar"]["p"] == pytest.approx(binomtest(first, first + second).pvalue)
    assert summary["folds"]["dense"]["scores"] == pytest.approx(
        [float(ran.read(f"fold-{fold}/dense/seed-0/summary.json")["test"]["accuracy"]) for fold in FOLDS]
    )


def test_the_summary_holds_the_baselines_by_name(ran: Ran, right: dict[str, np.ndarray]) -> None:
    baselines = ran.read("summary.json")["baselines"]
    assert list(baselines) == ["majority", "tfidf-logistic", "bag"]
    assert baselines["tfidf-logistic"]["what"].startswith("tfidf-logistic reads words and pairs of words, C")
    assert baselines["bag"]["what"].startswith("bag is dense in a plain bag, untuned: the encoder's own rate")
    for name, found in baselines.items():
        assert found["test"]["accuracy"] == pytest.approx(right[name].mean())
        assert {"macro_f1", "log_loss", "ece"} <= set(found["test"])


def test_the_bag_has_the_budget_of_what_it_is_beside(ran: Ran) -> None:
    of_bag, of_dense = (
        ran.read(f"fold-1/{place}/seed-0/config.json") for place in ("baselines/bag", "dense")
    )
    assert of_bag["encoder"]["type"] == "bag" and of_dense["encoder"]["type"] == "dan"
    for part in ("embedding", "train", "text", "data", "seeds", "folds", "only_folds"):
        assert of_bag[part] == of_dense[part], part
    assert of_dense["only_folds"] == [1]
    summaries = [ran.read(f"fold-1/{place}/seed-0/summary.json") for place in ("baselines/bag", "dense")]
    assert summaries[0]["parameters"] == summaries[1]["parameters"]
    assert summaries[0]["encoder_parameters"] == 8 * 3 + 3
    assert (ran.folder / "fold-1/baselines/bag/seed-0/checkpoints").is_dir()


def test_each_line_of_metrics_is_there_once(ran: Ran) -> None:
    lines = [json.loads(line) for line in (ran.folder / "metrics.jsonl").read_text().splitlines()]
    keys = [(x["run"], x["seed"], x["fold"], x["step"], x["split"]) for x in lines]
    assert len(set(keys)) == len(keys)
    assert {(x["run"], x["fold"]) for x in lines} == {(n, f) for n in ("dense", "hashed") for f in FOLDS}
    assert {x["split"] for x in lines} == {"train", "valid", "embedding", "test", "final", "shared"}


def test_data_that_are_split_otherwise_are_seen(
    ran: Ran, tmp_path: Path, materials: tuple[Material, ...]
) -> None:
    data = ran.read("data.json")
    assert data["test"] == [len(each.splits.test) for each in materials]
    folder = tmp_path / "w"
    shutil.copytree(ran.folder, folder)
    (folder / "data.json").write_text(json.dumps(data | {"split": "other"}))
    (tmp_path / "small.py").write_text((ran.folder.parent / "small.py").read_text())
    assert main([str(tmp_path / "small.py"), "--workdir", str(folder)]) == 2


def test_the_fold_that_did_best_on_validation_is_the_model(ran: Ran) -> None:
    losses = {
        f"fold-{fold}/{name}/seed-0": ran.read(f"fold-{fold}/{name}/seed-0/summary.json")["valid"]["log_loss"]
        for fold in FOLDS
        for name in ("dense", "hashed")
    }
    best = min(losses, key=lambda place: losses[place])
    assert experiments.load(ran.folder).folder == ran.folder / best
    assert len(embedlab.load(ran.folder)) > 50


def test_a_set_that_has_a_test_set_has_no_folds(
    inside: Inside,
    write_config: Callable[..., Path],
    prose: Path,
    tmp_path: Path,
) -> None:
    words = ["--data.test_path", prose, "--folds", "3"]
    status, _, err = inside(write_config(), "--workdir", tmp_path / "w", *words)
    assert status == 2 and "\n\n" not in err.strip()
    assert "brings a test set of its own (450 rows)" in " ".join(err.split())
    assert list((tmp_path / "w").rglob("*")) == []


def test_some_of_the_folds(inside: Inside, write_config: Callable[..., Path], tmp_path: Path) -> None:
    folder, words = tmp_path / "w", ["--folds", "4", "--only_folds", "3", "--baselines", "false"]
    status, out, err = inside(write_config(), "--workdir", folder, *words, "--train.steps", "10")
    assert status == 0, err
    assert "[1/1] fold 3 · dense · seed 0: starts" in out
    assert "by the model of its fold (1 of 4 folds)" in " ".join(out.split())
    assert [file.name for file in folder.glob("fold-*")] == ["fold-3"]
    assert json.loads((folder / "summary.json").read_text())["folds"]["dense"]["sd"] is None
