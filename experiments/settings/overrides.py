"""Overrides of a config on the command line: `--train.steps 300 --embedding.type hashed`, in any order."""

from __future__ import annotations

import copy
import dataclasses
import difflib
import json
import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar

from experiments.config import Config
from experiments.errors import Mistake
from experiments.settings import codec, shorthand
from experiments.settings.help import describe, describe_values
from experiments.settings.schema import TYPE, Node, choices, did_you_mean, fields_of, is_dict, nodes, wanted

__all__ = ["Applied", "apply", "describe", "explain"]

_C = TypeVar("_C")


@dataclasses.dataclass(frozen=True)
class Applied(Generic[_C]):
    """A config with overrides, and what they did beside what they say.

    Attributes:
        config: the config.
        dropped_rivals: names of the rivals that were left out, since the embedding was overridden.
        started_from: the rival whose settings the embedding took over when its type was switched; empty
            for none.
        given: the keys that were overridden.
    """

    config: _C
    dropped_rivals: tuple[str, ...] = ()
    started_from: str = ""
    given: tuple[str, ...] = ()


def apply(config: _C, arguments: Sequence[str], flags: Iterable[str] = ()) -> Applied[_C]:
    """Overrides fields of a config by their dotted names.

    Values are typed by their field: `300`, `0.01`, `true`, `none`, `0,1,2` or `[0,1,2]`. The order of
    arguments does not matter, since types are switched first. A switched group keeps what was chosen in it,
    that is, not left at its default, where the new kind has that field too; an embedding takes over the first
    rival of the new type instead, if there is one.

    Data at another path are not called as those of the config were: `title` has its default then, unless it
    is given as well.

    `--data csv:reviews.csv` says the type and its first field at once, and starts from the type's defaults.

    An override of `--embedding…` makes the run about that embedding: the rivals are dropped, unless an
    override of `--rivals…` is given too. `--rivals none` drops them in any case.

    Args:
        config: where to start from.
        arguments: `--name value` or `--name=value`.
        flags: names of other flags of the program, without dashes, to suggest where a name is mistyped.

    Raises:
        Mistake: an unknown key, a value that its field does not take, a flag without a value, a value
            without a flag, or a flag given twice.

    Example:
        >>> import embedlab
        >>> start = Config(embedlab.Dense(vocabulary=100, dim=8))
        >>> made = apply(start, ["--embedding.buckets=20", "--embedding.type", "hashed"]).config.embedding
        >>> made.vocabulary, made.dim, made.buckets
        (100, 8, 20)
    """
    raw, dropped, started_from = _overridden(config, arguments, flags)
    return Applied(codec.decode(raw, type(config)), dropped, started_from, tuple(sorted(_pairs(arguments))))


def kinds(arguments: Sequence[str]) -> dict[str, str]:
    """The kinds of groups that overrides name, by their keys.

    Args:
        arguments: as for `apply`.

    Raises:
        Mistake: as `apply`, of what is no flag with a value.

    Example:
        >>> kinds(["--model.type", "walks", "--train.steps=300"])
        {'model.type': 'walks'}
    """
    return {key: name for key, name in _pairs(arguments).items() if key.split(".")[-1] == TYPE}


def explain(config: Any, arguments: Sequence[str], flags: Iterable[str] = ()) -> str:
    """The help text of a config with overrides, of which what the new kinds need may still be missing.

    Args:
        config: where to start from.
        arguments: as for `apply`.
        flags: as for `apply`.

    Raises:
        Mistake: an override that `apply` would refuse by itself.

    Example:
        >>> import embedlab
        >>> start = Config(embedlab.Dense(vocabulary=100, dim=8))
        >>> "--embedding.buckets VALUE" in explain(start, ["--embedding.type=hashed"])
        True
    """
    return describe_values(_overridden(config, arguments, flags)[0], type(config))


def _overridden(
    config: Any, arguments: Sequence[str], flags: Iterable[str]
) -> tuple[dict[str, Any], tuple[str, ...], str]:
    """The values with overrides, not checked as a whole; the rivals left out, and the one started from."""
    given, root = _pairs(arguments), type(config)
    raw = codec.encode(config)
    if root is Config:
        shorthand.expand(given, raw)
    about_rivals = any(key.split(".")[0] == "rivals" for key in given)
    about_embedding = any(key.split(".")[0] in ("embedding", "transfer") for key in given)
    rivals = copy.deepcopy(raw.get("rivals", {}))
    dropped = tuple(rivals) if about_embedding and not about_rivals else ()
    if dropped or ("rivals" in raw and given.get("rivals", "").strip().lower() in ("none", "{}")):
        raw["rivals"] = {}
        given.pop("rivals", None)
    started_from = ""
    for key in sorted((key for key in given if key.split(".")[-1] == TYPE), key=lambda key: key.count(".")):
        started_from = _switch(root, raw, rivals, key, given.pop(key), flags) or started_from
    places = dict(nodes(root, raw))
    for key, text in given.items():
        node = _place(places, key, text, flags)
        _put(raw, key, _read(key, text, node.hint))
    _forget_titles(root, raw, given)
    return raw, dropped, started_from


def _pairs(arguments: Sequence[str]) -> dict[str, str]:
    """Name → value, both as text."""
    given: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        flag = rest.pop(0)
        if not re.match(r"--\w", flag):
            raise Mistake(f"{flag!r}: a value without a flag; write --name value or --name=value")
        name, equals, value = flag[2:].partition("=")
        if not equals:
            if not rest or rest[0].startswith("--"):
                raise Mistake(
                    f"--{name} has no value; write --{name} VALUE (true or false, where it is a switch)"
                )
            value = rest.pop(0)
        if name in given:
            raise Mistake(f"--{name} is given twice, as {given[name]!r} and {value!r}; give it once")
        given[name] = value
    return given


