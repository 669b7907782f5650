"""What pretrained vectors are worth: every mode of transfer, each with settings chosen for it on validation.

    EMBEDLAB_DATA=DIR PYTHONPATH=. python scripts/compare_modes.py configs/trec.py --workdir runs/modes \\
        --vectors glove-6b-50d --try train.rate=0.001,0.003 --try train.table_rate=0.0005,0.003

Each `--try NAME=VALUE,…` is a setting and the values that are tried of it; all combinations are trials, the
same for each mode. A trial is a run of one seed (of the first fold, where there are folds), and the one with
the least validation loss is chosen; test rows are not looked at. Then each mode is trained with all seeds
(and folds) of the config. Further words override the config, as they do in `experiments.classify`.

All that is run lies in the workdir, and what is finished is not run again. Writes `table.md` and
`modes.json`: what was chosen, accuracy on the test rows, and the difference to mode random, with 95 %
intervals that are paired over rows and seeds.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
from rich.console import Console

from experiments.comparisons import comparison
from experiments.config import Config, Mode
from experiments.documents.material import read_folds
from experiments.errors import Mistake
from experiments.process.program import guarded
from experiments.reports.bootstrap import Interval, mean_interval, paired_difference
from experiments.reports.console import open_console
from experiments.runs import layout
from experiments.runs.layout import Run
from experiments.runs.outcome import scores
from experiments.runs.run import RunDirectory
from experiments.settings import config_file, overrides

BASELINE: Mode = "random"
MODES: tuple[Mode, ...] = ("random", "static", "non-static", "multichannel")
_OF_TABLES = ("train.table_rate", "train.freeze_until")  # a table that rests knows nothing of them


class Chosen(NamedTuple):
    """What was chosen for a mode.

    Attributes:
        mode: the mode.
        settings: the values that were chosen, by the names that were tried.
        loss: their validation loss.
        trials: how many there were, those aside that are one.
        config: of the mode with these settings.
    """

    mode: Mode
    settings: dict[str, str]
    loss: float
    trials: int
    config: Config


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="a config file")
    parser.add_argument("--workdir", required=True, type=Path, help="where all is written")
    parser.add_argument("--modes", default=",".join(MODES), help="names, with commas between")
    parser.add_argument("--try", dest="tried", action="append", default=[], metavar="NAME=VALUE,…")
    given, words = parser.parse_known_args()
    return guarded(lambda: run(given.config, given.workdir, given.modes.split(","), given.tried, words))


def run(path: str, workdir: Path, modes: Sequence[Any], tried: Sequence[str], words: Sequence[str]) -> int:
    """Runs what is not finished, and writes the table."""
    for mode in modes:
        if mode not in get_args(Mode):
            raise Mistake(f"--modes: there is no {mode!r}; choose among {', '.join(get_args(Mode))}")
    console, start = open_console(), config_file.load(path)
    grid = [_parsed(one) for one in tried]
    chosen = [choose(start, mode, grid, words, workdir / "trials", console) for mode in modes]
    found: dict[str, np.ndarray] = {}
    for each in chosen:
        console.print(
            f"{each.mode}: {_told(each.settings)}, validation loss {each.loss:.4f}", highlight=False
        )
        config, place = each.config, workdir / "final" / each.mode
        comparison.run(config, place, Console(quiet=True))
        found[each.mode], groups = _scores(config, place)
    lines = list(table(chosen, found, groups))
    RunDirectory(workdir).write_text("table.md", "\n".join(lines) + "\n")
    RunDirectory(workdir).write("modes.json", {each.mode: _facts(each, found, groups) for each in chosen})
    console.print("\n".join(lines), highlight=False, markup=False)
    return 0


def choose(
    start: Config,
    mode: Mode,
    grid: Sequence[tuple[str, list[str]]],
    words: Sequence[str],
    workdir: Path,
    console: Console,
) -> Chosen:
    """Tries every combination, and takes the one with the least validation loss."""
    found: dict[str, Chosen] = {}
    for values in itertools.product(*(values for _, values in grid)):
        settings = dict(zip((name for name, _ in grid), values, strict=True))
        if mode == "static":
            settings = {name: value for name, value in settings.items() if name not in _OF_TABLES}
        label = _told(settings)
        if label in found:
            continue
        config = _applied(start, mode, [*words, *(f"--{name}={value}" for name, value in settings.items())])
        trial = dataclasses.replace(config, seeds=config.seeds[:1], only_folds=config.folds_run[:1])
        place = workdir / mode / label.replace("/", "-").replace(" ", "_")
        comparison.run(trial, place, Console(quiet=True))
        (directory,) = layout.run_directories(place, trial).values()
        summary = directory.summary or {}
        loss = summary["valid"]["loss"]
        console.print(f"{mode}, {label}: validation loss {loss:.4f}", highlight=False)
        found[label] = Chosen(mode, settings, loss, 0, config)
    best = min(found.values(), key=lambda each: each.loss)
    return best._replace(trials=len(found))


def table(chosen: Sequence[Chosen], found: dict[str, np.ndarray], groups: np.ndarray) -> Iterator[str]:
    """The lines of the table, in Markdown."""
    yield f"| mode | accuracy % | against {BASELINE}, points | chosen of so many trials | validation loss |"
    yield "| --- | --- | --- | --- | --- |"
    for each in chosen:
        score = mean_interval(found[each.mode], groups)
        against = _against(each.mode, found, groups)
        difference = "" if against is None else _span(against, "+.1f")
        of = f"{_told(each.settings)} ({each.trials})"
        yield f"| {each.mode} | {_span(score, '.1f')} | {difference} | {of} | {each.loss:.4f} |"


def _facts(each: Chosen, found: dict[str, np.ndarray], groups: np.ndarray) -> dict[str, Any]:
    against = _against(each.mode, found, groups)
    return {
        "settings": each.settings,
        "trials": each.trials,
        "valid_loss": each.loss,
        "score": dataclasses.asdict(mean_interval(found[each.mode], groups)),
        "by_seed": found[each.mode].mean(1).tolist(),
        "against": None if against is None else dataclasses.asdict(against),
    }


def _against(mode: str, found: dict[str, np.ndarray], groups: np.ndarray) -> Interval | None:
    if mode == BASELINE or BASELINE not in found:
        return None
    return paired_difference(found[mode], found[BASELINE], groups)


def _scores(config: Config, workdir: Path) -> tuple[np.ndarray, np.ndarray]:
    """How well each test row is told, float [seeds, rows], those of all folds; and the rows' groups."""
    materials = read_folds(config)
    (name,) = layout.names(config)
    by_seed = []
    for seed in config.seeds:
        parts = []
        for material in materials:
            directory = layout.run_directory(workdir, config, Run(name, seed, material.fold))
            targets = material.dataset.labels[material.splits.test]
            parts.append(scores(directory, config.task, targets))
        by_seed.append(np.concatenate(parts))
    rows = np.concatenate([material.splits.test for material in materials])
    return np.stack(by_seed), materials[0].dataset.groups[rows]


def _applied(start: Config, mode: Mode, words: Sequence[str]) -> Config:
    """The config of a mode alone: no baselines, no looks at vectors on the way."""
    fixed = [f"--transfer.mode={mode}", "--baselines=false", "--quality.every=0"]
    return overrides.apply(start, [*words, *fixed]).config


def _parsed(word: str) -> tuple[str, list[str]]:
    name, equals, values = word.partition("=")
    if not name or not equals or not values:
        raise Mistake(f"--try {word}: expected NAME=VALUE,…, as train.rate=0.001,0.003")
    return name, values.split(",")


def _told(settings: dict[str, str]) -> str:
    return ", ".join(f"{name.rpartition('.')[2]} {value}" for name, value in settings.items()) or "as it is"


def _span(interval: Interval, form: str) -> str:
    mean, low, high = (format(100 * end + 0.0, form) for end in (interval.mean, interval.low, interval.high))
    return f"{mean} [{low}, {high}]"


if __name__ == "__main__":
    raise SystemExit(main())
