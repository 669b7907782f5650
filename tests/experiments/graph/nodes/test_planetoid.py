"""The citation graphs are read as papers have them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from experiments.graph.nodes.graph import UNLABELLED
from experiments.graph.nodes.planetoid import planetoid
from experiments.graph.nodes.sides import node_sides
from experiments.graph.nodes.sources import Planetoid


@pytest.mark.parametrize(
    ("name", "nodes", "edges", "words", "classes", "isolated", "bare"),
    [("cora", 2708, 5278, 1433, 7, 0, 0), ("citeseer", 3327, 4552, 3703, 6, 48, 15)],
)
def test_counts(
    data_dir: Path, name: str, nodes: int, edges: int, words: int, classes: int, isolated: int, bare: int
) -> None:
    graph = planetoid(str(data_dir / "planetoid"), name)
    assert (len(graph.nodes), len(graph.edges), len(graph.features.words)) == (nodes, edges, words)
    assert (graph.isolated, int((graph.features.counts == 0).sum())) == (isolated, bare)
    assert int((graph.labels == UNLABELLED).sum()) == bare
    sides = node_sides(graph, seed=0)
    assert (len(sides.train), len(sides.valid), len(sides.test)) == (20 * classes, 500, 1000)
    assert np.bincount(graph.labels[sides.train]).tolist() == [20] * classes
    assert not set(sides.train) & set(sides.valid) | set(sides.valid) & set(sides.test)
    assert set(np.flatnonzero(graph.features.counts == 0)).isdisjoint(sides.test)
    same = graph.labels[graph.edges[:, 0]] == graph.labels[graph.edges[:, 1]]
    assert same.mean() > 0.7  # papers cite their like: rows of features and labels are in the graph's order


def test_files_that_are_not_there_are_named_with_where_they_are_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBEDLAB_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=r"ind\.cora\.x cannot be read .*github\.com/kimiyoung/planetoid"):
        Planetoid().graph()


def test_files_that_do_not_fit_are_refused(data_dir: Path, tmp_path: Path) -> None:
    for path in (data_dir / "planetoid").glob("ind.cora.*"):
        shutil.copy(path, tmp_path / path.name)
    index = tmp_path / "ind.cora.test.index"
    index.chmod(0o644)
    index.write_text("1708\n1708\n")
    with pytest.raises(ValueError, match=r"names a node twice"):
        planetoid(str(tmp_path), "cora")
    (tmp_path / "ind.cora.graph").unlink()
    with pytest.raises(ValueError, match=r"ind\.cora\.graph cannot be read"):
        planetoid(str(tmp_path), "cora")
