"""Draws the README's picture of each application, of the runs of `scripts/applications.py`.

    PYTHONPATH=. python scripts/applications_pictures.py --workdir runs/applications --output docs/images

Figures are those of `experiments.figures`, of one row of the table each; rows that were not run are left out.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments import figures
from experiments.process.program import guarded
from experiments.reports.console import open_console

_DPI = 100


@dataclasses.dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        row: of the table, whose runs it is of.
        figure: a function of `experiments.figures`.
        options: its arguments.
    """

    row: str
    figure: str
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)


PICTURES: dict[str, Picture] = {
    "sentiment": Picture("mr", "frequency"),
    "recommend": Picture("ratings", "embedding_map", {"layout": "tsne", "points": 1500}),
    "graph": Picture("cora_walks", "embedding_map", {"layout": "tsne", "points": 1500}),
    "triples": Picture("wn18rr_bytes", "pareto"),
    "columns": Picture("vehicle_claims", "pareto"),
    "detect": Picture("kdd99", "pareto"),
    "sounds": Picture("sounds_speakers", "confusion"),
    "genes": Picture("splice", "pareto"),
    "video": Picture("video", "confusion"),
    "pictures": Picture("digits", "confusion"),
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workdir", required=True, type=Path, help="where the rows were run")
    parser.add_argument("--output", required=True, type=Path, help="a folder for the pictures")
    given = parser.parse_args()
    return guarded(lambda: draw(given.workdir, given.output))


def draw(workdir: Path, output: Path) -> int:
    """Draws every picture whose row was run."""
    console = open_console()
    output.mkdir(parents=True, exist_ok=True)
    for name, picture in PICTURES.items():
        folder = workdir / picture.row
        if not (folder / "table.md").is_file():
            console.print(f"{name}: {folder} is not finished", highlight=False)
            continue
        figure = getattr(figures, picture.figure)([folder], **picture.options)
        path = output / f"{name}.png"
        figure.savefig(path, dpi=_DPI, metadata={"Software": None})  # versions make no difference
        console.print(f"{path}: {path.stat().st_size // 1000} kB", highlight=False)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
