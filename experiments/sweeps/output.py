"""What a sweep comes to: `sweep.json`, which the report reads, and `best.py`, which `experiments` run."""

from __future__ import annotations

import contextlib
import shlex
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from experiments.runs.run import RunDirectory, commit, versions
from experiments.settings import config_file
from experiments.study import registry
from experiments.sweeps import source
from experiments.sweeps.ledger import Ledger
from experiments.sweeps.plan import Plan
from experiments.sweeps.record import Record
from experiments.sweeps.shown import in_params, shown
from experiments.sweeps.space import Choice, chosen, encoded, label
from experiments.sweeps.store import optuna

#: What is written into the sweep's folder at its end.
FILES = ("sweep.json", "best.py")
_FORMAT = 1


def is_written(workdir: Path, plan: Plan) -> bool:
    """Whether the results of all trials lie there.

    Args:
        workdir: of the sweep.
        plan: the sweep.
    """
    found = RunDirectory(workdir).read(FILES[0])
    return found is not None and found["settings"]["trials"] == plan.sweep.number


def finish(plan: Plan, workdir: Path, ledger: Ledger, folder: str, console: Console) -> int:
    """Writes the results, and shows the best; returns the exit status.

    Args:
        plan: the sweep.
        workdir: where it lies.
        ledger: its study.
        folder: what the workdir is called in the study.
        console: where it is told.
    """
    records = ledger.records()
    found = _content(plan, ledger, records, folder)
    directory = RunDirectory(workdir)
    if found["best"] is not None:
        _write_best(plan, directory, found["best"])
    if directory.read(FILES[0]) != found:
        directory.write(FILES[0], found)
    _show(plan, workdir, found, console)
    return 0 if found["best"] is not None else 1


def _content(plan: Plan, ledger: Ledger, records: Sequence[Record], folder: str) -> dict[str, Any]:
    complete = [record for record in records if record.state == "complete" and record.value is not None]
    best = None
    if complete:
        pick = min if plan.less else max
        chosen_one = pick(complete, key=lambda record: record.value or 0.0)  # of equals the first
        best = {
            "number": chosen_one.number,
            "value": chosen_one.value,
            "params": _params(plan, chosen_one.params),
        }
    return {
        "format": _FORMAT,
        "study": plan.name,
        "settings": plan.settings,
        "trials": [_trial(plan, record, folder) for record in records],
        "superseded": [{"number": r.number, **one} for r in records for one in r.superseded],
        "importance": _importance(ledger) if len(complete) > 1 else {},
        "best": best,
        "versions": {**versions(), "optuna": optuna().__version__},
        "commit": commit(),
    }


def _trial(plan: Plan, record: Record, folder: str) -> dict[str, Any]:
    return {
        "number": record.number,
        "state": record.state,
        "params": _params(plan, record.params),
        "value": record.value,
        "step": record.step,
        "reason": record.reason,
        "seconds": record.seconds,
        "attempts": record.attempts,
        "path": f"trials/{record.number}" if record.folder == folder else None,
    }


def _params(plan: Plan, params: Mapping[str, Any]) -> dict[str, Any]:
    """The values themselves as JSON: specs are no longer text."""
    space = plan.sweep.space
    return {name: encoded(chosen(space[name], params[name])) for name in space if name in params}


def _importance(ledger: Ledger) -> dict[str, dict[str, float]]:
    """How much of the metric's variance each field explains, by method, where it varies."""
    evaluators: dict[str, Any] = {
        # By default it has 64 trees as deep: minutes for 300 trials.
        "fanova": lambda made: made.FanovaImportanceEvaluator(n_trees=16, max_depth=8, seed=0),
        "ped_anova": lambda made: made.PedAnovaImportanceEvaluator(),
    }
    found: dict[str, dict[str, float]] = {}
    for name, make in evaluators.items():
        # Where every trial was as good as the others, there is nothing to tell.
        with contextlib.suppress(RuntimeError, ValueError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = optuna().importance
            each = made.get_param_importances(ledger.study, evaluator=make(made))
            if each:
                found[name] = {field: round(float(value), 6) for field, value in each.items()}
    return found


def _write_best(plan: Plan, directory: RunDirectory, best: Mapping[str, Any]) -> None:
    """Writes the best trial's config as a file, and reads it back."""
    config = plan.config(_labels(plan, best["params"]))
    told = (
        f"The best of {plan.sweep.number} trials of the sweep {plan.name}: trial {best['number']}, "
        f"{plan.metric} {best['value']:.6g}"
    )
    path = directory.path / FILES[1]
    command = f"python -m {registry.module(plan.program.name)} {shlex.quote(str(path))} --workdir DIR"
    text = source.of(config, told, command)
    if not path.exists() or path.read_text("utf-8") != text:
        directory.write_text(FILES[1], text)
    assert config_file.load(str(path), object) == config, path


def _labels(plan: Plan, params: Mapping[str, Any]) -> dict[str, Any]:
    """What stands for values that were made JSON of."""
    known = {name: each.values for name, each in plan.sweep.space.items() if isinstance(each, Choice)}
    return {
        name: next((label(each) for each in known.get(name, ()) if encoded(each) == value), value)
        for name, value in params.items()
    }


def _show(plan: Plan, workdir: Path, found: Mapping[str, Any], console: Console) -> None:
    states = [trial["state"] for trial in found["trials"]]
    each = ", ".join(f"{states.count(state)} {state}" for state in ("complete", "pruned", "failed"))
    lines = [f"{len(states)} trials: {each}; {len(found['superseded'])} attempts were cut short."]
    best = found["best"]
    if best is None:
        lines.append(f"No trial came to its end; sweep.json in {workdir} says why.")
    else:
        lines.append(
            f"Best: trial {best['number']}, {plan.metric} {best['value']:.4f} on validation "
            f"({in_params(plan, _labels(plan, best['params']))})."
        )
        lines += [
            f"Importance ({method}): " + ", ".join(f"{name} {shown(value)}" for name, value in fields.items())
            for method, fields in found["importance"].items()
        ]
        lines.append(f"Written: {workdir / FILES[1]}, {workdir / FILES[0]}")
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
