"""A sweep: its trials, how they went, which fields matter, and all of it in parallel coordinates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from experiments.page import axes
from experiments.page.axes import Axis
from experiments.page.choices import plain
from experiments.page.history import history
from experiments.page.parallel import plotted
from experiments.page.searched import COMPLETE, FAILED, PRUNED, Searched
from experiments.page.section import Options, Section
from experiments.page.works import Given

_BAR = 120  # in units of SVG
_METHODS = (("fanova", "fANOVA"), ("ped_anova", "PED-ANOVA"))


def section(given: Given, options: Options) -> Section | None:
    """A part for each sweep."""
    if not given.sweeps:
        return None
    made = [_of(sweep, _shown(given, sweep)) for sweep in given.sweeps]
    data = [each["plot"]["data"] for each in made if each.get("plot")]
    return Section("sweeps", "Sweep", "sweeps.html.j2", {"sweeps": made}, data or None)


def _shown(given: Given, sweep: Searched) -> list[int]:
    """The trials that the page has as runs."""
    return [int(work.path.name) for work in given.works if work.path.parent.parent == sweep.path]


def _of(sweep: Searched, shown: list[int]) -> dict[str, Any]:
    found: dict[str, Any] = {"title": sweep.path.name, "shown": shown, "is_done": bool(sweep.record)}
    found["is_ranked"] = set(shown) <= set(sweep.finished)
    if not sweep.record:
        return found
    settings = sweep.record["settings"]
    fields = [axes.of_field(name, space) for name, space in settings["space"].items()]
    values = [trial["value"] for trial in sweep.trials if _is_finite(trial["value"])]
    metric = axes.of_values(settings["metric"], values, less=sweep.is_less_better) if values else None
    return found | {
        "counts": [(state, sweep.count(state)) for state in (COMPLETE, PRUNED, FAILED)],
        "attempts": len(sweep.record["superseded"]),
        "metric": settings["metric"],
        "wanted": "least" if sweep.is_less_better else "greatest",
        "told": [(name, _plan(settings[name])) for name in ("sampler", "pruner")],
        "best": sweep.record["best"],
        "fields": [axis.name for axis in fields],
        "rows": [_row(trial, fields) for trial in sweep.trials],
        "importance": _importance(sweep),
        "history": history(sweep, metric) if metric else None,
        "plot": plotted(sweep, [*fields, metric]) if metric else None,
    }


def _is_finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _plan(settings: dict[str, Any] | None) -> str:
    """A sampler or a pruner as its file has it."""
    if settings is None:
        return "none"
    given = ", ".join(f"{name}={plain(value)}" for name, value in settings.items() if name != "kind")
    return f"{settings['kind']}({given})"


def _row(trial: dict[str, Any], fields: Sequence[Axis]) -> dict[str, Any]:
    value, step = trial["value"], trial["step"]
    return {
        "number": trial["number"],
        "state": trial["state"],
        "value": "" if value is None else f"{value:.4f}",
        "step": "" if step is None else f"{step:,}",
        "params": [
            axis.text(trial["params"][axis.name]) if axis.name in trial["params"] else "" for axis in fields
        ],
        "seconds": "" if trial["seconds"] is None else f"{trial['seconds']:.1f}",
        "attempts": trial["attempts"],
        "reason": trial["reason"] or "",
    }


def _importance(sweep: Searched) -> dict[str, Any] | None:
    """A row a field, the most important first, with a bar for each method; None where nothing is told."""
    found = sweep.record["importance"]
    methods = [(key, name) for key, name in _METHODS if found.get(key)]
    complete = sweep.count(COMPLETE)
    if not methods or complete < 2:  # of one trial every field is told to matter alike
        return None
    names = sorted(found[methods[0][0]], key=lambda name: -found[methods[0][0]][name])
    rows = [
        (name, [(f"{100 * part:.1f}", round(_BAR * part, 1)) for part in _parts(found, methods, name)])
        for name in names
    ]
    return {"methods": [name for _, name in methods], "rows": rows, "complete": complete, "width": _BAR}


def _parts(found: dict[str, Any], methods: Sequence[tuple[str, str]], name: str) -> list[float]:
    return [max(found[key].get(name, 0.0), 0.0) for key, _ in methods]
