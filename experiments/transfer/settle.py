"""The embedding of a config as wide as the vectors that it begins with, before anything is written down."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import embedlab
from embedlab.vectors import FastText
from experiments.config import Config, Transfer
from experiments.errors import Mistake, mistakes
from experiments.settings import codec
from experiments.settings.schema import TYPE
from experiments.transfer.pretrained import open_vectors

_TAKEN = ("dim", "buckets", "minn", "maxn", "own_row")  # from the vectors, as far as an embedding has them


@dataclasses.dataclass(frozen=True)
class Settled:
    """A config whose embedding fits its vectors.

    Attributes:
        config: the config.
        told: what was changed for it, in a sentence; empty for nothing.
    """

    config: Config
    told: str = ""


def settle(config: Config, stored: Mapping[str, Any] | None = None, *, fixed: bool = False) -> Settled:
    """Takes what an embedding has from its vectors: the dim, and of n-grams which they are.

    Args:
        config: the settings.
        stored: the config of the workdir, as JSON; None for a new one. What a run was begun with stays, be
            the file there or not.
        fixed: whether the embedding's dim was asked for, so that another one is refused.

    Raises:
        Mistake: the vectors can't be read, or have another dim than was asked for.

    Example:
        >>> config = Config(embedlab.Dense(100, 300), transfer=Transfer("glove-6b-50d"))
        >>> found = settle(config)
        >>> found.config.embedding.dim
        50
        >>> found.told
        'embedding.dim is 50, that of glove-6b-50d, in place of 300.'
    """
    transfer, spec = config.transfer, config.embedding
    if not transfer.vectors:
        return Settled(config)
    known = _known(config, stored or {})
    with mistakes():
        new = _fitting(spec, transfer) if known is None else known
    if new == spec:
        return Settled(config)
    changed = [
        (field.name, getattr(spec, field.name), getattr(new, field.name))
        for field in dataclasses.fields(new)
        if getattr(spec, field.name) != getattr(new, field.name)
    ]
    if fixed and new.dim != spec.dim:
        raise Mistake(
            f"embedding.dim={spec.dim}: {transfer.vectors} has vectors of {new.dim} numbers; leave "
            "embedding.dim out, or make them as narrow: --transfer.transforms pca:DIM"
        )
    parts = [f"embedding.{name} is {now}" for name, _, now in changed]
    before = ", ".join(str(old) for _, old, _ in changed)
    told = f"{', '.join(parts)}, that of {transfer.vectors}, in place of {before}."
    return Settled(dataclasses.replace(config, embedding=new), told)


def _known(config: Config, stored: Mapping[str, Any]) -> Any:
    """The embedding, with what the workdir's config has of it; None where that began otherwise."""
    spec, now = config.embedding, codec.encode(config)
    old, was = stored.get("transfer"), stored.get("embedding")
    if not isinstance(old, dict) or not isinstance(was, dict) or was.get(TYPE) != now["embedding"][TYPE]:
        return None
    if any(old.get(key) != now["transfer"][key] for key in ("vectors", "transforms")):
        return None
    fields = [name for name in _TAKEN if hasattr(spec, name)]
    if not all(type(was.get(name)) is type(getattr(spec, name)) for name in fields):
        return None
    return dataclasses.replace(spec, **{name: was[name] for name in fields})  # type: ignore[type-var]


def _fitting(spec: Any, transfer: Transfer) -> Any:
    found = open_vectors(transfer.vectors, limit=1)
    if not isinstance(spec, embedlab.Subword) or transfer.modes == ("random",):
        return dataclasses.replace(spec, dim=_width(found, transfer))
    whole = isinstance(found, FastText) and isinstance(found.spec, embedlab.Subword)
    if not whole:
        raise ValueError(
            f"transfer.vectors={transfer.vectors!r}: embedding is Subword, and these vectors have no n-grams "
            "to begin with; give a whole fastText model (.bin), or --embedding.type dense"
        )
    model: Any = found.spec  # type: ignore[union-attr]
    same = {field: getattr(model, field) for field in ("dim", "buckets", "minn", "maxn")}
    return dataclasses.replace(spec, **same, own_row=True)


def _width(vectors: Any, transfer: Transfer) -> int:
    """Of the vectors, after all that is done to them."""
    dim = vectors.settings.dim if isinstance(vectors, FastText) else vectors.matrix.shape[1]
    for transform in transfer.transforms:
        dim = min(dim, getattr(transform, "dim", dim))
    return dim
