"""The help text of a config: every field, its value, its type, and what its docstring says of it."""

from __future__ import annotations

import dataclasses
import json
import shlex
import textwrap
from typing import Any

import docstring_parser

from experiments.config import Config
from experiments.settings import codec, shorthand
from experiments.settings.schema import EMBEDDINGS, TYPE, Node, choices, fields_of, is_dict, nodes, wanted

_WIDTH = 100
_COLUMN = 40  # where explanations begin


def describe(config: Any) -> str:
    """Every override that a config takes: its name and value, its type, its meaning.

    Values are written so that they could be given as they stand; the default stands beside those that
    differ from it. A rival has the fields of its kind; one
    line says what of it is no default.

    Example:
        >>> import embedlab
        >>> lines = describe(Config(embedlab.Dense(vocabulary=100, dim=8))).splitlines()
        >>> print(*lines[:3], sep="\\n")
        embedding: the embedding that the run is about
          --embedding.type dense                one of dense, hashed, subword
                                                dense: vocabulary, dim, initialiser, dtype
    """
    return describe_values(codec.encode(config), type(config))


def describe_values(raw: dict[str, Any], root: type = Config) -> str:
    """As `describe`, of a config's JSON values; where a field has none yet, `VALUE` stands for it."""
    lines: list[str] = []
    places = dict(nodes(root, raw))
    for key, node in places.items():
        if "." not in key and not node.is_leaf:
            lines += ["", *_wrapped(f"{key}: {documented(root).get(key, '')}", 0)]
            if root is Config and key == shorthand.KEY:
                flag, said = shorthand.HELP
                right = _wrapped(said, _COLUMN)
                lines += [f"  {flag}".ljust(_COLUMN) + right[0].lstrip(), *right[1:]]
        elif "." not in key:
            lines.append("")
        if is_dict(node.hint):
            lines += _rivals(key, node.value)
        elif node.is_leaf and not key.startswith("rivals."):
            group = places.get(key.rpartition(".")[0], Node(root, raw))
            lines += _field(key, node, group, _default(key, places, Node(root, raw)))
    return "\n".join(lines[1:])


def documented(kind: type) -> dict[str, str]:
    """Field → the first sentence that a dataclass's docstring, or one it inherits, says of it.

    Example:
        >>> import embedlab
        >>> documented(embedlab.Normal)
        {'stddev': 'standard deviation of an entry'}
    """
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        parsed = docstring_parser.parse(base.__doc__ or "", docstring_parser.DocstringStyle.GOOGLE)
        for entry in parsed.params:
            sentence = " ".join((entry.description or "").split()).partition(". ")[0]
            found[entry.arg_name] = sentence.removesuffix(".")
    return found


def as_argument(value: Any) -> str:
    """A JSON value as one types it.

    Example:
        >>> as_argument([0, 1]), as_argument(None), as_argument(True), as_argument("")
        ('0,1', 'none', 'true', "''")
    """
    if isinstance(value, list):
        items = [item if isinstance(item, str) else as_argument(item) for item in value]
        plain = all(item and item == item.strip(" []") and "," not in item for item in items)
        return shlex.quote(",".join(items) if items and plain else json.dumps(value))
    return shlex.quote(value) if isinstance(value, str) else "none" if value is None else json.dumps(value)


def _default(key: str, places: dict[str, Node], root: Node) -> Any:
    """What a place holds where nobody gives it; `MISSING` if it must be given.

    The default of a group tells those of its fields; a group of another kind has that kind's.
    """
    group, _, name = key.rpartition(".")
    node = places[group] if group else root
    usual = _default(group, places, root) if group else dataclasses.MISSING
    if not isinstance(usual, dict) or (name != TYPE and usual.get(TYPE) != node.value.get(TYPE)):
        usual = codec.defaults(node.kind)
    return usual.get(name, dataclasses.MISSING)


def _field(key: str, node: Node, group: Node, default: Any) -> list[str]:
    """One field: name and value at the left; type, meaning and a default that differs at the right."""
    name = key.rpartition(".")[2]
    meaning = documented(group.kind).get(name, "")
    differs = default is not dataclasses.MISSING and default != node.value
    said = f" (default {as_argument(default)})" if differs else ""
    right = _wrapped(wanted(node.hint) + (f": {meaning}" if meaning else "") + said, _COLUMN)
    for kind_name, kind in choices(group.hint).items() if name == TYPE else ():
        right += _wrapped(f"{kind_name}: {', '.join(fields_of(kind)) or 'no fields'}", _COLUMN, 4)
    value = "VALUE" if node.value is dataclasses.MISSING else as_argument(node.value)
    left = _wrapped(f"--{key} {value}", 2, 4)
    if len(left[-1]) < _COLUMN - 1:  # both fit on a line
        right[0] = left.pop().ljust(_COLUMN) + right[0].lstrip()
    return left + right


def _rivals(key: str, rivals: dict[str, Any]) -> list[str]:
    lines = _wrapped(f"--{key} none".ljust(_COLUMN - 2) + "leaves them all out", 2)
    for name, rival in rivals.items():
        usual = codec.defaults(EMBEDDINGS[rival[TYPE]])
        own = {field: value for field, value in rival.items() if field not in usual or usual[field] != value}
        lines += _wrapped(" ".join(f"--{key}.{name}.{f} {as_argument(v)}" for f, v in own.items()), 2, 4)
    return lines


def _wrapped(text: str, indent: int, hanging: int = 0) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )
