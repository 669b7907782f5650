"""What a comparison writes and shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from experiments.intrinsic.grid import Grid
from experiments.matched import plot, table
from experiments.matched.cells import Cell, part
from experiments.matched.comparison import Comparison
from experiments.matched.record import record
from experiments.matched.results import Found
from experiments.runs.run import RunDirectory


def write(workdir: Path, comparison: Comparison, found: Sequence[Found], console: Console) -> None:
    """Writes compare.md, .csv, .tex, .json and the figure, and shows the tables.

    Args:
        workdir: where they are written.
        comparison: what was compared.
        found: the results by data set.
        console: where they are shown.
    """
    directory = RunDirectory(workdir)
    directory.write_text("compare.md", table.markdown(comparison, found))
    directory.write_text("compare.csv", table.spreadsheet(found))
    directory.write_text("compare.tex", table.latex(comparison, found))
    directory.write("compare.json", record(comparison, found, workdir))
    for one in found:
        console.print()
        console.print(table.narrow(comparison, one).rich())
    console.print(f"\n{table.footing(comparison, found)}", highlight=False, markup=False)
    if not plot.write(workdir, comparison, found):
        console.print(f"\n{plot.MISSING}", highlight=False, markup=False)


def show_plan(
    comparison: Comparison,
    planned: Mapping[str, Sequence[Cell]],
    materials: Mapping[str, Sequence[object]],
    console: Console,
) -> None:
    """Shows sizes and how many trainings there would be."""
    rows = tuple(
        (
            *(cell.data, cell.kind, "1" if cell.is_reference else part(cell.budget)),
            f"{cell.solved.field}={cell.solved.size:,}" if cell.solved.field else "",
            f"{cell.solved.bytes.trainable:,}",
            f"{cell.solved.bytes.index:,}",
            str(len(materials[name]) * (len(comparison.rates) + len(comparison.seeds) - 1)),
        )
        for name, of_data in planned.items()
        for cell in of_data
    )
    header = ("data", "kind", "bytes", "size", "trainable bytes", "index bytes", "trainings")
    total = f"{comparison.trainings:,} trainings in all."
    console.print(Grid("Plan", header, rows, total, left=(0, 1)).rich())
