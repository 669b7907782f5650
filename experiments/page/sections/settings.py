"""With which settings: what differs between the kinds, and all of each workdir."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from experiments.page.section import Options, Section
from experiments.page.works import Given, Kind
from experiments.reports import trained

_ABSENT = "–"
_RIVALS = ("rivals", "seeds")
_COLUMNS = 6  # kinds; of more a table is wider than a sheet of paper


def section(given: Given, options: Options) -> Section | None:
    """The differences first, then the whole."""
    kinds = [kind for kind in given.kinds if kind.first.config]
    settings = {kind.label: dict(flat(_own(kind))) for kind in kinds}
    keys = dict.fromkeys(key for each in settings.values() for key in each)
    differing = [
        (key, [each.get(key, _ABSENT) for each in settings.values()])
        for key in keys
        if len({each.get(key, _ABSENT) for each in settings.values()}) > 1
    ]
    whole = [{"title": work.title, "rows": list(flat(work.config))} for work in given.works if work.config]
    if not settings:
        return None
    is_wide = len(settings) > _COLUMNS
    grouped = [(key, by_value(list(settings), values)) for key, values in differing] if is_wide else []
    values = {"names": list(settings), "differing": differing, "grouped": grouped, "whole": whole}
    return Section("settings", "Settings", "settings.html.j2", values)


def _own(kind: Kind) -> dict[str, Any]:
    """The settings of a kind's run, without what only says which others there are.

    `train.update` is how its tables were trained, where the run says it: auto may be either.
    """
    config = dict(kind.first.config)
    for name in _RIVALS:
        config.pop(name, None)
    settings, update = config.get("train"), kind.first.summary.get("update")
    if isinstance(settings, dict) and update:
        config["train"] = {**settings, "update": trained.way(update)}
    return config


def by_value(names: Sequence[str], values: Sequence[str]) -> list[tuple[str, str]]:
    """Every value with the names of what has it; the last of those that most have without them.

    Args:
        names: of kinds.
        values: of each, in the same order.

    Example:
        >>> by_value(["a", "b", "c", "d"], ["1", "2", "1", "1"])
        [('2', 'b'), ('1', 'the other 3')]
    """
    having: dict[str, list[str]] = {}
    for name, value in zip(names, values, strict=True):
        having.setdefault(value, []).append(name)
    usual = max(having, key=lambda value: len(having[value]))
    if 2 * len(having[usual]) <= len(names):
        return [(value, ", ".join(own)) for value, own in having.items()]
    rest = having.pop(usual)
    return [*((value, ", ".join(own)) for value, own in having.items()), (usual, f"the other {len(rest)}")]


def flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every setting by its dotted name, as JSON writes it.

    Example:
        >>> list(flat({"train": {"steps": 5, "rows": None}, "seeds": [0, 1]}))
        [('train.steps', '5'), ('train.rows', 'null'), ('seeds', '[0, 1]')]
    """
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from flat(each, f"{path}.{key}" if path else str(key))
    else:
        yield path, json.dumps(value, ensure_ascii=False)
