"""Figures of a real comparison: that each shows what lies in the runs, and says where there is nothing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import experiments
from experiments.errors import Mistake
from experiments.figures.confused import shares
from experiments.figures.spectra import variances
from experiments.figures.style import COLOURS, looks
from experiments.runs.found import found
from experiments.runs.found_run import FoundRun
from experiments.runs.results import results

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def runs(comparison: Path) -> list[FoundRun]:
    return found([comparison])


@pytest.fixture(scope="module")
def drawn(runs: list[FoundRun]) -> Iterator[dict[str, Any]]:
    yield experiments.figures.all(runs)


def texts(figure: Any) -> list[str]:
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_all_are_drawn(drawn: dict[str, Any]) -> None:
    assert list(drawn) == [name for name in experiments.figures.FIGURES if name != "rates"]  # of classes


def test_curves_are_means_of_what_was_logged(drawn: dict[str, Any], runs: list[FoundRun]) -> None:
    panels = drawn["curves"].axes
    assert [panel.get_title() for panel in panels] == [
        "training loss",
        "validation loss",
        "validation accuracy",
    ]
    lines = {line.get_label(): line for line in panels[1].lines}
    assert set(lines) == {"dense", "small"}
    logged = [
        [line["loss"] for line in run.metrics if line["split"] == "valid"]
        for run in runs
        if run.name == "small"
    ]
    assert lines["small"].get_xdata().tolist() == [10, 20]
    assert lines["small"].get_ydata().tolist() == pytest.approx(np.mean(logged, axis=0).tolist())


def test_quality_ends_with_the_finished_model(drawn: dict[str, Any], runs: list[FoundRun]) -> None:
    panel = next(panel for panel in drawn["quality"].axes if panel.get_title() == "hubness")
    line = next(line for line in panel.lines if line.get_label() == "dense")
    final = [run.summary["embedding"]["hubness"] for run in runs if run.name == "dense"]
    assert line.get_ydata()[-1] == pytest.approx(np.mean(final))


def test_pareto_has_bytes_scores_and_intervals(drawn: dict[str, Any], runs: list[FoundRun]) -> None:
    (panel,) = drawn["pareto"].axes
    bars = {bar.get_label(): bar for bar in panel.containers}
    assert set(bars) == {"tfidf-logistic", "dense", "small"}
    assert any("majority" in text for text in texts(drawn["pareto"]))
    (small,) = [each for each in results(runs) if each.name == "small"]
    point, _, (ends,) = bars["small"].lines
    assert point.get_xdata()[0] == pytest.approx(40 * 8 * 4, rel=0.02) and small.interval is not None
    assert point.get_ydata()[0] == pytest.approx(100 * small.interval.mean)
    (segment,) = ends.get_segments()
    assert segment[:, 1].tolist() == pytest.approx([100 * small.interval.low, 100 * small.interval.high])


def test_points_that_are_drawn_beside_their_bytes_are_told(
    comparison: Path, drawn: dict[str, Any], tmp_path: Path
) -> None:
    again = shutil.copytree(comparison, tmp_path / "again")
    twice = experiments.figures.pareto([comparison, again])
    assert twice is not None
    bars = {bar.get_label(): bar.lines[0].get_xdata()[0] for bar in twice.axes[0].containers}
    dense = [at for label, at in bars.items() if "dense" in label]
    assert len(set(dense)) == 2  # though of equal bytes
    said = "Points of equal bytes stand side by side."
    assert said in " ".join(texts(twice)) and said not in " ".join(texts(drawn["pareto"]))


def test_confusion_is_counted(drawn: dict[str, Any], runs: list[FoundRun]) -> None:
    (dense,) = [each for each in results(runs) if each.name == "dense"]
    found = shares(dense, 3)
    assert dense.tested is not None and found.sum(1).tolist() == pytest.approx([1, 1, 1])
    _, targets, _ = dense.tested
    share = np.bincount(targets, minlength=3) / len(targets)
    assert (found.diagonal() * share).sum() == pytest.approx(dense.score)
    assert [panel.get_title() for panel in drawn["confusion"].axes][1] == "tfidf-logistic"


def test_frequency_shows_every_band(drawn: dict[str, Any], runs: list[FoundRun]) -> None:
    said = " ".join(texts(drawn["frequency"]))
    dense = next(run for run in runs if run.name == "dense")
    assert f"rare\n({dense.summary['test']['rows_rare']} rows)" in said


def test_map_shows_words_in_the_colours_of_classes(drawn: dict[str, Any], runs: list[FoundRun]) -> None:
    dense = next(run for run in runs if run.name == "dense")
    points = drawn["embedding_map"].axes[0].collections[0]
    assert dense.labels is not None and len(points.get_offsets()) == len(dense.labels)
    from matplotlib.colors import to_rgb

    first = points.get_facecolors()[-1][:3]  # the most frequent word lies on top
    assert tuple(first) == pytest.approx(to_rgb(COLOURS[dense.labels[0]]))
    assert dense.vectors is not None and dense.vectors.words[0] in texts(drawn["embedding_map"])


def test_spectrum_sums_to_all() -> None:
    rng = np.random.default_rng(0)
    found = variances(rng.normal(size=(500, 4)) * [4, 3, 2, 1] + 100)
    assert found.sum() == pytest.approx(1) and found == pytest.approx(np.array([16, 9, 4, 1]) / 30, abs=0.05)
    assert variances(np.ones((3, 2))).tolist() == [0, 0]
    rows = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 1.0], [3.0, 1.0]])
    with_holes = np.vstack([rows, [np.nan, 1.0], [1.0, np.inf]])
    assert variances(with_holes).tolist() == variances(rows).tolist()


def test_collisions_are_those_of_the_hashed(drawn: dict[str, Any], runs: list[FoundRun]) -> None:
    seen = drawn["collisions"].axes[0].lines[2].get_xdata()[0]
    assert seen == np.mean(
        [run.summary["embedding"]["collisions_whole"] for run in runs if run.name == "small"]
    )
    dense = [run for run in runs if run.name == "dense"]
    assert experiments.figures.collisions(dense) is None


def test_an_embedding_looks_the_same_in_every_figure(drawn: dict[str, Any], runs: list[FoundRun]) -> None:
    own = looks(results(runs))
    for name in ("curves", "quality", "spectrum"):
        lines = {line.get_label(): line for line in drawn[name].axes[0].lines}
        assert {label: lines[label].get_color() for label in ("dense", "small")} == {
            label: own[label].colour for label in ("dense", "small")
        }
    assert len({look.marker for look in own.values() if look.colour in COLOURS}) == 2


def test_unfinished_runs_have_curves_alone(comparison: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(comparison / "dense" / "seed-0", tmp_path / "one"))
    (run / "summary.json").unlink()
    made = experiments.figures.all(run)
    assert set(made) == {"curves", "quality"}
    assert any("Not finished yet: dense" in text for text in texts(made["curves"]))
    assert experiments.figures.pareto(run) is None


@pytest.mark.slow
def test_tsne_and_what_is_no_layout(runs: list[FoundRun]) -> None:
    pytest.importorskip("openTSNE")
    one = [run for run in runs if run.name == "small"][:1]
    figure = experiments.figures.embedding_map(one, layout="tsne", points=40)
    places = np.asarray(figure.axes[0].collections[0].get_offsets())
    assert places.shape == (40, 2) and np.isfinite(places).all()
    with pytest.raises(Mistake, match="mds"):
        experiments.figures.embedding_map(one, layout="mds")


def test_without_matplotlib_the_extra_is_named(runs: list[FoundRun], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(Mistake, match=r"matplotlib, which is not installed.*embedlab\[report\]"):
        experiments.figures.pareto(runs)
