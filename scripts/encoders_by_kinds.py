"""Every encoder with every kind of embedding, in one table.

    PYTHONPATH=. python scripts/encoders_by_kinds.py configs/trec_kinds.py --workdir runs/kinds

The config's embedding and its rivals are the columns; the encoders of `--encoders`, with the settings that
each has by default, are the rows. Each row is a run of `experiments.classify` in a folder of its own, with
all that it writes, and is continued where it was stopped; further words override the config, as they do
there. Writes `table.md`: accuracy on the test rows in %, and the difference to the first column with its
95 % interval, paired over rows and seeds.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from experiments.comparisons import comparison
from experiments.config import Config
from experiments.encoders import Encoder
from experiments.errors import Mistake, mistakes
from experiments.process.program import guarded
from experiments.reports.console import open_console
from experiments.runs import layout
from experiments.runs.run import RunDirectory
from experiments.settings import config_file, overrides
from experiments.training import model

ENCODERS = ("bag", "cnn", "rnn", "transformer")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="a config file with an embedding and its rivals")
    parser.add_argument("--workdir", required=True, type=Path, help="where all is written")
    parser.add_argument("--encoders", default=",".join(ENCODERS), help="names, with commas between")
    given, words = parser.parse_known_args()
    return guarded(lambda: run(given.config, given.workdir, given.encoders.split(","), words))


def run(path: str, workdir: Path, encoders: Sequence[str], words: Sequence[str]) -> int:
    """Runs what is not finished, and writes the table."""
    known = Encoder.get_known_choices()
    for name in encoders:
        if name not in known:
            raise Mistake(f"--encoders: there is no {name!r}; choose among {', '.join(known)}")
    config = overrides.apply(config_file.load(path), words).config
    with mistakes():  # all of them first: of the last one it would be a pity to hear after hours
        each = {name: dataclasses.replace(config, encoder=known[name]()) for name in encoders}
    for made in each.values():
        for spec in (config.embedding, *config.rivals.values()):
            model.check(made.encoder, spec.dim)
    console = open_console()
    for name, made in each.items():
        console.rule(name)
        comparison.run(made, workdir / name, console)
    text = "\n".join(table(config, workdir, encoders)) + "\n"
    RunDirectory(workdir).write_text("table.md", text)
    console.rule()
    console.print(text, highlight=False, markup=False)
    return 0


def table(config: Config, workdir: Path, encoders: Sequence[str]) -> Iterator[str]:
    """The lines of the table, in Markdown."""
    kinds = list(layout.names(config))
    yield f"| encoder | {' | '.join(kinds)} |"
    yield "| --- |" + " --- |" * len(kinds)
    for name in encoders:
        summary = json.loads((workdir / name / "summary.json").read_text("utf-8"))
        yield f"| {name} | {' | '.join(_cell(summary, kind, kinds[0]) for kind in kinds)} |"


def _cell(summary: dict[str, Any], kind: str, first: str) -> str:
    shown = f"{100 * summary['test'][kind]:.1f}"
    if kind == first:
        return shown
    paired = summary["paired"][kind][first]
    low, mean, high = (100 * paired[key] for key in ("low", "difference", "high"))
    return f"{shown} ({mean:+.1f} [{low:+.1f}, {high:+.1f}])"


if __name__ == "__main__":
    raise SystemExit(main())
