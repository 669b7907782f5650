"""What flags switch the kind of starts from settings that train it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from experiments.study import registry
from experiments.study.program import main
from tests.experiments.graph.nodes.made import EDGE_FLAGS, NODE_FLAGS, communities, files
from tests.experiments.recommend import drawn


@pytest.mark.parametrize(
    ("name", "kinds", "settings"),
    [
        ("graph", {"model.type": "walks"}, {"batch": 64, "steps": 1000}),
        ("graph", {"model.type": "gcn"}, {"batch": 1, "steps": 200}),
        ("graph", {}, {"batch": 1, "steps": 200}),
        ("recommend", {"model.type": "bpr"}, {"l2": 1e-5}),
        ("recommend", {"model.type": "two_tower"}, {"l2": 3e-4}),
        ("recommend", {"model.type": "machine"}, {"l2": 1e-3}),
        ("recommend", {"model.type": "none of these"}, {"l2": 1e-3}),
        ("triples", {"model.score.type": "rotate"}, {"batch": 1024, "schedule": "cosine"}),
        ("triples", {"model.score.type": "complex"}, {"batch": 512, "schedule": "constant"}),
    ],
)
def test_a_kind_has_its_own_settings(name: str, kinds: dict[str, str], settings: dict[str, Any]) -> None:
    made = registry.application(name).default_of(kinds)
    assert {field: getattr(made.train, field) for field in settings} == settings
    assert made.fitted and "hashed" in made.rivals and type(made) is registry.application(name).kind


@pytest.mark.parametrize("score", ["transe", "rotate"])
def test_a_distance_is_learnt_by_drawn_entities_of_its_own(score: str) -> None:
    """Those that a batch shares cost some forty times as much, where no product of matrices gives a score."""
    objective = registry.application("triples").default_of({"model.score.type": score}).model.objective  # type: ignore[attr-defined]
    assert (objective.count, objective.shared, objective.loss) == (64, False, "adversarial")


def test_flags_are_laid_over_the_settings_of_the_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edges, nodes = files(tmp_path, communities(40))
    named = {"--data.path": str(edges), "--data.nodes": str(nodes), **EDGE_FLAGS, **NODE_FLAGS}
    own = {
        "--train.steps": "4",
        "--train.evaluate_every": "2",
        "--quality.rows": "20",
        "--model.type": "walks",
    }
    words = [word for pair in {**named, **own, "--workdir": str(tmp_path / "run")}.items() for word in pair]
    assert main("graph", words) == 0
    stored = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (stored["train"]["batch"], stored["train"]["steps"], stored["model"]["type"]) == (64, 4, "walks")
    assert stored["embedding"]["dim"] == 128
    capsys.readouterr()
    assert main("graph", ["--help", "--model.type", "walks"]) == 0
    assert "--train.batch 64" in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bpr", "two_tower"])
def test_rankings_by_flags_alone_are_learnt(kind: str, tmp_path: Path) -> None:
    """Tastes were drawn: popularity knows none of them."""
    folder = drawn.write(tmp_path)
    flags = (*drawn.flags(folder), "--liked", "4", "--model.type", kind, "--rivals", "none")
    status, said = drawn.ran(*flags, "--workdir", str(tmp_path / "run"))
    assert status == 0, said
    popularity = json.loads((tmp_path / "run/baselines/popularity/summary.json").read_text())
    found = json.loads((tmp_path / "run/summary.json").read_text())
    assert found["test"]["ndcg_10"] > 2 * popularity["test"]["ndcg_10"]


@pytest.mark.slow
def test_walks_by_flags_alone_are_learnt(tmp_path: Path) -> None:
    edges, nodes = files(tmp_path, communities())
    named = {"--data.path": str(edges), "--data.nodes": str(nodes), **EDGE_FLAGS, **NODE_FLAGS}
    own = {"--model.type": "walks", "--rivals": "none", "--quality.rows": "100", "--baselines": "false"}
    words = [word for pair in {**named, **own, "--workdir": str(tmp_path / "run")}.items() for word in pair]
    assert main("graph", words) == 0
    assert json.loads((tmp_path / "run/summary.json").read_text())["test"]["accuracy"] > 0.9
