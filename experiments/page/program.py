"""Makes a page of runs: one HTML file that opens offline in any browser. The body of `scripts/report.py`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

from experiments.errors import Mistake, mistakes, placed
from experiments.extras import needed
from experiments.paths import expanded
from experiments.process import stopping
from experiments.process.parser import Parser
from experiments.process.program import guarded

_DOC = """Makes one self-contained HTML page of finished runs, or of runs on their way.

    python scripts/report.py RUN… -o report.html
    python scripts/report.py RUN… --static DIR      # figures and tables for papers, in place of it

RUN is the --workdir of a classify, pretrain, evaluate, compare or sweep, or a folder that holds several. The
page opens offline in any browser, asks no network for anything, and holds what the run directories hold:
results with intervals, a map of the embedding with nearest neighbours, curves, mistakes, settings, and how to
repeat it.
"""


def main(arguments: Sequence[str]) -> int:
    """Runs the program; returns the exit status."""
    smaller = "Give --points 10000, or fewer runs, or take a machine that has more"
    return guarded(lambda: _main(list(arguments)), smaller=smaller)


def parser() -> argparse.ArgumentParser:
    """What the program takes."""
    made = Parser("python scripts/report.py", _DOC, add_help=False)
    add = made.add_argument
    add("runs", metavar="RUN", nargs="+", help="workdirs, or folders of them")
    add(
        "-o",
        "--output",
        metavar="FILE",
        help="where the page is written (report.html)",
        default="report.html",
    )
    add("--title", default="", help="of the page (the names of the workdirs)")
    add("--layout", default="pca", help="of the map: pca, tsne or umap (pca)")
    add("--points", type=int, default=50_000, metavar="N", help="words on a map, at most (50000)")
    add("--neighbours", type=int, default=10, metavar="N", help="nearest neighbours kept of a word (10)")
    add("--maps", type=int, default=8, metavar="N", help="embeddings that have a map, at most (8)")
    add("--seed", type=int, default=0, metavar="N", help="of layouts and clusters (0)")
    return made


def _main(words: list[str]) -> int:
    made = parser()
    if not words or {"-h", "--help"} & set(words):
        made.print_help()
        return 0 if words else 2
    given = vars(made.parse_args(words))
    _check(given)
    from experiments.process.devices import import_jax, require_devices

    import_jax()  # it takes seconds: an interrupt is told all the same
    stopping.imported()
    require_devices()
    return _make(given)


def _check(given: dict[str, Any]) -> None:
    """What can be told before anything slow is done."""
    from experiments.page.layouts import require_layout

    for name in ("points", "neighbours", "maps"):
        if given[name] < 1:
            raise Mistake(f"--{name} {given[name]}: give a whole number of at least 1")
    if not 0 <= given["seed"] < 2**32:
        raise Mistake(f"--seed {given['seed']}: give a whole number of at least 0, below 2**32")
    if "" in given["runs"]:
        raise Mistake("RUN: got an empty text; give . for the folder that you are in")
    needed("jinja2", "report", "A page of runs")
    require_layout(given["layout"])
    output = expanded(given["output"])
    if output.is_dir():
        raise Mistake(f"--output {output}: it is a folder; name a file in it, as {output / 'report.html'}")
    if not output.parent.is_dir():
        raise Mistake(f"--output {output}: there is no folder {output.parent}; make it first")


def _make(given: dict[str, Any]) -> int:
    from embedlab.files import write_whole
    from experiments.page.page import MAKERS, render
    from experiments.page.section import Options
    from experiments.page.works import gather
    from experiments.reports.console import open_console

    began = time.perf_counter()
    console, output = open_console(), expanded(given["output"])
    wanted = ("title", "layout", "points", "neighbours", "maps", "seed")
    options = Options(**{name: given[name] for name in wanted})
    with mistakes("RUN"):
        found = gather(given["runs"])
    sections = [made for maker in MAKERS if (made := maker(found, options)) is not None]
    page = render(found, sections, options).encode()
    with placed(output):
        write_whole({output: lambda file: file.write(page)})
    told = ", ".join(section.title.lower() for section in sections)
    console.print(
        f"{output}: {len(page) / 1e6:.2f} MB in {time.perf_counter() - began:.1f} s; {told}.",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    return 0
