"""Trains a text classifier from a config, beside its rivals and the baselines, and writes a table.

    python -m experiments.classify configs/quickstart.py --workdir DIR [--train.steps 300 …]

Exit status: 0 done, 1 a failure that is no mistake of the user's, 2 a mistake, 130 interrupted.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from experiments import codec, comparison, config_file, overrides
from experiments.config import Config
from experiments.data import split
from experiments.errors import Mistake, RunFailure, mistakes
from experiments.progress import open_console, progress
from experiments.run import RunDirectory
from experiments.single import Material

USAGE = """\
usage: python -m experiments.classify CONFIG.py --workdir DIR [--field.name VALUE …]

  CONFIG.py      a Python file whose config() returns an experiments.config.Config
  --workdir DIR  where the run is written, or continued
  --help         with a CONFIG.py, every field and its default
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the program; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(lambda: _main(words))


def guarded(program: Callable[[], int]) -> int:
    """Runs a program; a user's mistake ends in one paragraph on the error stream and status 2."""
    try:
        return program()
    except Mistake as error:
        return _complain(str(error), 2)
    except (RunFailure, OSError) as error:  # OSError: a full disk, say
        return _complain(str(error), 1)
    except KeyboardInterrupt:
        return _complain("interrupted; the same command continues from the last checkpoint", 130)


def _complain(message: str, status: int) -> int:
    width = min(shutil.get_terminal_size((100, 24)).columns, 110)
    print(textwrap.fill(f"error: {message}", width, break_long_words=False), file=sys.stderr)
    return status


def _main(words: list[str]) -> int:
    if "--help" in words or "-h" in words:
        paths = [word for word in words if not word.startswith("-")]
        print(USAGE)
        if paths:
            print(overrides.describe(config_file.load(paths[0])))
        return 0
    path, workdir, rest = _arguments(words)
    applied = overrides.apply(config_file.load(path), rest, flags=("workdir", "help"))
    console = open_console()
    if applied.dropped_rivals:
        console.print(
            f"The embedding was overridden: it runs alone, without {', '.join(applied.dropped_rivals)}."
        )
    if applied.started_from:
        console.print(f"Its settings start from those of {applied.started_from}.")
    return run(applied.config, workdir, console)


def _arguments(words: list[str]) -> tuple[str, Path, list[str]]:
    """The config's path, the workdir, and the overrides."""
    if not words or words[0].startswith("-"):
        example = "python -m experiments.classify configs/quickstart.py --workdir DIR"
        raise Mistake(f"give a config first: {example}")
    rest, workdir = [], ""
    remaining = iter(words[1:])
    for word in remaining:
        if word == "--workdir":
            workdir = next(remaining, "")
        elif word.startswith("--workdir="):
            workdir = word.partition("=")[2]
        else:
            rest.append(word)
    if not workdir:
        raise Mistake("--workdir DIR is missing: say where the run is to be written")
    return words[0], Path(workdir), rest


def run(config: Config, workdir: Path, console: Console) -> int:
    """Runs a whole config in a workdir; a finished one is only shown again."""
    directory = RunDirectory(workdir)
    directory.claim(codec.encode(config))
    if (workdir / "table.md").exists() and directory.summary is not None:
        console.print(f"{workdir} is finished; nothing to do.")
        console.print((workdir / "table.md").read_text("utf-8"), markup=False, highlight=False)
        return 0
    return _run(config, directory, console)


def _run(config: Config, directory: RunDirectory, console: Console) -> int:
    workdir = directory.path
    started = time.perf_counter()
    runs = len(comparison.names(config)) * len(config.seeds) + 2 * config.baselines
    with progress(runs, console) as shown:
        shown.print(f"Reading {codec.encode(config)['data']['type']} …")
        with mistakes():  # a source says with a ValueError what is wrong with the data
            dataset = config.data.load()
            splits = split(dataset, seed=config.split_seed)
        material = comparison.material_for(config, dataset, splits)
        loaded = time.perf_counter() - started
        shown.print(_about(material, loaded))
        baselines = comparison.run_baselines(workdir, material, shown) if config.baselines else []
        if baselines:
            shown.print(_strongest(baselines[-1].summaries[0]["strongest"]))
        outcomes = comparison.run_all(workdir, config, material, shown)
    made = comparison.table(config, material, baselines, outcomes)
    seconds = {"data": loaded, "total": time.perf_counter() - started}
    comparison.write(directory, config, made, outcomes, seconds)
    console.print(made.rich(console.width))
    console.print()
    console.print(comparison.quality(outcomes).rich())
    console.print()
    console.print(made.verdict(), highlight=False)
    console.print(f"Written to {workdir} in {time.perf_counter() - started:.0f} s.", highlight=False)
    return 0


def _about(material: Material, seconds: float) -> str:
    data, splits = material.dataset, material.splits
    return (
        f"{data.name}: {len(data.texts):,} documents, {len(data.classes)} classes; "
        f"train {len(splits.train):,}, valid {len(splits.valid):,}, test {len(splits.test):,} "
        f"(read in {seconds:.1f} s)"
    )


def _strongest(features: list[list[object]]) -> str:
    shown = ", ".join(f"{feature!r} → {label}" for label, feature, _ in features)
    return f"Strongest features of the linear baseline (a leak would show here): {shown}"


if __name__ == "__main__":
    raise SystemExit(main())
