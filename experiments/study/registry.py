"""Which applications there are, and their configs as JSON: `application` says whose a run is."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.config import Study
from experiments.errors import Mistake
from experiments.settings import codec
from experiments.settings.schema import did_you_mean
from experiments.study.application import Application

#: The packages of `experiments` that are applications; each has an `APPLICATION`.
NAMES: tuple[str, ...] = (
    "columns",
    "detect",
    "genes",
    "graph",
    "pictures",
    "recommend",
    "sounds",
    "triples",
    "video",
)
#: Where those are whose package is called otherwise.
_PLACES: dict[str, str] = {
    "triples": "experiments.graph.triples",
}
#: The key in a run's `config.json`.
KEY = "application"


def module(program: str) -> str:
    """What follows `python -m` for a program: an application, or another of `experiments`.

    Example:
        >>> module("columns"), module("triples"), module("classify")
        ('experiments.columns', 'experiments.graph.triples', 'experiments.classify')
    """
    return _PLACES.get(program, f"experiments.{program}")


def application(name: str) -> Application:
    """The application of this name.

    Raises:
        Mistake: there is none.

    Example:
        >>> application("recomend")
        Traceback (most recent call last):
        experiments.errors.Mistake: application 'recomend': there is none of this name...
    """
    if name not in NAMES:
        near = did_you_mean(name, NAMES)
        raise Mistake(
            f"application {name!r}: there is none of this name{near or '; there are'} {', '.join(NAMES)}"
        )
    found: Application = importlib.import_module(module(name)).APPLICATION
    return found


def application_of(config: Any) -> Application | None:
    """The application whose config this is, by where its class lies; None where there is none."""
    here = type(config).__module__
    places = {name: module(name) for name in NAMES}
    # None but its own is imported: each takes its time. One package may lie in another's.
    found = [name for name in NAMES if f"{here}.".startswith(f"{places[name]}.")]
    if not found or not isinstance(config, Study):
        return None
    return application(max(found, key=lambda name: len(places[name])))


def encode(application: Application, config: Any) -> dict[str, Any]:
    """A config as JSON values, with the application that it is of."""
    return {KEY: application.name, **codec.encode(config)}


def encode_run(application: Application, own: Any, seed: int, fold: int | None) -> dict[str, Any]:
    """The config of one run of a comparison, as JSON values.

    Args:
        application: whose config it is.
        own: the config of the embedding alone.
        seed: of the training.
        fold: number of the fold; None where there is one split.
    """
    only = () if fold is None else (fold,)
    return encode(application, dataclasses.replace(own, seeds=(seed,), only_folds=only))


def decode(raw: Mapping[str, Any]) -> tuple[Application, Any]:
    """The application and the config that a run's `config.json` stands for.

    Raises:
        Mistake: it is none of an application's.
    """
    values = dict(raw)
    found = application(str(values.pop(KEY, "")))
    return found, codec.decode(values, found.kind)


def decode_run(file: Path, raw: Mapping[str, Any]) -> tuple[Application, Any]:
    """`decode`, of what a file holds, which is told where it is refused.

    Raises:
        Mistake: it is none of an application's.
    """
    try:
        return decode(raw)
    except ValueError as error:  # a Mistake too
        raise Mistake(f"{file}: {error}. If it was altered, put it back as the run wrote it.") from error
