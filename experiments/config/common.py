"""What every config of runs checks alike: embeddings, seeds, folds."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from typing import Any

import embedlab
from embedlab.checks import require, require_count
from experiments.checks import require_counts
from experiments.config.train import Train

_MOST_FOLDS = 10_000


def require_embeddings(embedding: Any, rivals: Any) -> None:
    """Refuses what is no embedding, and rivals whose names are no plain words.

    Args:
        embedding: that a run is about.
        rivals: further ones by name.

    Raises:
        ValueError: one is none.
    """
    _require_embedding("embedding", embedding)
    require(isinstance(rivals, dict), "rivals", rivals, "give a dict of embeddings by name")
    for name, rival in rivals.items():
        # A rival's name is a folder's name and a part of a dotted key as well.
        plain = isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name)
        require(bool(plain), "rivals", name, "name a rival with letters, digits, - and _ only")
        _require_embedding(f"rivals.{name}", rival)


def _require_embedding(field: str, value: object) -> None:
    # A class has the protocol's members too, so it is asked for by itself.
    made = isinstance(value, embedlab.Embedding) and not isinstance(value, type)
    require(made, field, value, "give a spec, such as embedlab.Dense(vocabulary=16384, dim=64)")


def require_rounding(train: Train, embeddings: Mapping[str, Any]) -> None:
    """Refuses stochastic rounding for tables that it is not for.

    Args:
        train: how they are trained.
        embeddings: by their places in the config.

    Raises:
        ValueError: a table is not of bfloat16.
    """
    for name, spec in embeddings.items() if train.rounding == "stochastic" else ():
        narrow = getattr(spec, "dtype", "bfloat16") == "bfloat16"
        remedy = f"{name} has tables of {getattr(spec, 'dtype', '')}, this is for bfloat16; give nearest"
        require(narrow, "train.rounding", train.rounding, remedy)


def require_seeds(seeds: Any, split_seed: Any) -> None:
    """Refuses seeds that are none.

    Args:
        seeds: of trainings.
        split_seed: of the split.

    Raises:
        ValueError: none is given, one twice, or one that is not in 0 … 2³² − 1.
    """
    several = isinstance(seeds, tuple) and len(set(seeds)) == len(seeds) >= 1
    require(several, "seeds", seeds, "give a tuple of one seed or more, each once")
    for seed in seeds:
        _require_seed("seeds", seed)
    _require_seed("split_seed", split_seed)


def _require_seed(field: str, value: int) -> None:
    require_count(field, value, least=0)
    require(value < 2**32, field, value, "give a seed below 2**32")


def require_folds(folds: int, only: Any) -> None:
    """Refuses folds that there are not.

    Args:
        folds: how many there are; 0 for one split.
        only: those that are run; none of them for all.

    Raises:
        ValueError: a number of none.
    """
    require_counts(types.SimpleNamespace(folds=folds), _MOST_FOLDS, "folds", least=0)
    once = isinstance(only, tuple) and len(set(only)) == len(only)
    require(once, "only_folds", only, "give a tuple of folds, each once")
    if folds < 2:
        remedy = f"there are no folds (folds={folds}); give folds=10, say, or only_folds=()"
        require(not only, "only_folds", only, remedy)
    for fold in only:
        require_count("only_folds", fold, least=0)
        require(fold < folds, "only_folds", fold, f"give numbers of 0 … {folds - 1}, as folds={folds}")


def folds_run(folds: int, only: tuple[int, ...]) -> tuple[int, ...]:
    """The numbers of the folds that are run, in order; empty where there is one split.

    Args:
        folds: how many there are.
        only: those that are run; none of them for all.

    Example:
        >>> folds_run(3, ()), folds_run(3, (2, 0)), folds_run(0, ())
        ((0, 1, 2), (0, 2), ())
    """
    if folds < 2:
        return ()
    return tuple(sorted(only)) or tuple(range(folds))
