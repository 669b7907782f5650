"""Writes figures and tables of runs for papers: `scripts/report.py RUN… --static DIR`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.process import stopping
from experiments.process.parser import Parser
from experiments.process.program import guarded

_DOC = """Writes the figures and tables of runs into a folder, for papers.

    python scripts/report.py RUN… --static DIR [--formats png,svg,pdf]

RUN is the --workdir of a classify or pretrain, or a folder that holds several. Each figure of which the runs
hold anything is a file in each format; each table is a FILE.tex (for the package booktabs) and a FILE.md.
"""


def main(arguments: Sequence[str]) -> int:
    """Runs the program; returns the exit status."""
    return guarded(lambda: _main(list(arguments)), smaller="Give fewer runs, or take a machine that has more")


def is_meant(arguments: Sequence[str]) -> bool:
    """Whether arguments of `scripts/report.py` are for this program.

    Example:
        >>> is_meant(["runs/a", "--static=figures"]), is_meant(["runs/a", "-o", "report.html"])
        (True, False)
    """
    return any(word.partition("=")[0] == "--static" for word in arguments)


def _parser() -> argparse.ArgumentParser:
    made = Parser("python scripts/report.py", _DOC, "python scripts/report.py --static DIR --help")
    made.add_argument("runs", metavar="RUN", nargs="+", help="workdirs, or folders of them")
    made.add_argument("--static", metavar="DIR", required=True, help="where the files are written")
    made.add_argument("--formats", default="png,svg,pdf", help="of the figures (png,svg,pdf)")
    made.add_argument("--layout", default="pca", help="of the map: pca, tsne or umap (pca)")
    made.add_argument("--points", type=int, default=3000, metavar="N", help="words on a map, at most (3000)")
    made.add_argument("--seed", type=int, default=0, metavar="N", help="of the layout (0)")
    return made


def _main(words: list[str]) -> int:
    given = _parser().parse_args(words)
    if given.points < 1:
        raise Mistake(f"--points {given.points}: give a whole number of at least 1")
    if not 0 <= given.seed < 2**32:
        raise Mistake(f"--seed {given.seed}: give a whole number of at least 0, below 2**32")
    from experiments.figures.static import formats, write
    from experiments.page.layouts import require_layout
    from experiments.process.devices import import_jax
    from experiments.reports.console import open_console
    from experiments.reports.telling import telling
    from experiments.runs.chosen import chosen
    from experiments.runs.found import found

    wanted = formats(given.formats)
    if "" in [given.static, *given.runs]:
        raise Mistake("RUN, --static: got an empty text; give . for the folder that you are in")
    require_layout(given.layout)
    import_jax()  # it takes seconds: an interrupt is told all the same
    stopping.imported()
    runs, console = chosen(found(given.runs)), open_console()
    with telling("laying out the map") as tell:
        own = {"layout": given.layout, "points": given.points, "seed": given.seed, "tell": tell}
        files = write(runs, expanded(given.static), wanted, settings={"embedding_map": own})
    names = dict.fromkeys(file.stem for file in files)
    console.print(
        f"{given.static}: {len(files)} files, of {', '.join(names)}.",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    return 0
