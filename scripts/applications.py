"""Runs every application on its data, and writes the table of the README.

    EMBEDLAB_DATA=DIR PYTHONPATH=. python scripts/applications.py --workdir runs/applications [NAME …]

A row is a config of `configs/`, run in a folder of its own, with all that a run writes, and continued where
it was stopped; NAME are rows, or applications; none of them for all. Writes `applications.md`: the headline
metric on test rows with its 95 % interval, the strongest baseline on the same rows, the paired difference
to it, the same for the rival of as many bytes, and what it took. Rows that were not run are left out.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from experiments.config import Config
from experiments.errors import Mistake
from experiments.process.program import guarded
from experiments.reports.bootstrap import Interval
from experiments.reports.console import open_console
from experiments.runs.run import RunDirectory
from experiments.settings import config_file
from experiments.settings.schema import did_you_mean
from experiments.study import registry
from experiments.tasks import Headline


@dataclasses.dataclass(frozen=True)
class Measure:
    """A row of the table.

    Attributes:
        name: of its folder.
        application: of which it is.
        config: the path of its config.
        data: what it is of, in words.
        wanted: what is published, or is to be reached, in words.
    """

    name: str
    application: str
    config: str
    data: str
    wanted: str


_PUBLIC = "public split"
MEASURES: tuple[Measure, ...] = (
    Measure(
        "movie_reviews", "sentiment", "configs/sentiment/movie_reviews.py", "movie reviews, long, 10-fold", ""
    ),
    Measure("mr", "sentiment", "configs/sentiment/mr.py", "MR, short, 10-fold", ""),
    Measure("sst2", "sentiment", "configs/sentiment/sst2.py", "SST-2, sentences", ""),
    Measure(
        "ratings", "recommend", "configs/recommend/ratings.py", "MovieLens 100k, five 80/20 folds", "≤ 0.93"
    ),
    Measure("ranking", "recommend", "configs/recommend/ranking.py", "MovieLens 100k, all films ranked", ""),
    Measure("cold", "recommend", "configs/recommend/cold.py", "MovieLens 100k, unseen users, five folds", ""),
    Measure(
        "cora", "graph", "configs/graph/cora.py", f"Cora, {_PUBLIC}, words and edges", "81.5 (Kipf 2017)"
    ),
    Measure(
        "cora_walks", "graph", "configs/graph/cora_walks.py", f"Cora, {_PUBLIC}, edges", "67.2 (DeepWalk)"
    ),
    Measure(
        "citeseer", "graph", "configs/graph/citeseer.py", f"Citeseer, {_PUBLIC}, words and edges", "70.3"
    ),
    Measure(
        "citeseer_walks", "graph", "configs/graph/citeseer_walks.py", f"Citeseer, {_PUBLIC}, edges", "43.2"
    ),
    Measure("cora_links", "graph", "configs/graph/cora_links.py", "Cora, links", ""),
    Measure("cora_links_walks", "graph", "configs/graph/cora_links_walks.py", "Cora, links, edges alone", ""),
    Measure("wn18rr_complex", "triples", "configs/graph/wn18rr_complex.py", "WN18RR, ComplEx", "0.44"),
    Measure("wn18rr_all", "triples", "configs/graph/wn18rr_all.py", "WN18RR, ComplEx against all", "0.44"),
    Measure("wn18rr_distmult", "triples", "configs/graph/wn18rr_distmult.py", "WN18RR, DistMult", "0.43"),
    Measure("wn18rr_transe", "triples", "configs/graph/wn18rr_transe.py", "WN18RR, TransE", "0.23"),
    Measure("wn18rr_rotate", "triples", "configs/graph/wn18rr_rotate.py", "WN18RR, RotatE", "0.476"),
    Measure("wn18rr_bytes", "triples", "configs/graph/wn18rr_bytes.py", "WN18RR, kinds at equal bytes", ""),
    Measure("amazon_access", "columns", "configs/columns/amazon_access.py", "Amazon access, 5-fold", ""),
    Measure("vehicle_claims", "columns", "configs/columns/vehicle_claims.py", "vehicle claims, 5-fold", ""),
    Measure("kdd99", "detect", "configs/detect/kdd99.py", "KDD Cup 99 without duplicates", ""),
    Measure("shuttle", "detect", "configs/detect/shuttle.py", "shuttle", ""),
    Measure("sounds", "sounds", "configs/sounds.py", "spoken digits, official split", "≥ 95"),
    Measure("sounds_frames", "sounds", "configs/sounds_frames.py", "the same, frames direct", "≥ 95"),
    Measure("sounds_speakers", "sounds", "configs/sounds_speakers.py", "spoken digits, unheard speakers", ""),
    Measure("sounds_words", "sounds", "configs/sounds_words.py", "three spoken words, 5-fold", ""),
    Measure("splice", "genes", "configs/genes.py", "splice sites, 10-fold", "≥ 95"),
    Measure("families", "genes", "configs/genes_family.py", "families of genes, 5-fold", ""),
    Measure("video", "video", "configs/video.py", "finger tracks, 5 folds of blocks", ""),
    Measure("video_poses", "video", "configs/video_poses.py", "poses of a hand, 5 folds of blocks", ""),
    Measure("digits", "pictures", "configs/pictures.py", "digits, 10-fold", ""),
    Measure("emoji", "pictures", "configs/pictures_emoji.py", "emoji, 5-fold", ""),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows or applications; none for all")
    parser.add_argument("--workdir", required=True, type=Path, help="where all is written")
    parser.add_argument("--table", action="store_true", help="only write the table of what was run")
    given = parser.parse_args()
    return guarded(lambda: run(given.names, given.workdir, only_table=given.table))


def run(names: Sequence[str], workdir: Path, *, only_table: bool = False) -> int:
    """Runs what is not finished, and writes the table."""
    console = open_console()
    for measure in () if only_table else chosen(names):
        console.rule(measure.name)
        run_one(measure, workdir / measure.name, console)
    text = "\n".join(table(workdir)) + "\n"
    RunDirectory(workdir).write_text("applications.md", text)
    console.rule()
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    return 0


def chosen(names: Sequence[str], measures: Sequence[Measure] = MEASURES) -> list[Measure]:
    """The rows that are meant.

    Raises:
        Mistake: a name is neither a row's nor an application's.
    """
    known = [*dict.fromkeys(m.name for m in measures), *dict.fromkeys(m.application for m in measures)]
    for name in names:
        if name not in known:
            near = did_you_mean(name, known)
            raise Mistake(f"{name!r}: there is no such row{near or '; there are'} {', '.join(known)}")
    return [m for m in measures if not names or {m.name, m.application} & set(names)]


def run_one(measure: Measure, workdir: Path, console: Console) -> None:
    """Runs a row's config, or goes on with it."""
    config = config_file.load(measure.config, object)
    application = registry.application_of(config)
    if isinstance(config, Config):
        from experiments.comparisons import comparison

        comparison.run(config, workdir, console)
    elif application is not None:
        from experiments.study import comparison as study

        study.run(application, config, workdir, console)
    else:
        raise Mistake(f"{measure.config}: it is no config of an application")


