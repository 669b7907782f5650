"""From a user's own files to classes and links, by flags alone; and what is refused on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from embedlab.vectors import load
from experiments.predict import main as predict
from experiments.study.program import main
from tests.experiments.graph.nodes.made import EDGE_FLAGS, NODE_FLAGS, communities, files

GRAPH = communities()
SMALL = ("--quality.rows", "100", "--embedding.vocabulary", "1000", "--embedding.dim", "8")
WALKS = (
    *("--model.type", "walks", "--model.walks", "4", "--model.length", "10", "--model.window", "3"),
    *("--train.batch", "16", "--train.steps", "400", "--train.evaluate_every", "100", "--train.rate", "0.02"),
)


Flags = Mapping[str, str]


def words(flags: Flags, **others: str) -> list[str]:
    """Flags as words; `data_path` stands for --data.path, and the empty string takes one away."""
    named = {f"--{name.replace('_', '.', 1)}": value for name, value in others.items()}
    return [word for flag, value in {**flags, **named}.items() if value for word in (flag, value)]


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Flags:
    """The flags that name a user's files."""
    edges, nodes = files(tmp_path_factory.mktemp("own"), GRAPH)
    return {"--data.path": str(edges), "--data.nodes": str(nodes), **EDGE_FLAGS, **NODE_FLAGS}


@pytest.fixture(scope="module")
def network(own: Flags, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workdir = tmp_path_factory.mktemp("network")
    training = ("--train.steps", "60", "--train.evaluate_every", "20", "--train.rate", "0.05")
    flags = (*words(own), *SMALL, *training)
    assert main("graph", ["--workdir", str(workdir), *flags]) == 0
    return workdir


@pytest.fixture(scope="module")
def links(own: Flags, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workdir = tmp_path_factory.mktemp("links")
    flags = (*words(own, data_goal="links", data_features=""), *SMALL, *WALKS)
    assert main("graph", ["--workdir", str(workdir), *flags]) == 0
    return workdir


def summary(folder: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads((folder / "summary.json").read_text())["test"]
    return found


def test_classes_from_flags_alone(network: Path) -> None:
    assert summary(network)["accuracy"] > 0.8
    names = sorted(path.name for path in (network / "baselines").iterdir())
    assert names == ["features-logistic", "label-propagation", "majority"]
    labels = np.load(network / "vectors/labels.npy")
    assert set(labels.tolist()) == {0, 1, 2}  # of the classes that words of features are most of
    told = json.loads((network / "summary.json").read_text())
    assert told["kinds"] == told["classes"] and len(told["kinds"]) == 3


def test_the_silhouette_is_by_what_the_map_is_coloured_by(network: Path) -> None:
    kept, labels = load(network / "vectors"), np.load(network / "vectors/labels.npy")
    numbers = np.array([kept[word] for word in kept.words], np.float64)
    found = silhouette_score(numbers[labels >= 0], labels[labels >= 0], metric="cosine")
    told = json.loads((network / "summary.json").read_text())["embedding"]
    assert told["silhouette"] == pytest.approx(found, abs=1e-3) and found > 0.1


def test_links_from_flags_alone(links: Path) -> None:
    assert summary(links)["auc"] > 0.55
    names = sorted(path.name for path in (links / "baselines").iterdir())
    assert names == ["common-neighbours", "degrees"]


def asked(
    workdir: Path, lines: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> list[list[str]]:
    path = folder / "asked.txt"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    assert predict([str(workdir), str(path)]) == 0
    return [line.split("\t") for line in capsys.readouterr().out.splitlines()]


def test_a_finished_run_tells_classes(
    network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(network, list(GRAPH.nodes), tmp_path, capsys)
    right = [
        line[0] == GRAPH.classes[label] for line, label in zip(found, GRAPH.labels.tolist(), strict=True)
    ]
    assert np.mean(right) > 0.8
    new = asked(network, ["newcomer\tw0 w1 w2", "other\t"], tmp_path, capsys)
    assert new[0][0] == "blue"


def test_a_finished_run_tells_neighbours(
    links: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = asked(links, ["n7"], tmp_path, capsys)
    assert len(line) == 6 and line[-1] == "n7"
    assert {cell.split()[0] for cell in line[:5]} <= {*GRAPH.nodes} - {"n7"}


def test_a_node_that_is_not_there_is_a_mistake(
    network: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "asked.txt"
    path.write_text("n1\nn_2\n")
    assert predict([str(network), str(path)]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "line 2" in error and "'n_2' is no node of the graph; its nodes are 'n2'" in error


def test_mistakes(own: Flags, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(**others: str) -> str:
        assert main("graph", ["--workdir", str(tmp_path / "run"), *words(own, **others)]) == 2
        error = capsys.readouterr().err
        assert "Traceback" not in error
        return " ".join(error.split())

    def file(content: str) -> str:
        path = tmp_path / "given.csv"
        path.write_text(content)
        return str(path)

    found = said(data_source="won")
    assert "--data.source='won'" in found and "its columns are 'one'" in found
    assert "its columns are 'team'" in said(data_label="teem")
    assert "target='one': this is the column of the other node" in said(data_target="one")
    assert "the file is empty" in said(data_path=file(""))
    assert "holds no row" in said(data_path=file("one,other\n"))
    assert "not one edge is of two nodes" in said(data_path=file("one,other\nx1,x2\nx2,x3\n"))
    assert "given.csv, line 3, column 'other'" in said(data_path=file("one,other\nn1,n2\nn2,\n"))
    one_class = "person,team,says\n" + "".join(f"{name},red,w1\n" for name in GRAPH.nodes)
    assert "every row is of class 'red'" in said(data_nodes=file(one_class))
    twice = "person,team,says\nn1,red,w1\nn1,blue,w1\n"
    assert "given.csv, line 3, column 'person'" in said(data_nodes=file(twice))
    sides = "person,team,says,side\n" + "".join(f"{name},red,w1,maybe\n" for name in GRAPH.nodes)
    assert "line 2, column 'side'" in said(data_nodes=file(sides), data_split="side")
    assert "folds=3" in said(data_goal="links", folds="3")
    assert "model.reads='both'" in said(model_reads="both", data_features="")
    assert "--data.nodes is missing" in said(data_nodes="")
    assert not (tmp_path / "run" / "config.json").exists()
