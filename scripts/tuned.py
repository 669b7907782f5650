"""Whether a sweep was worth it: its best config against its base on the test rows, several seeds each.

    PYTHONPATH=. python scripts/tuned.py configs/sweeps/trec.py --workdir runs/sweep [--seeds 5]

The sweep lies in the workdir and is finished; it has seen no test row. Both configs are trained with the same
seeds, those of the sweep's trials not among them: the best of many trials owes something to its seed. Writes
`tuned.md` and `tuned.json`: the task's headline on test, and the difference with its 95 % interval, paired
over rows and seeds. What is run lies in `tuned/`, and what is finished is not run again.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from experiments.comparisons import comparison
from experiments.config import Config
from experiments.documents.material import read
from experiments.errors import Mistake
from experiments.paths import expanded
from experiments.process.parser import Parser
from experiments.process.program import guarded
from experiments.reports.bootstrap import Interval, mean_interval, paired_difference
from experiments.reports.console import open_console
from experiments.runs import layout
from experiments.runs.outcome import scores
from experiments.runs.run import RunDirectory
from experiments.settings import config_file
from experiments.sweeps import plan

NAMES = ("default", "tuned")


def main() -> int:
    return guarded(_main)


def _main() -> int:
    parser = Parser("python scripts/tuned.py", __doc__)
    parser.add_argument("sweep", help="the sweep's file")
    parser.add_argument("--workdir", required=True, type=Path, help="of the finished sweep")
    parser.add_argument("--seeds", type=int, default=5, help="of each config (default 5)")
    given = parser.parse_args()
    if given.seeds < 1:
        raise Mistake(f"--seeds {given.seeds}: give a whole number of at least 1")
    return run(given.sweep, expanded(given.workdir), given.seeds)


def run(path: str, workdir: Path, seeds: int) -> int:
    """Trains what is not trained, and writes the table."""
    own, found = plan.load(path), RunDirectory(workdir).read("sweep.json")
    if found is None or found["best"] is None:
        raise Mistake(f"--workdir {workdir}: there is no finished sweep in it; run scripts/sweep.py first")
    if found["settings"]["base"] != own.settings["base"]:
        raise Mistake(f"--workdir {workdir}: the sweep in it has another base than {path}; give its own file")
    if own.program.name != "classify":
        raise Mistake(f"{path}: this is for sweeps of experiments.classify")
    default = own.program.alone(own.base, own.sweep.seeds)
    if default.folds > 1:
        raise Mistake(f"{path}: its base is cross-validated; this is for data with one split")
    configs = {"default": default, "tuned": config_file.load(str(workdir / "best.py"))}
    seen = [seed for trial in found["trials"] for seed in trial["params"].get("seeds", default.seeds)]
    first = max(seen) + 1
    console = open_console()
    rows: dict[str, np.ndarray] = {}
    tests: list[tuple[np.ndarray, ...]] = []
    for name, config in configs.items():
        seeded = dataclasses.replace(config, seeds=tuple(range(first, first + seeds)))
        console.rule(name)
        comparison.run(seeded, workdir / "tuned" / name, console)
        rows[name], test = _scores(seeded, workdir / "tuned" / name)
        tests.append(test)
    if not all(map(np.array_equal, *(each[:2] for each in tests))):
        raise Mistake(
            f"{path}: the best config has other test rows than the base, since the sweep chose among data or "
            "their splits: there is nothing to be compared row by row"
        )
    facts = _facts(rows, tests[0][-1], found, seeds)
    lines = _lines(facts, default.task.headline.name)
    RunDirectory(workdir).write("tuned.json", facts)
    RunDirectory(workdir).write_text("tuned.md", "\n".join(lines) + "\n")
    console.rule()
    console.print("\n".join(lines), highlight=False, markup=False)
    return 0


def _scores(config: Config, workdir: Path) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """How well each test row is told, float [seeds, rows]; the rows' numbers, their targets, their groups."""
    material = read(config)
    test = material.splits.test
    targets = material.dataset.labels[test]
    directories = layout.run_directories(workdir, config).values()
    found = np.stack([scores(directory, config.task, targets) for directory in directories])
    return found, (test, targets, material.dataset.groups[test])


def _facts(
    rows: dict[str, np.ndarray], groups: np.ndarray, sweep: dict[str, Any], seeds: int
) -> dict[str, Any]:
    difference = paired_difference(rows["tuned"], rows["default"], groups)
    return {
        "trials": len(sweep["trials"]),
        "seeds": seeds,
        "test_rows": int(rows["tuned"].shape[1]),
        "params": sweep["best"]["params"],
        "score": {name: dataclasses.asdict(mean_interval(rows[name], groups)) for name in NAMES},
        "by_seed": {name: rows[name].mean(1).tolist() for name in NAMES},
        "difference": dataclasses.asdict(difference),
    }


def _lines(facts: dict[str, Any], metric: str) -> list[str]:
    """The table in Markdown, and what it says."""
    told = [f"| config | {metric} on test, % | against default, points |", "| --- | --- | --- |"]
    difference = Interval(**facts["difference"])
    for name in NAMES:
        against = _span(difference, "+.1f") if name == "tuned" else ""
        told.append(f"| {name} | {_span(Interval(**facts['score'][name]), '.1f')} | {against} |")
    if difference.low > 0:
        verdict = "The tuned config is better than the default."
    elif difference.high < 0:
        verdict = "The tuned config is worse than the default."
    else:
        verdict = "No difference was found between the tuned config and the default."
    of = f"{facts['trials']} trials on validation; {facts['seeds']} seeds, {facts['test_rows']} test rows."
    return [*told, "", f"{verdict} {of}"]


def _span(interval: Interval, form: str) -> str:
    mean, low, high = (format(100 * end + 0.0, form) for end in (interval.mean, interval.low, interval.high))
    return f"{mean} [{low}, {high}]"


if __name__ == "__main__":
    raise SystemExit(main())