def table(workdir: Path, measures: Sequence[Measure] = MEASURES) -> Iterator[str]:
    """The lines of the table, in Markdown."""
    yield (
        "| application | data, config | embedding | metric [95 %] | strongest baseline | difference to it | "
        "trainable | seconds a run | published, or to be reached |"
    )
    yield "|" + " --- |" * 9
    for measure in measures:
        path = workdir / measure.name / "table.csv"
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            yield from _lines(measure, rows, _headline(workdir / measure.name))


def _headline(workdir: Path) -> Headline:
    """The metric of a finished row."""
    raw: dict[str, Any] = json.loads((workdir / "config.json").read_text("utf-8"))
    if registry.KEY in raw:
        application, config = registry.decode(raw)
        return application.judge(config).headline
    from experiments.settings import codec

    return codec.decode(raw).task.headline


def _lines(measure: Measure, rows: list[dict[str, str]], headline: Headline) -> Iterator[str]:
    baselines = [row for row in rows if row["kind"] == "baseline"]

    def score(row: dict[str, str]) -> float:
        return headline.metric(float(row[headline.key]))

    best = max(baselines, key=score) if baselines else None
    for place, row in enumerate(row for row in rows if row["kind"] != "baseline"):
        against = _span(row, f"over_{best['name']}", headline, "+") if best else ""
        cells = (
            measure.application if not place else "",
            f"{measure.data}, `{measure.config}`" if not place else "",
            row["name"],
            _span(row, headline.key, headline),
            f"{best['name']} {_span(best, headline.key, headline)}" if best and not place else "",
            against,
            _bytes(int(row["trainable_bytes"])),
            f"{float(row['seconds']):.0f}",
            measure.wanted if not place else "",
        )
        yield f"| {' | '.join(cells)} |"


def _span(row: dict[str, str], name: str, headline: Headline, sign: str = "") -> str:
    found = Interval(*(float(row[name + end]) for end in ("", "_low", "_high")))
    mean, low, high = (headline.number(end, sign) for end in (found.mean, found.low, found.high))
    return f"{mean} [{low}, {high}]"


def _bytes(number: int) -> str:
    for unit in ("B", "kB", "MB"):
        if number < 1000 or unit == "MB":
            break
        number = round(number / 1000)
    return f"{number} {unit}"


if __name__ == "__main__":
    raise SystemExit(main())
