"""Runs every application on its data, and writes the table of the README.

    EMBEDLAB_DATA=DIR PYTHONPATH=. python scripts/applications.py --workdir runs/applications [NAME …] \\
        [--readme README.md] [--table]

A row is a config of `configs/`, run in a folder of its own, with all that a run writes, and continued where
it was stopped; NAME are rows, or applications; none of them for all. Writes `applications.md`: of each row
the metric on test rows with its 95 % interval; the same hashed, at as many bytes, with the paired difference;
the baselines that it must stand beside, with the paired difference to each; and the time of the whole row,
its baselines and every training of it, as the sum of what each took. With `--readme` the table is put into
that page as well, between its marks. Rows that were not run are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from applications_rows import MEASURES, Measure
from applications_table import replaced, table
from rich.console import Console

from experiments.config import Config
from experiments.errors import Mistake
from experiments.process.program import guarded
from experiments.reports.console import open_console
from experiments.runs.run import RunDirectory
from experiments.settings import config_file
from experiments.settings.schema import did_you_mean
from experiments.study import registry


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows or applications; none for all")
    parser.add_argument("--workdir", required=True, type=Path, help="where all is written")
    parser.add_argument("--table", action="store_true", help="only write the table of what was run")
    parser.add_argument("--readme", type=Path, help="a page that has the table between its marks")
    given = parser.parse_args()
    return guarded(lambda: run(given.names, given.workdir, given.readme, only_table=given.table))


def run(names: Sequence[str], workdir: Path, readme: Path | None = None, *, only_table: bool = False) -> int:
    """Runs what is not finished, and writes the table."""
    console = open_console()
    for measure in () if only_table else chosen(names):
        console.rule(measure.name)
        run_one(measure, workdir / measure.name, console)
    lines = table(workdir)
    text = "\n".join(lines) + "\n"
    RunDirectory(workdir).write_text("applications.md", text)
    if readme is not None:
        readme.write_text(replaced(readme.read_text("utf-8"), lines), "utf-8")
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
    config = config_file.load(f"configs/{measure.config}", object)
    application = registry.application_of(config)
    if isinstance(config, Config):
        from experiments.comparisons import comparison

        comparison.run(config, workdir, console)
    elif application is not None:
        from experiments.study import comparison as study

        study.run(application, config, workdir, console)
    else:
        raise Mistake(f"configs/{measure.config}: it is no config of an application")


if __name__ == "__main__":
    raise SystemExit(main())
