"""Configs as JSON, both ways and exactly.

draccus walks the types; what is registered with it here makes it strict (`True` is no number, and neither
is `"3"`), gives names to the library's specs, which know nothing of it, and makes every error say where.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import operator
import re
import typing
from collections.abc import Mapping, Sequence
from typing import Any

import draccus
from draccus.parsers.decoding import get_decoding_fn

import embedlab
from experiments.config import Config
from experiments.errors import Mistake
from experiments.settings.schema import (
    EMBEDDINGS,
    PROTOCOLS,
    TYPE,
    choices,
    did_you_mean,
    fields_of,
    groups,
    required,
    wanted,
)

_C = typing.TypeVar("_C")


def encode(config: Any) -> dict[str, Any]:
    """The config as JSON values; `decode` gives back an equal one.

    Args:
        config: of any program: a dataclass whose `embedding` has a name here, and its `rivals` too.

    Raises:
        Mistake: where it holds a kind that has no name here.

    Example:
        >>> encode(Config(embedlab.Dense(vocabulary=100, dim=8)))["embedding"]["type"]
        'dense'
    """
    kind_name(config.embedding)
    for rival in getattr(config, "rivals", {}).values():
        kind_name(rival)
    try:
        raw = _json(config, type(config))
        again = decode(raw, type(config))
    except Exception as error:  # draccus raises bare ones
        raise Mistake(f"the config can't be written as JSON and read again: {error}") from None
    if again != config:
        raise Mistake("the config isn't the same once written as JSON and read again: give plain values only")
    return _json(again, type(config))  # a rate of 1 is now 1.0: equal configs have the same JSON


@typing.overload
def decode(raw: Mapping[str, Any]) -> Config: ...
@typing.overload
def decode(raw: Mapping[str, Any], kind: type[_C]) -> _C: ...
def decode(raw: Mapping[str, Any], kind: Any = Config) -> Any:
    """The config that JSON values stand for; fields left out have their defaults.

    Args:
        raw: the values.
        kind: the config's class.

    Raises:
        Mistake: an unknown key, a value of a wrong type, or one that its dataclass refuses.

    Example:
        >>> decode({"embedding": {"type": "dense", "vocabulary": 100, "dim": 8}}).embedding.dim
        8
        >>> decode({"embedding": {"type": "dense", "vocabulary": 100, "dim": "8"}})
        Traceback (most recent call last):
        experiments.errors.Mistake: embedding.dim: got "8", expected a whole number
    """
    _register(kind)
    return draccus.decode(kind, raw)


def kind_name(embedding: embedlab.Embedding) -> str:
    """What an embedding's kind is called in JSON and on the command line.

    Raises:
        Mistake: where it has no name.

    Example:
        >>> kind_name(embedlab.Dense(vocabulary=100, dim=8))
        'dense'
    """
    for name, kind in EMBEDDINGS.items():
        if type(embedding) is kind:
            return name
    raise Mistake(
        f"embedding={embedding!r}: the experiments have no name for this kind; "
        f"add one to EMBEDDINGS in experiments/settings/schema.py"
    )


def defaults(kind: type) -> dict[str, Any]:
    """The defaults of a dataclass's fields as JSON values; fields without one are left out.

    Example:
        >>> defaults(embedlab.Normal)
        {'stddev': 0.1}
    """
    hints, missing = fields_of(kind), dataclasses.MISSING
    found = {}
    for field in dataclasses.fields(kind):
        if field.default is not missing or field.default_factory is not missing:
            value = field.default_factory() if field.default_factory is not missing else field.default
            found[field.name] = _json(value, hints[field.name])
    return found


# --- what draccus is told ----------------------------------------------------------------------------


def _json(value: Any, hint: Any) -> Any:
    # What json takes for no number may be one of NumPy's whole numbers, which specs take.
    return json.loads(json.dumps(draccus.encode(value, hint), allow_nan=False, default=operator.index))


def _encode_spec(name: str, spec: Any, declared: Any = None) -> dict[str, Any]:
    kind: Any = type(spec)
    fields = fields_of(kind).items()
    return {TYPE: name, **{field: draccus.encode(getattr(spec, field), hint) for field, hint in fields}}


def _decode_plain(kind: Any, raw: Any, path: Sequence[str]) -> Any:
    accepted = (int, float) if kind is float else kind
    if not isinstance(raw, accepted) or (isinstance(raw, bool) and kind is not bool):
        raise draccus.ParsingError  # `_decode_field` says which field, what it got and what it wanted
    return kind(raw)


def _decode_object(hint: Any, raw: Any, path: Sequence[str]) -> Any:
    """A dataclass, or the one chosen by `type`."""
    where = ".".join(path)
    if not isinstance(raw, Mapping):
        raise Mistake(f"{where or 'the config'}: got {_shown(raw)}, expected {wanted(hint)}")
    values = dict(raw)
    kind: Any = _chosen(choices(hint), values, where) if choices(hint) else hint
    hints = fields_of(kind)
    for name in [name for name in values if name not in hints]:
        key = ".".join((*path, name))
        nearest = did_you_mean(name, hints, f"{where}." if where else "")
        raise Mistake(f"unknown key {key}{nearest or ';'} {where or 'the config'} has {', '.join(hints)}")
    for name in required(kind):
        if name not in values:
            key = ".".join((*path, name))
            raise Mistake(
                f"{key} is missing: {raw.get(TYPE, where or 'a config')} needs it; give --{key} VALUE"
            )
    arguments = {name: _decode_field(hints[name], value, (*path, name)) for name, value in values.items()}
    try:
        return kind(**arguments)
    except (TypeError, ValueError) as error:
        names_field = re.match(r"[\w.]+=", str(error))  # as in "buckets=0: give …"
        between = ("." if names_field else ": ") if where else ""
        raise Mistake(f"{where}{between}{error}") from None


def _chosen(kinds: Mapping[str, type], values: dict[str, Any], where: str) -> type:
    """The class that `type` names; takes it out of the values."""
    if TYPE not in values:
        raise Mistake(f"{where}.{TYPE} is missing: choose one of {', '.join(kinds)}")
    name = values.pop(TYPE)
    if name not in list(kinds):
        nearest = did_you_mean(str(name), kinds)
        raise Mistake(f"{where}.{TYPE}: got {_shown(name)}, expected one of {', '.join(kinds)}{nearest}")
    return kinds[name]


def _decode_field(hint: Any, raw: Any, path: Sequence[str]) -> Any:
    container = {tuple: list, dict: Mapping}.get(typing.get_origin(hint) or hint, object)
    try:
        if not isinstance(raw, container):
            raise draccus.ParsingError
        if choices(hint) or dataclasses.is_dataclass(hint):
            return _decode_object(hint, raw, path)  # draccus finds it too, unless a protocol stands before it
        return get_decoding_fn(hint)(raw, path)
    except (draccus.ParsingError, OverflowError):
        raise Mistake(f"{'.'.join(path)}: got {_shown(raw)}, expected {wanted(hint)}") from None


def _shown(raw: Any) -> str:
    """A value as it stands in JSON, but `none` for null, as on the command line."""
    return "none" if raw is None else json.dumps(raw, ensure_ascii=False, default=repr)


@functools.cache
def _register(root: type) -> None:
    """Tells draccus of every group that a config of this class may hold."""
    for group in groups(root):
        draccus.decode.register(group, _decode_object, include_subclasses=True)


def _register_all() -> None:
    for plain in (int, float, bool, str):
        draccus.decode.register(plain, _decode_plain, include_subclasses=True)
    # Not the protocols: draccus asks `issubclass` of all that is registered, which they do not answer.
    for kinds in PROTOCOLS.values():
        for name, kind in kinds.items():
            draccus.encode.register(kind, functools.partial(_encode_spec, name))


_register_all()
