"""Runs as pandas data frames, to be filtered, grouped and drawn in a notebook.

import experiments
experiments.runs.table(["runs/quickstart"]).groupby("name")["accuracy"].mean()
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.extras import needed
from experiments.reports.bootstrap import Interval
from experiments.runs.chosen import judged
from experiments.runs.found import found
from experiments.runs.found_run import FINISHED, FoundRun
from experiments.runs.results import Result, kind, seconds, task

if TYPE_CHECKING:
    import pandas

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]

_SIZES = ("parameters", "encoder_parameters", "trainable_bytes", "index_bytes", "resting_bytes")
_COUNTS = ("steps", "best_step", "stopped_early", "tokens_per_second", "loss", "words", "dim")
_NUMBERS = {"seed": "Int64", "fold": "Int64", "trial": "Int64"}  # whole ones, or none
_OF_ITS_OWN = {"seeds", "seed", "only_folds", "folds"}  # fields of a config that have a column, or none
_HERE_TOO = {"rivals", "baselines"}  # those of a workdir: they differ where the same run is made alone


def table(folders: Paths, *, all_fields: bool = False) -> pandas.DataFrame:
    """One row a run: what it is, how well it did, what it costs, and the settings in which the runs differ.

    Of a comparison at matched bytes, runs at rates that were not chosen have nothing of test rows, and while
    it is not finished none has: that is nothing to choose by.

    Args:
        folders: one or several of what `experiments.runs.found` takes.
        all_fields: whether every field of the configs has a column, and not those alone that differ.

    Returns:
        The table. Columns are `workdir`, `name`, `kind`, `program`, `state`, `seed`, `fold`, `trial`, `data`;
        `reason`, where one failed or is damaged; the metrics on the test rows by their names, of the headline
        with the ends `_low` and `_high` of its 95 % interval for other test rows; `valid_…`; parameters and
        bytes; `seconds`, without what the run was looked at, and `seconds_…` by phase; `quality_…`;
        `config.…`; `version_…`, `commit`; `path`. Shares are in parts of 1. A run has nothing in a column
        that is not of its kind, and one that is not finished, failed or is damaged has no results.

    Raises:
        Mistake: pandas is not installed; a folder holds no run.
    """
    pandas = needed("pandas", "report", "A table of runs")
    runs = judged(found(_several(folders)))
    fields = _fields([run.config for run in runs], everything=all_fields)
    rows = [[*_parts(run), own, _made_with(run)] for run, own in zip(runs, fields, strict=True)]
    # A part's columns stand together, though the first run, a baseline say, has not all of them.
    columns = [name for part in zip(*rows, strict=True) for name in dict.fromkeys(itertools.chain(*part))]
    whole = [{name: value for part in row for name, value in part.items()} for row in rows]
    frame = pandas.DataFrame(whole, columns=columns)
    return frame.astype({name: _type([row.get(name) for row in whole]) for name in columns} | _NUMBERS)


def curves(folders: Paths) -> pandas.DataFrame:
    """What runs logged as they trained, in long form: one row a number; of the runs of `table`.

    Args:
        folders: one or several of what `experiments.runs.found` takes.

    Returns:
        Columns `workdir`, `name`, `kind`, `seed`, `fold`, `trial`, `step`, `split`, `metric`, `value`. Splits
        are "train", "valid" and "embedding" (the vectors' metrics), and at the end "test" and "final".

    Raises:
        Mistake: pandas is not installed; a folder holds no run.
    """
    pandas = needed("pandas", "report", "A table of curves")
    which = ("workdir", "name", "kind", "seed", "fold", "trial")
    rows = [
        {**{key: _named(run)[key] for key in which}, **point}
        for run in judged(found(_several(folders)))
        for point in points(run)
    ]
    columns = [*which, "step", "split", "metric", "value"]
    frame = pandas.DataFrame(rows, columns=columns)
    return frame.astype({"value": float, **_NUMBERS})


def points(run: FoundRun) -> Iterable[dict[str, Any]]:
    """Every number that a run logged: its `step`, `split`, `metric` and `value`."""
    for line in run.metrics:
        where = {"step": line["step"], "split": line["split"]}
        for metric, value in line.items():
            if metric not in where and isinstance(value, int | float):
                yield {**where, "metric": metric, "value": float(value)}


def _type(values: Sequence[Any]) -> str:
    """The type of a column: pandas would make floats of whole numbers where one is missing."""
    kinds = {type(value) for value in values if value is not None}
    whole = {frozenset([int]): "Int64", frozenset([bool]): "boolean"}
    return whole.get(frozenset(kinds), "float" if kinds and kinds <= {int, float} else "object")


def _several(folders: Paths) -> Sequence[str | os.PathLike[str]]:
    return [folders] if isinstance(folders, str | os.PathLike) else list(folders)


def _named(run: FoundRun) -> dict[str, Any]:
    data = run.data.get("name") or (run.config.get("data") or {}).get("type")
    return {
        "workdir": run.workdir.name,
        "name": run.name,
        "kind": kind(run),
        "program": run.program,
        "state": run.state,
        "seed": run.seed,
        "fold": run.fold,
        "trial": run.trial,
        "data": data,
    }


def _parts(run: FoundRun) -> list[dict[str, Any]]:
    """The columns of a run, in the order of a table."""
    summary = run.summary if run.state == FINISHED else {}
    took, phases = seconds(summary), summary.get("seconds")
    return [
        _named(run),
        {"reason": run.reason} if run.reason else {},
        _tested(run, summary),
        _flat(summary.get("valid"), "valid_"),
        _flat(summary.get("similarity"), "similarity."),
        {name: summary[name] for name in (*_SIZES, *_COUNTS) if name in summary},
        {} if took is None else {"seconds": took},
        _flat(phases if isinstance(phases, dict) else None, "seconds_"),
        _flat(summary.get("embedding"), "quality_"),
        _measured(summary.get("vectors")),
    ]


def _tested(run: FoundRun, summary: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics on the test rows, the headline with its interval first."""
    tested = _flat(summary.get("test"), "")
    if not tested:
        return {}
    key = task(run).headline.key
    interval = Result(run.name, (run,)).interval
    ends = {} if interval is None else _ends(key, interval)
    return {key: tested.get(key), **ends, **{name: x for name, x in tested.items() if name != key}}


def _ends(key: str, interval: Interval) -> dict[str, float]:
    return {f"{key}_low": interval.low, f"{key}_high": interval.high}


def _measured(vectors: Any) -> dict[str, Any]:
    """What an evaluation found of each set of vectors."""
    sets = vectors if isinstance(vectors, list) else []
    several = len(sets) > 1
    return {
        key: value
        for number, each in enumerate(sets, 1)
        for key, value in _flat(each, f"{number}." if several else "").items()
    }


def _flat(value: Any, prefix: str) -> dict[str, Any]:
    """Numbers and texts of a nested object, by dotted names."""
    found: dict[str, Any] = {}
    for key, each in (value or {}).items():
        if isinstance(each, dict):
            found |= _flat(each, f"{prefix}{key}.")
        elif not isinstance(each, list):
            found[f"{prefix}{key}"] = each
    return found


def _fields(configs: Sequence[Mapping[str, Any]], *, everything: bool) -> list[dict[str, Any]]:
    """The fields of each config, those alone that differ unless all are asked for."""
    left_out = _OF_ITS_OWN | _HERE_TOO
    flat = [_settings({k: v for k, v in config.items() if k not in left_out}) for config in configs]
    names = dict.fromkeys(name for config in flat for name in config)
    have = [config for config in flat if config]  # baselines have none
    kept = [name for name in names if everything or len({str(config.get(name)) for config in have}) > 1]
    return [{f"config.{name}": config[name] for name in kept if name in config} for config in flat]


def _settings(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A config by dotted fields; a list is its JSON, which a table can compare."""
    found: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, dict) and value:
            found |= _settings(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = json.dumps(value) if isinstance(value, list | dict) else value
    return found


def _made_with(run: FoundRun) -> dict[str, Any]:
    versions = _flat(run.summary.get("versions"), "version_")
    return {**versions, "commit": run.summary.get("commit"), "path": str(run.path)}
