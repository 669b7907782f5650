"""How the tables of embeddings that are compared are trained: all in one way, where `train.update` is auto.

What auto comes to depends on how many rows a table has, and whether rows move in steps that do not read them
depends on that in turn. Embeddings that are compared are to differ in nothing but themselves: the reference
decides for all. Each run's `config.json` has the way in place of auto, so that it says enough to run it again
by itself.

What was begun goes on in the way that its `config.json` has. Earlier versions left auto there, by which each
embedding decides for itself: such runs, and rivals beside them, go on so.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import get_args

from experiments.config import Study, Train, Update
from experiments.runs import layout
from experiments.runs.layout import Run
from experiments.runs.run import RunDirectory


def names(workdir: Path, config: Study, decide: Callable[[], Update]) -> dict[str, Study]:
    """`layout.names`, with the way in which the tables of each are trained.

    Args:
        workdir: of the study; what lies there was begun.
        config: of the study.
        decide: what auto comes to for the reference, sparse or dense; called where runs do not tell.
    """
    found = layout.names(config)
    if len(found) == 1 or not is_open(config.train):
        return found
    begun = {
        name: [
            layout.run_directory(workdir, config, Run(name, seed, fold))
            for fold in layout.numbers(config)
            for seed in config.seeds
        ]
        for name in found
    }
    ways = together(next(iter(found)), begun, decide)
    return {
        name: dataclasses.replace(own, train=dataclasses.replace(own.train, update=ways[name]))
        for name, own in found.items()
    }


def together(
    reference: str, begun: Mapping[str, Iterable[RunDirectory]], decide: Callable[[], Update]
) -> dict[str, Update]:
    """The way of each embedding: that of its runs where there are some, of rivals that of any rival's.

    Args:
        reference: name of the embedding that others are compared with.
        begun: by the embedding's name, where its runs lie, or will lie.
        decide: as `names` takes it.
    """
    stored = {name: way(directories) for name, directories in begun.items()}
    of_rivals = next((own for name, own in stored.items() if name != reference and own), None)
    ways = {name: stored[name] if name == reference else of_rivals for name in begun}
    known = (own for own in (of_rivals, stored.get(reference)) if own and own != "auto")
    decided = functools.cache(lambda: next(known, None) or decide())
    return {name: own or decided() for name, own in ways.items()}


def is_open(settings: Train) -> bool:
    """Whether there is something to decide: the way is not given, and nothing that is asked wants rows."""
    return settings.update == "auto" and not settings.for_rows


def way(directories: Iterable[RunDirectory]) -> Update | None:
    """The `train.update` that runs were begun with, as their configs have it; None where there is none."""
    for directory in directories:
        settings = (directory.read("config.json") or {}).get("train")
        found = settings.get("update") if isinstance(settings, dict) else None
        if found in get_args(Update):
            return found
    return None
