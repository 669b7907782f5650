"""What a config may hold, read off its dataclasses: kinds to choose from, fields, dotted keys.

The specs know nothing of names: `EMBEDDINGS`, `INITIALISERS` and `TRANSFORMS` say what each is called in JSON
and on the command line. A new kind is one line there; sources and encoders register themselves.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

import draccus

import embedlab
from embedlab import pretrain
from embedlab.checks import TABLE_DTYPES
from embedlab.initialisers import Initialiser
from embedlab.vectors import transforms

#: The key that says which kind is chosen.
TYPE = "type"
_COMPARED = 100  # letters of a name, at most: the time grows with their square

EMBEDDINGS: dict[str, type] = {
    "dense": embedlab.Dense,
    "hashed": embedlab.Hashed,
    "subword": embedlab.Subword,
}
INITIALISERS: dict[str, type] = {
    "normal": embedlab.Normal,
    "scaled_normal": embedlab.ScaledNormal,
    "uniform": embedlab.Uniform,
    "constant": embedlab.Constant,
    "from_array": embedlab.FromArray,
}
OBJECTIVES: dict[str, type] = {
    "negative_sampling": pretrain.NegativeSampling,
    "sampled_softmax": pretrain.SampledSoftmax,
    "hierarchical_softmax": pretrain.HierarchicalSoftmax,
}
TRANSFORMS: dict[str, type] = {
    "truncate": transforms.Truncate,
    "normalise": transforms.Normalise,
    "pca": transforms.Pca,
    "all_but_the_top": transforms.AllButTheTop,
}
PROTOCOLS: dict[Any, dict[str, type]] = {
    embedlab.Embedding: EMBEDDINGS,
    Initialiser: INITIALISERS,
    pretrain.Objective: OBJECTIVES,
    transforms.Transform: TRANSFORMS,
}

_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "text", type(None): "none"}


class Node(NamedTuple):
    """A place in a config: its type as annotated, and its value as JSON has it (`MISSING` for none)."""

    hint: Any
    value: Any

    @property
    def is_leaf(self) -> bool:
        """Whether it is a value that is given whole."""
        return not (choices(self.hint) or dataclasses.is_dataclass(self.hint) or is_dict(self.hint))

    @property
    def kind(self) -> Any:
        """The class that the value is of: the one chosen, where there is a choice."""
        kinds = choices(self.hint)
        return kinds[self.value[TYPE]] if kinds else self.hint


def choices(hint: Any) -> Mapping[str, type]:
    """Name → class of what a type is chosen from; empty for a type that is no choice.

    Example:
        >>> sorted(choices(embedlab.Embedding))
        ['dense', 'hashed', 'subword']
    """
    if draccus.ChoiceRegistry in getattr(hint, "__bases__", ()):
        return hint.get_known_choices()
    return PROTOCOLS.get(hint, {}) if isinstance(hint, type) else {}


def is_dict(hint: Any) -> bool:
    """Whether a type is a dict of named values."""
    return typing.get_origin(hint) is dict


@functools.cache
def groups(root: type) -> tuple[Any, ...]:
    """The classes that are groups of settings in a config of some class, itself among them.

    Example:
        >>> from experiments.head import Head
        >>> [group.__name__ for group in groups(Head)]
        ['Head']
    """
    found: dict[Any, None] = {}
    waiting: list[Any] = [root]
    while waiting:
        hint = waiting.pop()
        inner = [*typing.get_args(hint), *choices(hint).values()]
        if choices(hint) or dataclasses.is_dataclass(hint):
            if hint in found:
                continue
            found[hint] = None
        if dataclasses.is_dataclass(hint):
            inner += fields_of(typing.cast(type, hint)).values()
        waiting += inner
    return tuple(found)


@functools.cache
def fields_of(kind: type) -> dict[str, Any]:
    """The fields of a dataclass and their types; the dtype of an embedding is one of those there are.

    Example:
        >>> fields_of(embedlab.Constant)
        {'value': <class 'float'>}
        >>> wanted(fields_of(embedlab.Dense)["dtype"])
        'one of float16, bfloat16, float32, float64'
    """
    hints = typing.get_type_hints(kind)
    if kind in EMBEDDINGS.values() and hints.get("dtype") is str:
        one_of: Any = Literal
        hints["dtype"] = one_of[TABLE_DTYPES]
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def required(kind: Any) -> list[str]:
    """The fields of a dataclass that have no default.

    Example:
        >>> required(embedlab.Hashed)
        ['vocabulary', 'dim', 'buckets']
    """
    missing = dataclasses.MISSING
    return [f.name for f in dataclasses.fields(kind) if f.default is missing and f.default_factory is missing]


def nodes(hint: Any, value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Node]]:
    """Every place in an encoded value: dotted key → node, the groups before what they hold."""
    node = Node(hint, value)
    if path:
        yield ".".join(path), node
    if value is dataclasses.MISSING:
        return
    if is_dict(hint):
        for name, inner in value.items():
            yield from nodes(typing.get_args(hint)[1], inner, (*path, name))
        return
    kinds = choices(hint)
    if kinds:
        one_of: Any = Literal
        yield ".".join((*path, TYPE)), Node(one_of[tuple(kinds)], value[TYPE])
    if dataclasses.is_dataclass(node.kind):
        for name, inner in fields_of(typing.cast(type, node.kind)).items():
            yield from nodes(inner, value.get(name, dataclasses.MISSING), (*path, name))


def wanted(hint: Any) -> str:
    """A type in words, for an error or a help text.

    Example:
        >>> wanted(int | None), wanted(tuple[int, ...]), wanted(Literal["a", "b"])
        ('a whole number or none', 'a list, each a whole number', 'one of a, b')
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return f"one of {', '.join(map(str, arguments))}"
    if origin is tuple:
        return f"a list, each {wanted(arguments[0])}"
    if origin in (types.UnionType, typing.Union):
        return " or ".join(map(wanted, arguments))
    if is_dict(hint):
        return f"a dict, each {wanted(arguments[1])}"
    if choices(hint):
        return f"a dict whose {TYPE} is one of {', '.join(choices(hint))}"
    if dataclasses.is_dataclass(hint):
        return f"a dict of {', '.join(fields_of(typing.cast(type, hint)))}"
    return _WORDS.get(hint, str(getattr(hint, "__name__", hint)))


def did_you_mean(name: str, known: Iterable[str], prefix: str = "") -> str:
    """`; did you mean NAME?` with the nearest of the known names; empty where none is near.

    A key that ends in the last part of a known one is nearest to it: `steps` to `train.steps`. Of kinds that
    are given with their classes, one is meant by what `also_called` says that others call it.

    Example:
        >>> did_you_mean("train.step", ["train.steps", "train.rate"], "--")
        '; did you mean --train.steps?'
        >>> from experiments.tasks import Task
        >>> did_you_mean("multi-label", choices(Task))
        '; did you mean labels?'
    """
    names, name = list(known), name[:_COMPARED]
    plain = re.sub(r"[\W_]", "", name).lower()
    for kind, made in known.items() if isinstance(known, Mapping) else ():
        if plain in getattr(made, "also_called", ()):
            return f"; did you mean {prefix}{kind}?"
    last = name.rpartition(".")[2]
    near = [k for k in names if k.rpartition(".")[2] == last]
    near = difflib.get_close_matches(name, near, 1, 0) or difflib.get_close_matches(name, names, 1, 0.6)
    return f"; did you mean {prefix}{near[0]}?" if near else ""
