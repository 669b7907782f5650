"""How tables were trained, by rows or whole, in words for a table's caption and a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_WAYS = {"sparse": "by rows", "dense": "whole"}


def told(summaries: Mapping[str, Sequence[Mapping[str, Any]]], *, auto: bool) -> str:
    """How the tables of embeddings were trained, in a clause; empty where no run says it.

    Args:
        summaries: of all runs, by the embedding's name; those of earlier versions do not say it.
        auto: whether `train.update` was auto.

    Example:
        >>> rows, whole = [{"update": {"table": "sparse"}}], [{"update": {"table": "dense"}}]
        >>> told({"dense": rows, "hashed": rows}, auto=True)
        'tables are trained by rows'
        >>> told({"dense": whole, "hashed": whole}, auto=True)
        'tables are trained whole, as train.update auto has it for small ones'
        >>> told({"dense": rows, "hashed": whole, "subword": whole, "cut": [{}]}, auto=False)
        'tables of dense are trained by rows, those of hashed and subword whole'
        >>> told({"dense": [{}]}, auto=True)
        ''
    """
    ways = {name: _of_runs(runs) for name, runs in summaries.items()}
    having: dict[str, list[str]] = {}
    for name, own in ways.items():
        if own:
            having.setdefault(own, []).append(name)
    known = all("update" in summary for runs in summaries.values() for summary in runs)
    if known and len(having) == 1:
        (own,) = having
        why = ", as train.update auto has it for small ones" if auto and own == _WAYS["dense"] else ""
        return f"tables are trained {own}{why}"
    parts = [
        f"{'those' if place else 'tables'} of {_listed(names)} {'' if place else 'are trained '}{own}"
        for place, (own, names) in enumerate(having.items())
    ]
    return ", ".join(parts)


def _of_runs(runs: Sequence[Mapping[str, Any]]) -> str:
    """That of one embedding; empty where nothing is said, or all its tables rest."""
    return " or ".join(dict.fromkeys(own for run in runs if (own := way(run.get("update", {})))))


def way(update: Mapping[str, str]) -> str:
    """How a run's tables were trained, in a few words.

    Args:
        update: of its summary.

    Example:
        >>> way({"table": "dense", "other": "dense"}), way({"importance": "sparse", "table": "dense"})
        ('whole', 'importance by rows and table whole')
    """
    ways = {_WAYS[own] for own in update.values()}
    if len(ways) < 2:
        return "".join(ways)
    return _listed([f"{name} {_WAYS[own]}" for name, own in update.items()])


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)