# --- types ----------------------------------------------------------------------------------------------


def _switch(root: type, raw: Any, rivals: Any, key: str, name: str, flags: Iterable[str]) -> str:
    """Makes a group one of another kind; returns the rival that it was taken from, if any."""
    group = key.rpartition(".")[0]
    places = dict(nodes(root, raw))
    hint = _place(places, key, name, flags).hint
    kinds = choices(places[group].hint)
    _read(key, name, hint, kinds)
    old = places[group].value
    if name == old[TYPE]:
        return ""
    taken = [rival for rival, value in rivals.items() if group == "embedding" and value[TYPE] == name]
    start = rivals[taken[0]] if taken else old
    kind = kinds[name]
    usual = codec.defaults(kinds[start[TYPE]])  # what nobody chose: the new kind has its own
    chosen = [field for field, value in start.items() if field not in usual or value != usual[field]]
    kept = {field: start[field] for field in fields_of(kind) if field in chosen}
    _put(raw, group, copy.deepcopy({TYPE: name, **codec.defaults(kind), **kept}))
    return taken[0] if taken else ""


def _put(raw: Any, key: str, value: Any) -> None:
    *above, last = key.split(".")
    for name in above:
        raw = raw[name]
    raw[last] = value


def _forget_titles(root: type, raw: Any, given: Mapping[str, str]) -> None:
    """What data were called is not what those at another path are called."""
    places = dict(nodes(root, raw))
    for group in (key.removesuffix(".path") for key in given if key.endswith(".path")):
        title = f"{group}.title"
        if title in places and title not in given:
            _put(raw, title, codec.defaults(places[group].kind)["title"])


# --- names ----------------------------------------------------------------------------------------------


def _place(places: dict[str, Node], key: str, text: str, flags: Iterable[str]) -> Node:
    """The node that a key names; it must be there, and be no group."""
    node = places.get(key)
    if node is None:
        raise Mistake(_unknown(places, key, flags))
    if not node.is_leaf:
        inner = [f"--{name}" for name in places if name.startswith(f"{key}.") and places[name].is_leaf]
        kinds = choices(node.hint)
        meant = f"--{key}.{TYPE} {text}" if text in kinds else ", ".join(inner[:4])
        none = f"give --{key} none, or " if is_dict(node.hint) else "give "
        near = "" if text in kinds else did_you_mean(text, kinds, f"--{key}.{TYPE} ")
        raise Mistake(
            f"--{key} {text}: this is a group, not one value; {none}its fields, as {meant or '…'}{near}"
        )
    return node


def _unknown(places: dict[str, Node], key: str, flags: Iterable[str]) -> str:
    group, _, last = key.rpartition(".")
    parent = places.get(group)
    kinds = choices(parent.hint) if parent is not None else {}
    fields = {field for kind in kinds.values() for field in fields_of(kind)}
    leaves = [name for name, node in places.items() if node.is_leaf]
    near = difflib.get_close_matches(last, [*fields, TYPE], 1) if kinds else []
    if parent is not None and near and f"{group}.{near[0]}" not in places:  # another kind's
        others = [name for name, kind in kinds.items() if near[0] in fields_of(kind)]
        have = f"{' and '.join(others)} {'has' if len(others) == 1 else 'have'} it"
        meant = f"; did you mean --{group}.{near[0]}? There {group}" if near[0] != last else f": {group}"
        return (
            f"unknown key --{key}{meant} is {parent.value[TYPE]}, which has no {near[0]}; "
            f"{have}: add --{group}.{TYPE} {others[0]}"
        )
    meant = did_you_mean(key, [*leaves, *flags], "--")
    inner = [name.removeprefix(f"{group}.") for name in places if name.rpartition(".")[0] == group]
    known = f"--{group} has {', '.join(inner)}" if parent is not None and inner else "--help lists every key"
    return f"unknown key --{key}{meant or ';'} {known}"


# --- values ---------------------------------------------------------------------------------------------


def _read(key: str, text: str, hint: Any, kinds: Mapping[str, type] | None = None) -> Any:
    """Text → a JSON value; of what names one of some kinds, an error tells the nearest."""
    try:
        return _value(text, hint)
    except ValueError:
        near = (
            did_you_mean(text, kinds or typing.get_args(hint)) if typing.get_origin(hint) is Literal else ""
        )
        raise Mistake(f"--{key}: got {text!r}, expected {wanted(hint)}{near}") from None


def _value(text: str, hint: Any) -> Any:
    """Text → the JSON value of a type; a ValueError where it is none."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        if text.lower() == "none":
            return None
        (hint,) = (kind for kind in arguments if kind is not type(None))
        return _value(text, hint)
    if origin is tuple:
        return _list(text, arguments[0])
    if origin is Literal:
        return arguments[arguments.index(text)]
    if hint is bool:
        return bool(("false", "true").index(text.lower()))
    if choices(hint):
        return _chosen(text, choices(hint))
    return hint(text) if hint in (int, float) else text


def _chosen(text: str, kinds: Mapping[str, type]) -> dict[str, Any]:
    """`pca:30`: a kind, and its first field, where that is given."""
    name, colon, value = text.partition(":")
    fields = fields_of(kinds[name]) if name in kinds else {}
    if not fields and (colon or name not in kinds):
        raise ValueError(text)
    first = next(iter(fields), "")
    return {TYPE: name, **({first: _value(value, fields[first])} if colon else {})}


def _list(text: str, hint: Any) -> list[Any]:
    """`0,1,2` or `[0,1,2]`; items that hold commas are written as JSON."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, list):
        return found
    inner = text.strip().removeprefix("[").removesuffix("]")
    return [_value(item.strip(), hint) for item in inner.split(",") if item.strip()]
